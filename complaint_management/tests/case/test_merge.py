from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.complaint_management.tests.case.common import CaseCommon
from odoo.addons.complaint_management.tests.common import GROUP

NOW = datetime(2024, 6, 1, 12)


@tagged("post_install", "-at_install")
class TestMerge(CaseCommon):
    """Merging repeated complaints, without losing anything of either (IN-9)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_customer = cls.env["res.partner"].create(
            {"name": "Wang Wu", "email": "wang.wu@example.com", "phone": "010-77777777"}
        )

    def _case(self, name="Case", user=None, **vals):
        return self.Complaint.with_user(user or self.handler).create({"name": name, **vals})

    def _merge(self, sources, target, keep=None, user=None):
        sources.with_user(user or self.handler).merge_into(target.with_user(user or self.handler), keep)
        self.flush_tracking()
        self.env.invalidate_all()

    # nothing is lost

    def test_messages_and_notes(self):
        """IN-9: what was written on either stands on the target, with files and tracked changes."""
        target, source = self._case("Target"), self._case("Source")
        self.flush_tracking()
        source.message_post(
            body="We called her.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.customer.ids,
            attachments=[("photo.txt", b"photo")],
        )
        source._message_log(body="Internal.")
        source.name = "Source renamed"
        self.flush_tracking()
        self.env.invalidate_all()
        messages = source.message_ids
        self.assertGreaterEqual(len(messages), 4)
        before = target.message_ids
        self._merge(source, target)
        self.assertLessEqual(messages | before, target.message_ids)
        moved = target.message_ids.filtered(lambda message: "We called her." in message.preview)
        self.assertEqual(moved.partner_ids, self.customer)
        self.assertEqual(
            moved.attachment_ids.mapped(lambda file: (file.name, file.res_id)), [("photo.txt", target.id)]
        )
        self.assertEqual(moved.attachment_ids.with_user(self.colleague).raw, b"photo")
        self.assertIn("Source renamed", target.message_ids.sudo().tracking_value_ids.mapped("new_value_char"))

    def test_files(self):
        """IN-11: evidence on the record moves with it."""
        target, source = self._case("Target"), self._case("Source")
        files = (
            self.env["ir.attachment"]
            .with_user(self.handler)
            .create(
                [
                    {"name": "letter.txt", "raw": b"letter", "res_model": case._name, "res_id": case.id}
                    for case in (target, source)
                ]
            )
        )
        self._merge(source, target)
        self.assertEqual(files.mapped("res_id"), [target.id, target.id])

    def test_activities(self):
        """Work that waits and work that is done: both are the target's."""
        target, source = self._case("Target"), self._case("Source")
        waiting = source.activity_schedule(
            "mail.mail_activity_data_call", summary="Call", user_id=self.colleague.id
        )
        done = source.activity_schedule(
            "mail.mail_activity_data_todo", summary="Visit", user_id=self.handler.id
        )
        done.action_feedback("Was there.")
        self._merge(source, target)
        self.assertEqual(target.activity_ids, waiting)
        self.assertEqual(target.with_context(active_test=False).activity_ids, waiting | done)
        self.assertEqual(waiting.user_id, self.colleague)
        self.assertFalse(source.with_context(active_test=False).activity_ids)

    def test_meetings(self):
        target, source = self._case("Target"), self._case("Source")
        meeting = self.env["calendar.event"].create(
            {
                "name": "Visit",
                "start": NOW,
                "stop": NOW + timedelta(hours=1),
                "res_model_id": self.env["ir.model"]._get_id(source._name),
                "res_id": source.id,
            }
        )
        self._merge(source, target)
        self.assertEqual(meeting.res_id, target.id)

    def test_followers(self):
        """Who followed one of them follows the target; who followed both still does."""
        target, source = self._case("Target"), self._case("Source")
        source.message_subscribe((self.colleague.partner_id | self.customer).ids)
        target.message_subscribe(self.leader.partner_id.ids)
        self._merge(source, target)
        self.assertEqual(
            target.message_partner_ids,
            (self.handler | self.colleague | self.leader).partner_id | self.customer,
        )

    def test_copied_addresses(self):
        """Who was in copy of either may still answer."""
        target = self._case("Target", email_cc='"A" <a@example.com>, b@example.com')
        source = self._case("Source", email_cc="B <B@example.com>, c@example.com")
        self._merge(source, target)
        self.assertEqual(
            sorted(target._mail_cc_sanitized_raw_dict(target.email_cc)),
            ["a@example.com", "b@example.com", "c@example.com"],
        )

    def test_scheduled_messages(self):
        """A message that waits to be sent is sent on the target, by whoever wrote it, when it was to be."""
        with self.mock_datetime_and_now(NOW):
            target, source = self._case("Target"), self._case("Source")
            file = (
                self.env["ir.attachment"]
                .with_user(self.colleague)
                .create(
                    {"name": "plan.txt", "raw": b"plan", "res_model": "mail.compose.message", "res_id": 0}
                )
            )
            waiting = (
                self.env["mail.scheduled.message"]
                .with_user(self.colleague)
                .create(
                    {
                        "model": source._name,
                        "res_id": source.id,
                        "author_id": self.colleague.partner_id.id,
                        "body": "We come tomorrow.",
                        "scheduled_date": NOW + timedelta(days=1),
                        "attachment_ids": file.ids,
                        "partner_ids": self.customer.ids,
                    }
                )
            )
            self._merge(source, target)
            self.assertFalse(waiting.exists())
            moved = self.env["mail.scheduled.message"].search([("model", "=", target._name)])
            self.assertRecordValues(
                moved,
                [
                    {
                        "res_id": target.id,
                        "author_id": self.colleague.partner_id.id,
                        "create_uid": self.colleague.id,
                        "scheduled_date": NOW + timedelta(days=1),
                        "partner_ids": self.customer.ids,
                        "attachment_ids": file.ids,
                    }
                ],
            )
            self.assertEqual((file.res_model, file.res_id), (moved._name, moved.id))
        with self.mock_datetime_and_now(NOW + timedelta(days=2)), self.mock_mail_gateway():
            self.env["mail.scheduled.message"]._post_messages_cron()
        self.env.invalidate_all()
        posted = target.message_ids.filtered(lambda message: message.preview == "We come tomorrow.")
        self.assertEqual(posted.author_id, self.colleague.partner_id)
        self.assertEqual(posted.attachment_ids.mapped("name"), ["plan.txt"])

    def test_sets(self):
        """Tags, employees concerned and related complaints are united; links go both ways."""
        tags = self.env["complaint.tag"].create([{"name": name} for name in ("One", "Two", "Three")])
        employees = self.new_employee(self.plain_user) | self.env["hr.employee"].create({"name": "No user"})
        friend, foe = self._case("Friend"), self._case("Foe")
        target = self._case("Target", tag_ids=tags[:2].ids, employee_ids=employees[:1].ids)
        source = self._case("Source", tag_ids=tags[1:].ids, employee_ids=employees[1:].ids)
        target.action_link_related(foe)
        source.action_link_related(friend | target)
        self._merge(source, target)
        self.assertEqual(target.tag_ids, tags)
        self.assertEqual(target.employee_ids, employees)
        self.assertEqual(target.related_ids, friend | foe | source)
        self.assertIn(target, friend.related_ids)
        self.assertNotIn(target, target.related_ids)

    def test_earlier_merges(self):
        """What was merged into a complaint before points to where the work goes on now."""
        first, second, third = self._case("First"), self._case("Second"), self._case("Third")
        self._merge(first, second)
        self._merge(second, third)
        self.assertEqual((first | second).mapped("duplicate_of_id"), third)
        self.assertIn("Merged with", " ".join(third.message_ids.mapped("preview")))

    # values

    def test_trace(self):
        """IN-9: what they differed in stands on the target, side by side, before anything was changed."""
        target = self._case(
            "Target", partner_id=self.customer.id, severity="normal", description="It drips. <b>Much</b>"
        )
        source = self._case(
            "Source", partner_id=self.other_customer.id, severity="urgent", occurred_at="2024-05-01 08:00:00"
        )
        self._merge(source, target, {"severity": source, "name": source})
        self.assertEqual((target.severity, target.name), ("urgent", "Source"))
        trace = target.message_ids.filtered(lambda message: "Merged with" in message.preview).body
        for value in (
            target.number,
            source.number,
            "Zhang San",
            "Wang Wu",
            "Normal",
            "Urgent",
            "Target",
            "Source",
            "wang.wu@example.com",
            "2024-05-01",
            "It drips. &lt;b&gt;Much&lt;/b&gt;",
        ):
            with self.subTest(value=value):
                self.assertIn(value, trace)
        # What they have in common is not repeated.
        self.assertNotIn("Nature", trace)

    def test_identical_complaints(self):
        target, source = self._case("Same"), self._case("Same")
        self._merge(source, target)
        self.assertEqual(source.step, "cancelled")

    def test_empty_fields_are_filled(self):
        """What only a merged complaint knows is kept without asking; what the target knows stays."""
        order = self.env["sale.order"].create({"partner_id": self.customer.id})
        target = self._case("Target", description="Target's")
        source = self._case(
            "Source",
            description="Source's",
            partner_id=self.customer.id,
            sale_order_id=order.id,
            occurred_at="2024-05-01 08:00:00",
            occurred_place="Cellar",
            wanted_outcome="Money back",
            complainant_kind="habitual",
            reference="H-1",
            validity="valid",
        )
        self._merge(source, target)
        self.assertRecordValues(
            target,
            [
                {
                    "name": "Target",
                    "description": "Target's",
                    "partner_id": self.customer.id,
                    "partner_phone": self.customer.phone,
                    "partner_email": self.customer.email,
                    "sale_order_id": order.id,
                    "occurred_place": "Cellar",
                    "wanted_outcome": "Money back",
                    "complainant_kind": "habitual",
                    "reference": "H-1",
                    "validity": "valid",
                }
            ],
        )
        self.assertEqual(str(target.occurred_at), "2024-05-01 08:00:00")

    def test_chosen_values_win(self):
        """Chosen one by one, also where a chosen value would bring others along."""
        urgent = self.env["complaint.category"].create({"name": "Urgent matters", "severity": "urgent"})
        target = self._case(
            "Target", partner_id=self.customer.id, category_id=self.category.id, occurred_place="Roof"
        )
        source = self._case("Source", partner_id=self.other_customer.id, category_id=urgent.id)
        self._merge(
            source,
            target,
            {
                "partner_id": source,
                "partner_name": source,
                "partner_phone": target,
                "partner_email": source,
                "category_id": source,
                "severity": target,
                "occurred_place": source,
            },
        )
        self.assertRecordValues(
            target,
            [
                {
                    "partner_id": self.other_customer.id,
                    "partner_name": "Wang Wu",
                    "partner_phone": self.customer.phone,
                    "partner_email": "wang.wu@example.com",
                    "category_id": urgent.id,
                    "severity": "important",
                    "occurred_place": False,
                }
            ],
        )
        self.assertEqual(self.other_customer.phone, "010-77777777")

    def test_extra_fields_come_with_their_category(self):
        """TR-2: what a category asked for is taken over with the category."""
        for category, name in ((self.category, "vin"), (self.category.copy({"name": "Other"}), "meter")):
            category.properties_definition = [{"name": name, "type": "char", "string": name}]
        other = category
        target = self._case("Target", category_id=self.category.id, properties={"vin": "LSV1"})
        source = self._case("Source", category_id=other.id, properties={"meter": "M-7"})
        third = self._case("Third")
        self._merge(source, target)
        self.assertEqual(dict(target.properties), {"vin": "LSV1"})
        self._merge(target, third)
        self.assertEqual(third.category_id, self.category)
        self.assertEqual(dict(third.properties), {"vin": "LSV1"})
        again = self._case("Again", category_id=other.id, properties={"meter": "M-8"})
        self._merge(again, third, {"category_id": again})
        self.assertEqual(dict(third.properties), {"meter": "M-8"})

    def test_three_into_one(self):
        target, *others = (self._case(f"Case {number}") for number in range(3))
        sources = self.Complaint.union(*others).with_user(self.handler)
        sources[1].occurred_place = "Third"
        sources[0].message_post(body="On the second")
        sources[1].message_post(body="On the third")
        self._merge(sources, target)
        self.assertEqual(target.occurred_place, "Third")
        previews = target.message_ids.mapped("preview")
        self.assertIn("On the second", previews)
        self.assertIn("On the third", previews)
        self.assertEqual(sources.mapped("step"), ["cancelled", "cancelled"])
        self.assertTrue(any(sources[0].number in text and sources[1].number in text for text in previews))

    # what becomes of the others

    def test_source(self):
        """The merged complaint stays, cancelled, with its number, and points to the target."""
        target, source = self._case("Target"), self._case("Source")
        number = source.number
        with self.mock_datetime_and_now(NOW):
            self._merge(source, target)
        self.assertRecordValues(
            source,
            [
                {
                    "step": "cancelled",
                    "number": number,
                    "duplicate_of_id": target.id,
                    "end_reason": f"Merged into {target.number}",
                    "name": "Source",
                }
            ],
        )
        self.assertTrue(source.closed_at)
        self.assertRecordValues(target, [{"step": "new", "closed_at": False, "duplicate_of_id": False}])

    def test_ended_source(self):
        """A repeat of what was closed: the old case stays closed as it was, its history joins."""
        target, source = self._case("Target"), self.new_whole("closed", name="Source")
        closed_at = source.closed_at
        source.message_post(body="Told her.")
        self._merge(source, target)
        self.assertRecordValues(source, [{"step": "closed", "duplicate_of_id": target.id, "reopen_count": 0}])
        self.assertEqual(source.closed_at, closed_at)
        self.assertIn("Told her.", target.message_ids.mapped("preview"))
        self.assertIn(f"Merged into {target.number}", source.message_ids.mapped("preview"))

    # refusals

    def _check_refused(self, sources, target, words, user=None, error=UserError, keep=None):
        cases = (sources | target).sudo()
        self.env.flush_all()
        before = cases.read(
            ["name", "step", "duplicate_of_id", "message_ids", "message_partner_ids", "tag_ids"]
        )
        with self.assertRaises(error) as caught:
            sources.with_user(user or self.handler).merge_into(target.with_user(user or self.handler), keep)
        self.assertIn(words, str(caught.exception))
        self.env.invalidate_all()
        self.assertEqual(
            cases.read(["name", "step", "duplicate_of_id", "message_ids", "message_partner_ids", "tag_ids"]),
            before,
        )

    def test_refused(self):
        """Each refusal says what to do, and nothing is half merged."""
        target, source = self._case("Target"), self._case("Source")
        self._check_refused(target, target, "at least two")
        self._check_refused(self.Complaint, target, "at least two")
        closed = self.new_whole("closed")
        self._check_refused(source, closed, f"{closed.number} is closed")
        merged = self._case("Merged")
        self._merge(merged, target)
        self._check_refused(merged, source, merged.number)
        self._check_refused(source | merged, target, merged.number)
        self._check_refused(source, merged, f"Merged already: {merged.number}")

    def test_companies(self):
        """OR-3: complaints of two companies stay apart, whoever asks."""
        both = new_test_user(
            self.env,
            "both",
            groups=f"{GROUP}manager",
            company_id=self.company.id,
            company_ids=[Command.set((self.company | self.company_2).ids)],
        )
        context = {"allowed_company_ids": (self.company | self.company_2).ids}
        ours = self._case("Ours").with_user(both).with_context(**context)
        theirs = self._case("Theirs", self.foreign_manager).with_user(both).with_context(**context)
        with self.assertRaises(UserError) as caught:
            theirs.merge_into(ours)
        self.assertIn("different companies", str(caught.exception))
        self.assertFalse(theirs.duplicate_of_id)

    def test_without_write_access(self):
        """Who may not change one of them merges neither, in no direction."""
        theirs, ours = self._case("Theirs", self.stranger), self._case("Ours")
        for sources, target in ((theirs, ours), (ours, theirs)):
            with self.subTest(target=target.sudo().name):
                self._check_refused(sources, target, "", error=AccessError)
        # Passed on to another team, it is still read, but no longer changed.
        passed_on = self._case("Passed on", user_id=False, received_by_id=self.manager.id)
        passed_on.with_user(self.manager).team_id = self.other_team
        self.assertTrue(passed_on.has_access("read"))
        self._check_refused(ours, passed_on, "", error=AccessError)
        # Read, but not changed: the auditor.
        self._check_refused(ours, self._case("Other"), "", user=self.auditor, error=AccessError)

    def test_value_of_a_stranger(self):
        """No value is taken from a complaint that is not among the merged ones."""
        target, source = self._case("Target"), self._case("Source")
        secret = self._case("Secret", self.stranger, description="Not for the handler")
        self._check_refused(
            source,
            target,
            "one of the merged complaints",
            keep={"description": secret.with_user(self.handler)},
        )
        wizard = (
            self.env["complaint.merge"]
            .with_user(self.handler)
            .create({"complaint_ids": (target | source).ids, "target_id": target.id})
        )
        wizard.line_ids[0].write({"field_name": "description", "keep_from_id": secret.id})
        with self.assertRaises(UserError):
            wizard.action_merge()
        self.assertFalse(target.description)

    def test_not_from_outside(self):
        """The wizard is the way in; the method takes records, which a call from outside cannot give."""
        from odoo.service.model import get_public_method

        with self.assertRaises(AccessError):
            get_public_method(self.Complaint, "merge_into")

    # employees concerned

    def test_employee_of_a_source(self):
        """OR-2: who is concerned by one of them is excluded from the whole."""
        employee = self.new_employee(self.colleague)
        target, source = self._case("Target"), self._case("Source", self.manager, employee_ids=employee.ids)
        target.message_subscribe(self.colleague.partner_id.ids)
        self.assertTrue(target.with_user(self.colleague).has_access("read"))
        self._merge(source, target, user=self.manager)
        self.assertEqual(target.excluded_user_ids, self.colleague)
        self.assertFalse(target.with_user(self.colleague).has_access("read"))
        self.assertNotIn(self.colleague.partner_id, target.message_partner_ids)

    def test_employee_of_the_target(self):
        """OR-2: nor does the work or the attention of a source stay with whom the target excludes."""
        employee = self.new_employee(self.colleague)
        target = self._case("Target", self.manager, employee_ids=employee.ids, user_id=self.handler.id)
        source = self._case("Source", self.manager)
        source.message_subscribe(self.colleague.partner_id.ids)
        activity = source.activity_schedule("mail.mail_activity_data_call", user_id=self.colleague.id)
        self._merge(source, target, user=self.manager)
        self.assertNotIn(self.colleague.partner_id, target.message_partner_ids)
        self.assertEqual(activity.res_id, target.id)
        self.assertEqual(activity.user_id, self.handler)
        self.assertFalse(source.with_user(self.colleague).has_access("read"))

    def test_responsible_person_excluded(self):
        """OR-2: the merge that would make somebody handle a complaint about themselves is refused."""
        employee = self.new_employee(self.colleague)
        target = self._case("Target", self.manager, user_id=self.colleague.id)
        source = self._case("Source", self.manager, employee_ids=employee.ids)
        self._check_refused(source, target, "cannot be responsible for it", user=self.manager)
        self.assertEqual(target.user_id, self.colleague)
        self.assertFalse(target.employee_ids)
        # With somebody else responsible it goes.
        self._merge(source, target, {"user_id": source}, user=self.manager)
        self.assertEqual(target.user_id, self.manager)


@tagged("post_install", "-at_install")
class TestMergeWizard(CaseCommon):
    """Side by side, and who wins (IN-9)."""

    def _case(self, name, **vals):
        return self.Complaint.with_user(self.handler).create({"name": name, **vals})

    def _form(self, complaints):
        action = complaints.with_user(self.handler).action_merge()
        return Form(self.env[action["res_model"]].with_user(self.handler).with_context(**action["context"]))

    def test_defaults(self):
        """The oldest open one is kept, and every difference is shown with the values of all."""
        newer = self._case("Drip", received_at="2024-05-02 08:00:00", partner_phone="010-11111111")
        older = self._case("Drops", received_at="2024-05-01 08:00:00", occurred_place="Roof")
        closed = self._case("Drip", received_at="2024-04-01 08:00:00")
        closed.action_cancel("Withdrawn.")
        form = self._form(newer | older | closed)
        self.assertEqual(form.target_id, older)
        self.assertEqual(set(form.complaint_ids.ids), set((newer | older | closed).ids))
        lines = {}
        for index in range(len(form.line_ids)):
            with form.line_ids.edit(index) as line:
                lines[line.field_name] = (line.label, line.comparison, line.keep_from_id)
        self.assertEqual(set(lines), {"name", "partner_phone", "occurred_place"})
        self.assertEqual(
            lines["partner_phone"],
            (
                "Phone",
                f"{older.number}: –\n{newer.number}: 010-11111111\n{closed.number}: –",
                newer,
            ),
        )
        self.assertEqual(lines["occurred_place"][2], older)
        self.assertEqual(lines["name"][2], older)

    def test_choice(self):
        """Another one kept, another value chosen: that is what becomes of it."""
        first = self._case("Drip", received_at="2024-05-01 08:00:00", occurred_place="Roof")
        second = self._case("Drops", received_at="2024-05-02 08:00:00", occurred_place="Cellar")
        form = self._form(first | second)
        form.target_id = second
        names = {}
        for index in range(len(form.line_ids)):
            with form.line_ids.edit(index) as line:
                names[line.field_name] = line.keep_from_id
                if line.field_name == "occurred_place":
                    line.keep_from_id = first
        self.assertEqual(names, {"name": second, "occurred_place": second})
        action = form.save().action_merge()
        self.assertEqual((action["res_model"], action["res_id"]), ("complaint.complaint", second.id))
        self.assertRecordValues(second, [{"name": "Drops", "occurred_place": "Roof", "step": "new"}])
        self.assertEqual(first.duplicate_of_id, second)

    def test_from_one_complaint(self):
        """From the form: the complaint with its open possible repeats."""
        old = self._case("Cold flat", partner_phone="010-62345678")
        ended = self._case("Cold flat again", partner_phone="010-62345678")
        ended.action_cancel("Withdrawn.")
        new = self._case("Still cold", partner_phone="+86 10 6234 5678")
        self.assertEqual(new.repeat_ids, old | ended)
        form = self._form(new)
        self.assertEqual(set(form.complaint_ids.ids), {old.id, new.id})

    def test_nothing_to_merge(self):
        form = self._form(self._case("Alone"))
        with self.assertRaises(UserError):
            form.save().action_merge()

    def test_chinese(self):
        """Labels and values are those of the reader."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.handler.lang = "zh_CN"
        cases = self._case("Drip", severity="urgent") | self._case("Drip", severity="normal")
        wizard = self.env["complaint.merge"].with_user(self.handler).with_context(lang="zh_CN")
        wizard = wizard.create({"complaint_ids": cases.ids, "target_id": cases[0].id})
        field = cases._fields["severity"]
        labels = dict(field._description_selection(wizard.env))
        self.assertEqual(wizard.line_ids.label, field._description_string(wizard.env))
        self.assertIn(labels["urgent"], wizard.line_ids.comparison)
