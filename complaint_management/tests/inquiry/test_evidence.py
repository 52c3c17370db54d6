import base64
from contextlib import suppress
from datetime import timedelta
from functools import partial

from odoo import fields, http
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.tests.inquiry.facts_common import FactsCommon
from odoo.addons.complaint_management.tests.web_client import read_specification

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class EvidenceCommon(FactsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Evidence = cls.env["complaint.evidence"]
        cls.Attachment = cls.env["ir.attachment"]
        cls.concerned = cls._new_user("handler", "concerned")
        cls.centre.member_ids += cls.concerned
        cls.employee = cls.new_employee(cls.concerned)
        cls.portal_user = new_test_user(cls.env, "portal_owner", groups="base.group_portal")
        cls.portal_stranger = new_test_user(cls.env, "portal_stranger", groups="base.group_portal")

    def new_evidence(self, complaint, user=None, **vals):
        values = {"complaint_id": complaint.id, "name": "Receipt", "description": "300 paid in cash.", **vals}
        return self.Evidence.with_user(user or self.handler).create(values)

    def upload(self, user=None, name="photo.png", raw=PIXEL, **vals):
        """What a file chosen in a form becomes before the form is saved."""
        values = {"name": name, "raw": raw, "res_model": "complaint.evidence", "res_id": 0, **vals}
        return self.Attachment.with_user(user or self.handler).create(values)

    def notes(self, complaint):
        return " ".join(complaint.sudo().message_ids.mapped("body"))


@tagged("post_install", "-at_install")
class TestEvidence(EvidenceCommon):
    """Evidence of many kinds, each with source, date and who gathered it (DI-3)."""

    def setUp(self):
        super().setUp()
        self.complaint = self.new_complaint()

    def test_defaults(self):
        """DI-3: source, date and who gathered it are there without being asked for."""
        evidence = self.new_evidence(self.complaint)
        self.assertEqual(evidence.collected_by_id, self.handler)
        self.assertEqual(evidence.date, fields.Date.context_today(evidence))
        self.assertEqual((evidence.party, evidence.source), ("customer", "Zhang San"))
        self.assertEqual(evidence.company_id, self.company)
        self.assertFalse(evidence.internal)

    def test_source_of_each_party(self):
        lawyer = self.env["res.partner"].create({"name": "Lawyer Wang"})
        for vals, source in (
            ({"party": "employee", "employee_id": self.employee.id}, "Concerned"),
            ({"party": "third_party", "partner_id": lawyer.id}, "Lawyer Wang"),
            ({"party": "us"}, self.company.name),
            ({"party": "us", "source": "Till 3"}, "Till 3"),
        ):
            with self.subTest(vals=vals):
                self.assertEqual(self.new_evidence(self.complaint, **vals).source, source)

    def test_check_on_site(self):
        """An on-site check is ours, and internal unless somebody says otherwise."""
        check = self.new_evidence(self.complaint, kind="check")
        self.assertEqual((check.party, check.internal), ("us", True))
        shown = self.new_evidence(self.complaint, kind="check", internal=False)
        self.assertFalse(shown.internal)

    def test_bad_input(self):
        """Each refusal says what to do."""
        tomorrow = fields.Date.context_today(self.complaint) + timedelta(days=1)
        for vals, message in (
            ({"description": " \n"}, "attach a file, enter a link"),
            ({"date": tomorrow}, "day in the future"),
            ({"party": "third_party"}, "Say where"),
            ({"url": "www.example.com"}, "begins with http"),
            ({"url": "javascript:alert(1)"}, "begins with http"),
            ({"url": "ftp://example.com/x"}, "begins with http"),
            ({"url": "https://"}, "begins with http"),
            ({"url": "https://[x"}, "begins with http"),
            ({"url": "https://a b.example.com"}, "begins with http"),
        ):
            with self.subTest(vals=vals), self.refused(ValidationError, message):
                self.new_evidence(self.complaint, **vals)

    def test_a_link_or_a_file_is_enough(self):
        link = self.new_evidence(self.complaint, description=False, url=" https://example.com/clause?x=1 ")
        self.assertEqual(link.url, "https://example.com/clause?x=1")
        file = self.new_evidence(
            self.complaint, description=False, attachment_ids=[Command.link(self.upload().id)]
        )
        self.assertEqual(file.file_count, 1)
        with self.refused(ValidationError, "attach a file"):
            link.url = False

    def test_statements(self):
        """It supports and contradicts statements of the same complaint, and nothing else."""
        said, other = self.new_evidence(self.complaint, kind="statement", name="He said") | self.new_evidence(
            self.complaint, kind="statement", name="She said"
        )
        photo = self.new_evidence(
            self.complaint, kind="photo", supports_ids=said.ids, contradicts_ids=other.ids
        )
        self.assertEqual(said.supported_by_ids, photo)
        self.assertEqual(other.contradicted_by_ids, photo)
        foreign = self.new_evidence(self.new_complaint(), kind="statement")
        for vals, message in (
            ({"supports_ids": foreign.ids}, "statements of the same complaint"),
            ({"supports_ids": photo.ids}, "itself"),
            ({"supports_ids": said.ids, "contradicts_ids": said.ids}, "both support and contradict"),
        ):
            with self.subTest(vals=vals), self.refused(ValidationError, message):
                photo.write(vals)
        with self.refused(ValidationError, "stays a statement"):
            said.kind = "letter"

    def test_both_sides(self):
        """DI-4: the employee concerned states their view too; the complainant's is the description."""
        self.assertEqual(self.complaint._get_missing_statements(), (self.env["hr.employee"], True))
        second = self.new_employee(self.colleague)
        complaint = self.new_complaint(
            description=" ", employee_ids=[Command.set((self.employee | second).ids)]
        )
        self.assertEqual(complaint._get_missing_statements(), (self.employee | second, False))
        said = {"kind": "statement", "party": "employee", "employee_id": self.employee.id}
        self.new_evidence(complaint, **{**said, "kind": "letter"})
        self.assertEqual(complaint._get_missing_statements()[0], self.employee | second)
        self.new_evidence(complaint, **said)
        self.assertEqual(complaint._get_missing_statements(), (second, False))
        self.new_evidence(complaint, kind="statement", party="customer")
        self.assertEqual(complaint._get_missing_statements(), (second, True))
        second.active = False
        self.env.invalidate_all()
        self.assertEqual(complaint._get_missing_statements()[0], second)

    # intake

    def test_at_intake(self):
        """IN-11: photos and letters are attached while the complaint is registered."""
        form = Form(self.Complaint.with_user(self.first_contact))
        form.name = "Broken"
        form.partner_id = self.customer
        with form.evidence_ids.new() as line:
            line.name = "Photo of it"
            line.kind = "photo"
            line.attachment_ids.add(self.upload(self.first_contact))
        complaint = form.save()
        evidence = complaint.evidence_ids
        self.assertEqual(evidence.source, "Zhang San")
        self.assertEqual(
            (evidence.attachment_ids.res_model, evidence.attachment_ids.res_id),
            ("complaint.evidence", evidence.id),
        )

    def test_files_of_the_mail(self):
        """IN-11: what came with the customer's mail becomes evidence, one piece a file, each once."""
        mine, theirs, loose = self.Attachment.create(
            [
                {
                    "name": name,
                    "raw": raw,
                    "mimetype": kind,
                    "res_model": self.complaint._name,
                    "res_id": self.complaint.id,
                }
                for name, raw, kind in (
                    ("answer.pdf", b"%PDF-1.4 answer", "application/pdf"),
                    ("photo.png", PIXEL, "image/png"),
                    ("voice.mp3", b"ID3", "audio/mpeg"),
                )
            ]
        )
        self.complaint.with_user(self.handler).message_post(body="Here", attachment_ids=mine.ids)
        self.complaint.sudo().message_post(
            body="See photo", message_type="email", email_from="li@example.com", attachment_ids=theirs.ids
        )
        self.complaint.with_user(self.handler).action_take_files()
        taken = self.complaint.evidence_ids
        self.assertEqual(
            sorted((piece.name, piece.kind, piece.source) for piece in taken),
            [("photo.png", "photo", "li@example.com"), ("voice.mp3", "recording", "Zhang San")],
        )
        self.assertEqual(taken.origin_attachment_id, theirs | loose)
        self.assertFalse(taken.attachment_ids & (theirs | loose))
        self.assertEqual(theirs.res_model, "complaint.complaint")
        self.assertEqual(taken.filtered(lambda piece: piece.kind == "photo").attachment_ids.raw, PIXEL)
        self.complaint.with_user(self.handler).action_take_files()
        self.assertEqual(self.complaint.evidence_ids, taken)
        with self.assertRaises(AccessError):
            self.complaint.with_user(self.auditor).action_take_files()

    def test_kinds_of_files(self):
        for mimetype, kind in (
            ("image/jpeg", "photo"),
            ("audio/ogg", "recording"),
            ("video/mp4", "recording"),
            ("application/pdf", "letter"),
            ("text/plain", "letter"),
            ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "letter"),
            ("application/zip", "other"),
            ("", "other"),
        ):
            with self.subTest(mimetype=mimetype):
                self.assertEqual(self.Complaint._guess_evidence_kind(mimetype), kind)

    # files

    def test_files_are_bound(self):
        """Also those that were public or had a link, and those that several users add one after another."""
        first = self.upload()
        first.sudo().access_token = "guessed"
        evidence = self.new_evidence(self.complaint, attachment_ids=first.ids)
        self.assertEqual(
            (first.res_model, first.res_id, first.access_token), (evidence._name, evidence.id, False)
        )
        second = self.upload(self.colleague, "second.png")
        with self.assertRaises(AccessError):
            evidence.with_user(self.handler).attachment_ids = [Command.link(second.id)]
        evidence.with_user(self.colleague).attachment_ids = [Command.link(second.id)]
        self.assertEqual(second.res_id, evidence.id)
        self.assertEqual(evidence.with_user(self.handler).attachment_ids.mapped("raw"), [PIXEL, PIXEL])

    def test_files_of_others_are_copied(self):
        """A file that belongs elsewhere stays there; one that the user may not read is refused."""
        public = self.Attachment.create({"name": "Terms", "raw": b"terms", "public": True})
        evidence = self.new_evidence(self.complaint, attachment_ids=public.ids)
        self.assertTrue(public.public)
        self.assertFalse(public.res_id)
        self.assertNotEqual(evidence.attachment_ids, public)
        self.assertFalse(evidence.attachment_ids.public)
        self.assertEqual(evidence.attachment_ids.raw, b"terms")
        hidden = self.Attachment.create(
            {"name": "x", "raw": b"x", "res_model": "res.company", "res_id": self.company_2.id}
        )
        with self.assertRaises(AccessError):
            self.new_evidence(self.complaint, attachment_ids=hidden.ids)

    def test_files_stay_as_given(self):
        """Nobody replaces, publishes or deletes a file of evidence by a way round."""
        file = self.upload()
        evidence = self.new_evidence(self.complaint, attachment_ids=file.ids)
        mine = file.with_user(self.handler)
        for vals in ({"raw": b"forged"}, {"res_id": 0}, {"res_model": False}, {"url": "https://example.com"}):
            with self.subTest(vals=vals), self.refused(AccessError, "stays as it was given"):
                mine.write(vals)
        with self.refused(AccessError, "stays as it was given"):
            mine.unlink()
        for publish in (
            lambda: mine.write({"public": True}),
            mine.generate_access_token,
            lambda: self.upload(res_id=evidence.id, public=True),
        ):
            with self.refused(ValidationError, "no link"):
                publish()
        with self.refused(UserError, "Only managers"):
            evidence.attachment_ids = [Command.unlink(file.id)]
        evidence.with_user(self.manager).attachment_ids = [Command.unlink(file.id)]
        self.assertFalse(file.exists())
        self.assertIn("photo.png → –", self.notes(self.complaint))

    def test_files_are_not_the_complaints(self):
        """They stand neither among the complaint's files nor in its chatter."""
        self.new_evidence(self.complaint, attachment_ids=self.upload().ids)
        self.assertFalse(self.complaint._get_mail_thread_data_attachments())
        self.assertFalse(self.complaint.message_ids.attachment_ids)

    def test_files_go_with_the_complaint(self):
        file = self.upload(self.manager)
        self.new_evidence(self.complaint, self.manager, attachment_ids=file.ids)
        self.complaint.with_user(self.manager).unlink()
        self.assertFalse(file.exists())

    # traces

    def test_changes_are_told(self):
        """Old and new stand in the chatter, for several pieces at once."""
        pieces = self.new_evidence(self.complaint) | self.new_evidence(self.new_complaint(), name="Letter")
        pieces.with_user(self.colleague).write({"kind": "contract", "description": "<b>400</b> paid."})
        for piece in pieces:
            note = piece.complaint_id.sudo().message_ids[0]
            self.assertEqual(note.author_id, self.colleague.partner_id)
            self.assertTrue(note.is_internal)
            self.assertIn(f"Evidence changed: {piece.name}", note.body)
            self.assertIn("Kind: Other → Contract clause", note.body)
            self.assertIn("300 paid in cash. → &lt;b&gt;400&lt;/b&gt; paid.", note.body)
        count = len(self.complaint.sudo().message_ids)
        pieces.with_user(self.colleague).write({"kind": "contract"})
        self.assertEqual(len(self.complaint.sudo().message_ids), count)

    def test_deletion(self):
        """Managers only, and the chatter says what was deleted by whom."""
        evidence = self.new_evidence(self.complaint, attachment_ids=self.upload().ids)
        for user in (self.first_contact, self.handler, self.leader, self.quality, self.auditor):
            with self.subTest(user.login), self.assertRaises(AccessError):
                evidence.with_user(user).unlink()
        self.assertFalse(self.complaint.with_user(self.handler).may_delete_evidence)
        self.assertTrue(self.complaint.with_user(self.manager).may_delete_evidence)
        self.assertTrue(self.Complaint.with_user(self.handler).new({}).may_delete_evidence)
        evidence.with_user(self.manager).unlink()
        note = self.complaint.sudo().message_ids[0]
        self.assertEqual(note.author_id, self.manager.partner_id)
        for part in ("Evidence deleted", "Receipt", "Zhang San", "photo.png"):
            self.assertIn(part, note.body)

    def test_merge(self):
        """Merged, the evidence with its files and what it supports goes on with the target."""
        source = self.new_complaint()
        said = self.new_evidence(source, kind="statement")
        photo = self.new_evidence(source, supports_ids=said.ids, attachment_ids=self.upload().ids)
        own = self.new_evidence(self.complaint)
        source.with_user(self.handler).merge_into(self.complaint.with_user(self.handler))
        self.assertEqual(self.complaint.evidence_ids, own | said | photo)
        self.assertEqual(photo.supports_ids, said)
        self.assertEqual(photo.attachment_ids.res_id, photo.id)

    def test_import(self):
        """Evidence of other systems comes by import."""
        result = self.Evidence.with_user(self.handler).load(
            ["complaint_id", "name", "kind", "source", "date", "description"],
            [
                [self.complaint.number, "Old letter", "Letter", "Archive 7", "2024-02-01", "Says so."],
                [self.complaint.number, "Old call", "Recording", "Archive 8", "2024-02-02", "Says no."],
            ],
        )
        self.assertFalse(result["messages"])
        self.assertEqual(self.complaint.evidence_ids.sorted().mapped("kind"), ["recording", "letter"])
        bad = self.Evidence.with_user(self.handler).load(
            ["complaint_id", "name"], [[self.complaint.number, "Nothing in it"]]
        )
        self.assertIn("attach a file", bad["messages"][0]["message"])

    # access

    def test_roles(self):
        """Who changes the complaint enters evidence; who reads it reads evidence, nobody else."""
        evidence = self.new_evidence(self.complaint)
        for user in (self.handler, self.colleague, self.leader, self.manager):
            with self.subTest(user.login):
                self.new_evidence(self.complaint, user)
        for user in (self.quality, self.auditor, self.first_contact):
            with self.subTest(user.login):
                self.assertEqual(evidence.with_user(user).read(["name"])[0]["name"], "Receipt")
                with self.assertRaises(AccessError):
                    self.new_evidence(self.complaint, user)
                with self.assertRaises(AccessError):
                    evidence.with_user(user).name = "Other"
        for user in (self.stranger, self.plain_user, self.portal_user):
            with self.subTest(user.login), self.assertRaises(AccessError):
                evidence.with_user(user).read(["name"])
        foreign = evidence.with_user(self.foreign_manager)
        self.assertFalse(foreign.search([("id", "=", evidence.id)]))
        with self.assertRaises(AccessError):
            foreign.read(["name"])

    def test_two_companies(self):
        employee = self.env["hr.employee"].create({"name": "Abroad", "company_id": self.company_2.id})
        with self.refused(UserError, "compan"):
            self.new_evidence(self.complaint, party="employee", employee_id=employee.id)

    def test_ended(self):
        """A case that was merged away keeps what it is, and an archived one keeps its evidence."""
        self.new_evidence(self.complaint)
        self.complaint.active = False
        self.assertEqual(
            self.Evidence.with_user(self.handler).search_count([("complaint_id", "=", self.complaint.id)]), 1
        )

    # cost

    def test_cost_of_the_page(self):
        """30 pieces with files cost no more queries than one."""
        one, many = self.complaint, self.new_complaint()
        for complaint, count in ((one, 1), (many, 30)):
            files = self.Attachment.with_user(self.handler).create(
                [{"name": f"{number}.png", "raw": PIXEL} for number in range(count)]
            )
            self.Evidence.with_user(self.handler).create(
                [
                    {
                        "complaint_id": complaint.id,
                        "name": file.name,
                        "attachment_ids": [Command.link(file.id)],
                    }
                    for file in files
                ]
            )
        for user in (self.handler, self.auditor):
            spec = read_specification(self.env(user=user), "complaint.complaint", "form")
            spec = {"evidence_ids": spec["evidence_ids"]}
            costs = [
                self.cost(partial(complaint.with_user(user).web_read, spec)) for complaint in (one, many)
            ]
            self.assertEqual(costs[0], costs[1])
            shown = many.with_user(user).web_read(spec)[0]["evidence_ids"]
            self.assertEqual([line["file_count"] for line in shown], [1] * 30)
        listed = read_specification(self.env(user=self.handler), "complaint.evidence", "list")
        costs = [
            self.cost(
                lambda complaint=complaint: self.Evidence.with_user(self.handler).web_search_read(
                    [("complaint_id", "=", complaint.id)], listed
                )
            )
            for complaint in (one, many)
        ]
        self.assertEqual(costs[0], costs[1])

    def test_cost_of_entering(self):
        """Entering and changing 30 pieces costs what one costs."""

        def enter(count):
            values = {"complaint_id": self.complaint.id, "name": "x", "description": "x"}
            self.Evidence.with_user(self.handler).create([values] * count)

        self.assertEqual(self.cost(lambda: enter(1)), self.cost(lambda: enter(30)))
        pieces = self.Evidence.with_user(self.handler).browse(self.complaint.evidence_ids.ids)
        names = iter(range(100))

        def change(changed):
            changed.write({"name": f"y{next(names)}"})

        self.assertEqual(self.cost(lambda: change(pieces[:1])), self.cost(lambda: change(pieces)))


@tagged("post_install", "-at_install")
class TestEvidenceHttp(EvidenceCommon, HttpCase):
    """Files of evidence reach neither the customer nor the employee concerned (DESIGN 4.1, OR-2)."""

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_who_opens_a_file(self):
        complaint = self.new_complaint(
            partner_id=self.portal_user.partner_id.id, employee_ids=[Command.set(self.employee.ids)]
        )
        complaint.message_subscribe(self.portal_user.partner_id.ids)
        file = self.upload()
        evidence = self.new_evidence(complaint, internal=True, attachment_ids=file.ids)
        of_evidence = [("res_model", "=", evidence._name), ("res_id", "=", evidence.id)]
        for user, opens in (
            (self.handler, True),
            (self.colleague, True),
            (self.auditor, True),
            (self.concerned, False),
            (self.stranger, False),
            (self.foreign_manager, False),
            (self.plain_user, False),
            (self.portal_user, False),
            (self.portal_stranger, False),
            (None, False),
        ):
            self.authenticate(user and user.login, user and user.login)
            for query in ("", "?access_token=guessed", "?download=true"):
                with self.subTest(user=user and user.login, query=query):
                    response = self.url_open(f"/web/content/{file.id}{query}")
                    token = "token" in query
                    self.assertEqual(response.status_code, 200 if opens and not token else 404)
                    self.assertEqual(response.content == PIXEL, opens and not token)
            if user and not opens:
                theirs = self.env(user=user)
                with self.subTest(user=user.login):
                    self.assertFalse(theirs["ir.attachment"].search([("id", "=", file.id)]))
                    # Who may read no evidence at all is refused the question.
                    with suppress(AccessError):
                        self.assertFalse(theirs["ir.attachment"].search(of_evidence))
                    for record in (theirs["ir.attachment"].browse(file.id), evidence.with_user(user)):
                        with self.assertRaises(AccessError):
                            record.read(["name"])

    def test_upload_before_saving(self):
        """What the form uploads before it is saved is the evidence's afterwards."""
        complaint = self.new_complaint()
        self.authenticate("handler", "handler")
        response = self.url_open(
            "/web/binary/upload_attachment",
            data={"csrf_token": http.Request.csrf_token(self), "model": "complaint.evidence", "id": "0"},
            files={"ufile": ("scan.txt", b"scanned", "text/plain")},
        )
        file = self.Attachment.browse(response.json()[0]["id"])
        self.assertFalse(file.res_id)
        evidence = self.new_evidence(complaint, attachment_ids=file.ids)
        self.assertEqual(file.res_id, evidence.id)
        self.assertEqual(self.url_open(f"/web/content/{file.id}").content, b"scanned")
