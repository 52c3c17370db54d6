from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.tests.inquiry.common import InquiryCommon
from odoo.addons.complaint_management.tests.print_common import PrintCommon

CARD = "complaint_management.report_record_card"
SHEET = "complaint_management.report_dispatch_sheet"
REFUSALS = "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"


class PrintsCommon(PrintCommon, InquiryCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.centre.leader_id.name = "Lena Leader"
        cls.adviser = cls.env["hr.employee"].create({"name": "Andy Adviser"})
        cls.relative = cls.env["res.partner"].create({"name": "Zhang Senior"})
        cls.category.properties_definition = [
            {"name": "c0ffee", "type": "char", "string": "VIN"},
            {
                "name": "decade",
                "type": "selection",
                "string": "Drive",
                "selection": [["p", "Petrol"], ["h", "Hybrid"]],
            },
        ]

    @classmethod
    def new_full(cls, **vals):
        """Create a complaint of which everything that the card shows is known."""
        received_at = fields.Datetime.now() - timedelta(days=2)
        case = cls.new_case(
            **{
                "name": "刹车异响 The brakes squeal again",
                "description": "First line of the story.\nSecond line <of it>.",
                "on_behalf_of_id": cls.relative.id,
                "reference": "HOTLINE-12345",
                "department_id": cls.workshop.id,
                "employee_ids": [Command.set(cls.adviser.ids)],
                "received_at": received_at,
                "occurred_at": received_at - timedelta(hours=5),
                "occurred_place": "At the counter",
                "wanted_outcome": "A repair that lasts",
                "read_back_by_id": cls.first_contact.id,
                "read_back_at": received_at,
                "complainant_kind": "habitual",
                "complainant_seeks": "vent",
                "properties": {"c0ffee": "LFMAP22C5D0123456", "decade": "h"},
                **vals,
            }
        )
        cls.env["complaint.contact"].with_user(cls.handler).create(
            [
                {
                    "complaint_id": case.id,
                    "summary": f"Talk {number:02}",
                    "date": received_at + timedelta(hours=number),
                }
                for number in range(12)
            ]
        )
        case.write(
            {
                "evidence_ids": [
                    Command.create(
                        {
                            "name": "Measuring record",
                            "kind": "check",
                            "source": "Inspector Liu",
                            "attachment_ids": [Command.create({"name": "disc.jpg", "raw": b"x"})],
                        }
                    )
                ],
                "cause_id": cls.env["complaint.cause"].sudo().create({"name": "No checklist"}).id,
                "cause_note": "Nobody measured the disc",
                "why_ids": [Command.create({"name": "The list is old"})],
                "liability_ids": [
                    Command.create(
                        {"party_kind": "department", "department_id": cls.workshop.id, "share": 62.5}
                    ),
                    Command.create({"party_kind": "employee", "employee_id": cls.adviser.id, "share": 37.5}),
                ],
                "outcome": "New discs, free of charge",
            }
        )
        return case


@tagged("post_install", "-at_install")
class TestPrints(PrintsCommon):
    def test_card_is_complete(self):
        """IN-2: all that was recorded about a complaint is on its card."""
        case = self.new_full()
        self.new_sheet(case)
        text = self.text(CARD, case, self.handler)
        for part in (
            "Pujiang Cars 浦江汽车",
            "Zhangyang Road 1588",
            case.number,
            "刹车异响 The brakes squeal again",
            "Second line <of it>.",
            "Zhang San",
            "+86 138 0013 8000",
            "zhang.san@example.com",
            "Zhang Senior",
            "HOTLINE-12345",
            "Test letter",
            "Attitude",
            "LFMAP22C5D0123456",
            "Drive Hybrid",
            "Workshop",
            "Andy Adviser",
            "At the counter",
            "A repair that lasts",
            "Important",
            "Founded",
            "Centre",
            f"{case.number}/1",
            "Foreman",
            "Talk 11",
            "Measuring record",
            "disc.jpg",
            "Inspector Liu",
            "No checklist",
            "Nobody measured the disc",
            "1. The list is old",
            "62.5",
            "Our fault",
            "New discs, free of charge",
            "Lena Leader",
        ):
            self.assertIn(part, text)
        for milestone in case.deadline_ids.mapped("milestone"):
            self.assertIn(self.env["complaint.deadline.rule"]._get_milestone_labels()[milestone], text)

    def test_card_shows_last_contacts(self):
        """CO-1: of many contacts the last ones are on the card, and how many there are."""
        text = self.text(CARD, self.new_full(), self.handler)
        self.assertIn("(10 / 12)", text)
        self.assertNotIn("Talk 01", text)
        self.assertLess(text.index("Talk 02"), text.index("Talk 11"))

    def test_card_keeps_tone_notes(self):
        """TR-6: what guides the tone is on no paper."""
        text = self.text(CARD, self.new_full(), self.manager)
        for word in ("Habitual", "habitual", "Seeks", "To vent"):
            self.assertNotIn(word, text)

    def test_card_to_fill_in(self):
        """IN-2: what a form asks for is left empty to be filled in by hand, what it does not is left out."""
        case = self.Complaint.with_user(self.handler).create({"name": "Bare", "nature": "complaint"})
        page = self.render(CARD, case, self.handler)
        names = page.xpath("//main//table/@name")
        self.assertIn("cause", names)
        for name in ("contacts", "evidence", "sheets", "liability"):
            self.assertNotIn(name, names)
        text = self.text(CARD, case, self.handler)
        self.assertNotIn("False", text)
        self.assertNotIn("None", text)
        for label in ("Phone", "When", "Where", "Wanted Outcome", "Result", "Date:"):
            self.assertIn(label, text)
        # Of a question nobody finds out the cause.
        case.nature = "inquiry"
        self.assertNotIn("cause", self.render(CARD, case, self.handler).xpath("//main//table/@name"))

    def test_card_of_merged_and_ended(self):
        """IN-9: the card says where the work went on, and why a case ended."""
        case, target = self.new_case(), self.new_case()
        case.with_user(self.manager).merge_into(target)
        self.assertIn(f"Merged into {target.number}", self.text(CARD, case, self.manager))
        self.assertIn("Reason for Ending", self.text(CARD, case, self.manager))

    @mute_logger(*REFUSALS)
    def test_who_prints_cards(self):
        """OR-2, DI-2: the card is for those who read the complaint and work on complaints."""
        case = self.new_full()
        self.new_sheet(case)
        for user in (self.handler, self.colleague, self.leader, self.manager, self.quality, self.auditor):
            with self.subTest(user.login):
                self.assertIn(case.number, self.text(CARD, case, user))
        for user in (self.foreman, self.plain_user, self.stranger, self.foreign_manager):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.render(CARD, case, user)
        case.with_user(self.manager).confidential = True
        with self.assertRaises(AccessError):
            self.render(CARD, case, self.colleague)
        self.adviser.user_id = self.quality
        with self.assertRaises(AccessError):
            self.render(CARD, case, self.quality)

    @mute_logger(*REFUSALS)
    def test_head_reads_why_no_card(self):
        """DI-2: a head who reads the case is told what to print instead."""
        case = self.new_case()
        self.new_sheet(case)
        with self.assertRaisesRegex(AccessError, "sheet of your department"):
            self.render(CARD, case, self.foreman)

    def test_card_together_with_an_unreadable_one(self):
        """OR-2: one that must not be read spoils the whole print, and does not slip in."""
        case, other = self.new_case(), self.new_case()
        other.with_user(self.manager).confidential = True
        with mute_logger(*REFUSALS), self.assertRaises(AccessError):
            self.render(CARD, case | other, self.colleague)

    def test_sheet_is_complete(self):
        """DI-2: question, case, answer and signatures are on the sheet."""
        case = self.new_full()
        files = [Command.create({"name": "recording.mp3", "raw": b"x"})]
        sheet = self.new_sheet(case, question_attachment_ids=files)
        text = self.text(SHEET, sheet, self.foreman)
        for part in (
            sheet.number,
            "Pujiang Cars 浦江汽车",
            "Workshop",
            "Why was the heating not repaired?",
            "recording.mp3",
            "Handler",
            "Zhang San",
            "刹车异响 The brakes squeal again",
            "Second line <of it>.",
            "A repair that lasts",
            "At the counter",
            "Attitude",
        ):
            self.assertIn(part, text)
        for absent in ("Signed electronically", "Confirmed electronically", "Returns and Rulings", "False"):
            self.assertNotIn(absent, text)
        due = sheet.sudo().deadline_ids.due
        self.assertIn(f"Answer until {self.moment(due)}", text)
        theirs = sheet.with_user(self.foreman)
        theirs.write(
            {
                "measures": "A new checklist",
                "answer_attachment_ids": [
                    Command.create(
                        {"name": "photo.jpg", "raw": b"y", "res_model": sheet._name, "res_id": sheet.id}
                    )
                ],
            }
        )
        self.answer(sheet)
        sheet.action_confirm()
        text = self.text(SHEET, sheet, self.foreman)
        signed = (
            "Foreman Signed electronically Handler Confirmed electronically "
            f"Date: {self.moment(sheet.signed_at)}"
        )
        for part in ("The valve was stuck.", "A new checklist", "photo.jpg", signed, "Confirmed"):
            self.assertIn(part, text)
        # The clock has stopped; until when it was to be answered stays.
        self.assertIn(f"Answer until {self.moment(due)}", text)

    def moment(self, value):
        return self.env["ir.qweb.field.datetime"].value_to_html(value, {"hide_seconds": True})

    def test_sheet_to_and_fro(self):
        """DI-2: how often it went to and fro is on the sheet, and what was ruled."""
        sheet = self.new_sheet(self.new_case())
        sheet.with_user(self.foreman).action_return("Not our boiler")
        self.assertIn("Reason of the Return Not our boiler", self.text(SHEET, sheet, self.handler))
        sheet.action_send_again("It is in your list", final=True)
        self.answer(sheet)
        sheet.action_send_back("Say until when")
        text = self.text(SHEET, sheet, self.foreman)
        for part in (
            "Times Returned 1",
            "Times Sent Back 1",
            "Ruling of the Centre It is in your list",
            "Sent Back because Say until when",
        ):
            self.assertIn(part, text)
        sheet.action_withdraw("Settled")
        self.assertIn("Withdrawn because Settled", self.text(SHEET, sheet, self.handler))

    @mute_logger(*REFUSALS)
    def test_who_prints_sheets(self):
        """DI-2: a head without a complaint group prints their own sheets and nobody else's."""
        case = self.new_case()
        sheet, draft = self.new_sheet(case), self.new_sheet(case, send=False)
        other = self.new_sheet(case, self.office)
        for user in (self.foreman, self.handler, self.auditor, self.quality):
            with self.subTest(user.login):
                self.assertIn(sheet.number, self.text(SHEET, sheet, user))
        refused = [
            (sheet, self.usher),
            (sheet, self.plain_user),
            (sheet, self.director),
            (sheet, self.stranger),
            (sheet, self.foreign_manager),
            (draft, self.foreman),
            (other, self.foreman),
            (sheet | other, self.foreman),
        ]
        for sheets, user in refused:
            with self.subTest(sheets=sheets, user=user.login), self.assertRaises(AccessError):
                self.render(SHEET, sheets, user)
        sheet.action_withdraw("Settled")
        with self.assertRaises(AccessError):
            self.render(SHEET, sheet, self.foreman)

    def test_print_menu(self):
        """DI-2: each user is offered the prints they may make."""
        for user, cards, sheets in (
            (self.foreman, 0, 1),
            (self.first_contact, 1, 1),
            (self.auditor, 1, 1),
            (self.quality, 1, 1),
        ):
            Actions = self.env["ir.actions.actions"].with_user(user)
            for model, report, number in (
                ("complaint.complaint", CARD, cards),
                ("complaint.dispatch", SHEET, sheets),
            ):
                offered = Actions.get_bindings(model).get("report", ())
                names = self.Report.sudo().browse(action["id"] for action in offered).mapped("report_name")
                self.assertEqual(names.count(report), number, (user.login, report))

    def test_language_and_time_of_the_user(self):
        """IN-2: printed in the language and the time zone of whoever prints."""
        self.env["res.lang"]._activate_lang("zh_CN")
        terms = {"Complaint Record Card": "投诉登记卡测试"}
        view = self.env.ref("complaint_management.record_card")
        view.update_field_translations("arch_db", {"zh_CN": terms})
        self.category.with_context(lang="zh_CN").name = "服务态度"
        reader = new_test_user(
            self.env,
            "reader",
            groups="complaint_management.group_complaint_manager",
            lang="zh_CN",
            tz="Asia/Shanghai",
        )
        case = self.new_case(received_at="2024-03-01 23:30:00")
        page = self.render(CARD, case, reader)
        text = page.text_content()
        for part in ("投诉登记卡测试", "服务态度", "07:30"):
            self.assertIn(part, text)
        self.assertEqual(page.xpath("//div[contains(@class, 'article')]/@lang"), ["zh-CN"])
        self.assertNotIn("投诉登记卡测试", self.text(CARD, case, self.handler))

    def test_logo(self):
        """IN-2: a company without a logo of its own prints none."""
        case = self.new_case()
        for logo in (False, self.company._get_logo()):
            self.company.logo = logo
            self.assertFalse(self.render(CARD, case, self.handler).xpath("//main//img"))
        # The smallest picture there is.
        self.company.logo = (
            b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"
            b"AAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
        )
        self.assertTrue(self.render(CARD, case, self.handler).xpath("//main//img"))

    def count(self, report, records, user):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.Report.with_user(user)._render_qweb_html(report, records.ids)
        return self.env.cr.sql_log_count - before

    def test_query_counts(self):
        """IN-2, DI-2: twenty prints cost the queries of one."""
        cases = self.Complaint.union(*(self.new_full() for _number in range(20)))
        sheets = self.Sheet.union(*(self.new_sheet(case) for case in cases))
        for report, records, user in (
            (CARD, cases, self.handler),
            (SHEET, sheets, self.handler),
            (SHEET, sheets, self.foreman),
        ):
            with self.subTest(report=report, user=user.login):
                self.count(report, records[:1], user)
                one, many = self.count(report, records[:1], user), self.count(report, records, user)
                self.assertEqual(one, many)
                self.assertLessEqual(one, 45)


@tagged("post_install", "-at_install")
class TestPrintedFiles(PrintsCommon, HttpCase):
    """The files themselves, by the program that makes them."""

    def test_files(self):
        """IN-2, DI-2: several records are one file, each on pages of its own, with Chinese characters."""
        cases = self.new_full() | self.new_full()
        sheets = self.Sheet.union(*(self.new_sheet(case) for case in cases))
        for report, records, user in ((CARD, cases, self.handler), (SHEET, sheets, self.foreman)):
            pages = self.pdf(report, records, user)
            for record in records:
                self.assertTrue(any(record.number in page for page in pages))
            for page in pages:
                self.assertFalse(all(record.number in page for record in records), "two on one page")
            self.assertIn("刹车异响", "".join(pages))

    def test_signatures_stay_together(self):
        """DI-2: wherever a page ends, the signatures stand together."""
        sheet = self.new_sheet(self.new_case(description="A long story. " * 40))
        theirs, places = sheet.with_user(self.foreman), set()
        for lines in range(2, 50, 4):
            theirs.findings = "\n".join(f"Line {number}" for number in range(lines))
            pages = self.pdf(SHEET, sheet, self.foreman)
            (place,) = (index for index, page in enumerate(pages) if "Head of the Department" in page)
            places.add(place)
            self.assertIn("Date:", pages[place])
            self.assertIn("Printed on", pages[place])
        self.assertEqual(places, {0, 1})

    @mute_logger("odoo.http", *REFUSALS)
    def test_address(self):
        """OR-2: the address of a print gives nobody what they may not read."""
        case = self.new_case()
        sheet = self.new_sheet(case)
        for user, report, record, readable in (
            (self.foreman, SHEET, sheet, True),
            (self.usher, SHEET, sheet, False),
            (self.foreman, CARD, case, False),
            (self.handler, CARD, case, True),
            (self.stranger, CARD, case, False),
        ):
            for kind in ("html", "text", "pdf"):
                with self.subTest(user=user.login, report=report, kind=kind):
                    self.authenticate(user.login, user.login)
                    response = self.url_open(f"/report/{kind}/{report}/{record.id}")
                    self.assertEqual(response.status_code == 200, readable)
                    self.assertEqual(case.number.encode() in response.content, readable)
