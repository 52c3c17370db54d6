"""What the public form makes of what was entered (IN-1, IN-2, CP-5)."""

from datetime import datetime

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ConcurrencyError, ValidationError
from odoo.sql_db import db_connect
from odoo.tests import tagged, warmup
from odoo.tools import mute_logger

from odoo.addons.complaint_management.models.portal.form_guard import FormRefused
from odoo.addons.complaint_management.models.portal.form_input import LIMITS
from odoo.addons.complaint_management.tests.portal.form_common import FormCommon


class FormModelCommon(FormCommon):
    """Takes forms without a browser."""

    def take(self, company=None, team=None, partner=None, order=None, files=(), **values):
        return self.Complaint._take_form(
            self.filled(**values),
            list(files),
            company or self.company,
            self.env["complaint.team"] if team is None else team,
            partner or self.env["res.partner"],
            order or self.env["sale.order"],
            "192.0.2.1",
        )

    def refusal(self, **values):
        before = self.counts()
        with self.assertRaises(FormRefused) as caught:
            self.take(**values)
        self.assertEqual(self.counts(), before)
        return caught.exception


@tagged("post_install", "-at_install")
class TestWebForm(FormModelCommon):
    def test_complaint_of_a_stranger(self):
        """IN-1, IN-2, IN-3: what was entered stands on the card, with a number, and nobody has it yet."""
        category = self.env["complaint.category"].create({"name": "Too cold", "on_form": True})
        complaint = self.take(
            subject="Cold flat",
            wanted="Repair it",
            about="Heater 12",
            place="At home",
            happened_on="2020-02-29",
            phone="+86 138 1111 2222",
            category=str(category.id),
            team=self.centre,
        )
        self.assertRecordValues(
            complaint,
            [
                {
                    "name": "Cold flat",
                    "description": "The heating does not work.\nIt has been cold for three days.",
                    "wanted_outcome": "Repair it",
                    "about_stated": "Heater 12",
                    "occurred_place": "At home",
                    "category_id": category.id,
                    "partner_id": False,
                    "partner_name": "Li Si",
                    "partner_email": "li.si@example.com",
                    "partner_phone": "+86 138 1111 2222",
                    "team_id": self.centre.id,
                    "company_id": self.company.id,
                    "channel_id": self.env.ref("complaint_management.complaint_channel_web").id,
                    "received_by_id": False,
                    "step": "new",
                    "email_confirmed": True,
                    "nature": "complaint",
                }
            ],
        )
        self.assertTrue(complaint.number)
        self.assertTrue(complaint.consent_at)
        self.assertLessEqual(abs((datetime(2020, 2, 29) - complaint.occurred_at).days), 1)
        self.assertTrue(complaint.deadline_ids)
        message = complaint.message_ids
        self.assertEqual(len(message), 1)
        self.assertRecordValues(
            message,
            [{"author_id": False, "email_from": '"Li Si" <li.si@example.com>', "message_type": "comment"}],
        )
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_comment"))
        for text in ("It has been cold", "Repair it", "Heater 12", "At home", "I agree that"):
            self.assertIn(text, message.body)
        self.assertEqual(complaint._get_customer_messages(), message)

    def test_typed_address_proves_nothing(self):
        """CP-5: what a stranger types is linked with no contact and changes none."""
        before = self.customer.read(["name", "email", "phone", "write_date"])
        count = self.env["res.partner"].search_count([])
        complaint = self.take(name="Nobody", email=self.customer.email, phone=self.customer.phone)
        self.assertFalse(complaint.partner_id)
        self.assertFalse(complaint.message_ids.author_id)
        self.assertFalse(complaint.message_partner_ids & self.customer)
        self.env.invalidate_all()
        self.assertEqual(self.customer.read(["name", "email", "phone", "write_date"]), before)
        self.assertEqual(self.env["res.partner"].search_count([]), count)

    def test_customer_with_account(self):
        """IN-1: an account proves who it is; nothing that was typed replaces the contact's data."""
        complaint = self.take(
            partner=self.owner, name="Somebody else", email="other@example.com", phone="0123456789"
        )
        self.assertEqual(complaint.partner_id, self.owner)
        self.assertEqual(complaint.partner_email, self.owner.email)
        self.assertEqual(complaint.partner_name, self.owner.name)
        self.assertFalse(self.owner.phone)
        self.assertEqual(complaint.channel_id, self.env.ref("complaint_management.complaint_channel_portal"))
        self.assertEqual(complaint.message_ids.author_id, self.owner)

    def test_first_line_is_the_subject(self):
        for text, subject in (
            ("Too late\nand cold", "Too late"),
            ("  \n\n One \n two", "One"),
            ("word " * 40, ("word " * 16).strip() + "…"),
            ("长" * 200, "长" * 80 + "…"),
        ):
            with self.subTest(text=text[:20]):
                self.assertEqual(self.take(description=text).name, subject)

    def test_routing_and_company(self):
        """The company and the team are those of the address; the rest goes as for a mail."""
        foreign = self.take(company=self.company_2, team=self.foreign_team)
        self.assertEqual((foreign.company_id, foreign.team_id), (self.company_2, self.foreign_team))
        self.assertTrue(self.take().team_id)

    def test_colleagues_are_told_once(self):
        """Who is made responsible by a rule hears of the complaint once, and nobody follows by sending."""
        self.centre.assign_method = "load"
        with self.mock_mail_gateway(), self.mock_mail_app():
            complaint = self.take(team=self.centre)
            self.flush_tracking()
        self.assertTrue(complaint.user_id)
        self.assertEqual(complaint.received_by_id, complaint.user_id)
        told = self._new_notifs.filtered(
            lambda notice: (
                notice.mail_message_id.model == complaint._name
                and notice.mail_message_id.res_id == complaint.id
            )
        )
        self.assertEqual(told.res_partner_id, complaint.user_id.partner_id)
        self.assertEqual(len(told), 1)

    def test_what_is_missing(self):
        """Each field says what is wrong with it, and nothing is stored."""
        for values, fields in (
            ({"description": " \n\u200b"}, {"description"}),
            ({"name": ""}, {"name"}),
            ({"email": ""}, {"email"}),
            ({"email": "nobody at home"}, {"email"}),
            ({"email": "", "phone": "12"}, {"phone"}),
            ({"consent": None}, {"consent"}),
            ({"consent": "no"}, {"consent"}),
            ({"happened_on": "yesterday"}, {"happened_on"}),
            ({"happened_on": "2999-01-01"}, {"happened_on"}),
            ({"happened_on": "0001-01-01"}, {"happened_on"}),
            ({"category": "0"}, {"category"}),
            ({"category": "99999999"}, {"category"}),
            ({"category": "x' OR 1=1"}, {"category"}),
            ({"category": "９"}, {"category"}),
            (
                {"description": "", "name": "", "email": "", "consent": None},
                {"description", "name", "email", "consent"},
            ),
        ):
            with self.subTest(values=values):
                self.assertEqual(self.refusal(**values).errors.keys(), fields)
        for fname, limit in LIMITS.items():
            if fname == "happened_on":
                continue
            with self.subTest(too_long=fname):
                self.assertIn(str(limit), self.refusal(**{fname: "x" * (limit + 1)}).errors[fname])

    def test_phone_alone_is_enough(self):
        complaint = self.take(email="", phone="13800000000")
        self.assertEqual((complaint.partner_phone, complaint.partner_email), ("13800000000", False))
        self.assertEqual(complaint._get_customer_messages(), complaint.message_ids)

    def test_anonymous_where_the_channel_allows_it(self):
        """IN-1: without a name and a way back, where the company takes that."""
        self.assertTrue(self.refusal(name="", email=""))
        self.env.ref("complaint_management.complaint_channel_web").anonymous = True
        complaint = self.take(name="", email="")
        self.assertFalse(complaint.partner_name or complaint.partner_email or complaint.partner_phone)
        self.assertEqual(len(complaint.message_ids), 1)

    def test_only_offered_categories(self):
        """A category of another company, an archived one and one that is not offered are no choice."""
        Category = self.env["complaint.category"]
        top, below = Category.create({"name": "Top"}), Category.create({"name": "x", "on_form": False})
        self.assertTrue(top.on_form)
        self.assertFalse(Category.create({"name": "Below", "parent_id": top.id}).on_form)
        foreign = Category.create({"name": "Foreign", "company_id": self.company_2.id})
        gone = Category.create({"name": "Gone", "active": False})
        offered = dict(self.company._get_form_categories())
        self.assertIn(top.id, offered)
        for category in (below, foreign, gone):
            self.assertNotIn(category.id, offered)
            self.assertIn("category", self.refusal(category=str(category.id)).errors)
        top.on_form = False
        self.assertNotIn(top.id, dict(self.company._get_form_categories()))

    def test_hostile_text_is_text(self):
        """IN-11: markup, formulas and marks that turn the direction are words, and change nothing."""
        hostile = "<script>alert(1)</script>\u202e\x00 =cmd|' /C calc'!A0 {{ 7*7 }} %(x)s %s"
        complaint = self.take(description=hostile, name="<b>Li</b>", wanted=hostile, about=hostile)
        self.assertEqual(
            complaint.description, "<script>alert(1)</script> =cmd|' /C calc'!A0 {{ 7*7 }} %(x)s %s"
        )
        self.assertNotIn("<script", complaint.message_ids.body)
        self.assertIn("&lt;script", complaint.message_ids.body)

    def test_one_form_one_complaint(self):
        """IN-3: the same form sent again leads to the complaint that it made."""
        token = self.form_token()
        first = self.take(form_token=token)
        before = self.counts()
        self.assertEqual(self.take(form_token=token, description="Other words"), first)
        self.assertEqual(self.counts(), before)
        self.assertNotEqual(self.take(), first)

    def test_same_form_at_the_same_moment(self):
        """IN-3: while one of two is being taken, the other one waits and looks again."""
        token = self.form_token()
        with db_connect(self.env.cr.dbname).cursor() as elsewhere:
            elsewhere.execute(
                "SELECT pg_try_advisory_xact_lock(hashtext('complaint form'), hashtext(%s))",
                [token.partition(".")[0]],
            )
            before = self.counts()
            with self.assertRaises(ConcurrencyError):
                self.take(form_token=token)
            self.assertEqual(self.counts(), before)
            self.assertTrue(self.take())
            elsewhere.rollback()
        self.assertTrue(self.take(form_token=token))

    def test_time_trap(self):
        """Who is quicker than a person is asked to send it once more; a form lasts a day, and is ours."""
        self.assertIn("quick", self.refusal(form_token=self.form_token(1)).errors[""])
        self.assertTrue(self.take(form_token=self.form_token(24 * 3600)))
        nonce, moment, signature = self.form_token(60).split(".")
        for token in (
            None,
            "",
            "x",
            "a.b.c",
            f"{nonce}.{moment}.{signature[:-1]}x",
            f"{nonce}.{int(moment) - 60}.{signature}",
            f"{'0' * 32}.{moment}.{signature}",
            f"{nonce}.{moment}.é",
            f"{nonce}.²²²²²²².{signature}",
            self.form_token(31 * 24 * 3600),
            self.form_token(-3600),
        ):
            with self.subTest(token=token):
                self.assertIn("", self.refusal(form_token=token).errors)

    def test_hidden_field(self):
        self.assertIn("people do not see", self.refusal(homepage="http://example.com").errors[""])

    def test_confirmation_by_mail(self):
        """CP-5: the complaint is there at once; only the question goes to the address at first."""
        self.company.complaint_form_confirm = True
        complaint = self.take(email=self.customer.email)
        self.assertFalse(complaint.email_confirmed)
        self.assertFalse(complaint.partner_id)
        self.assertEqual(complaint.notice_ids.mapped("event"), ["confirm"])
        token = complaint._get_confirm_token()
        Open = self.Complaint._open_for_confirmation
        for wrong in ("", "x", token[:-1], "é", self.take(email="b@example.com")._get_confirm_token()):
            self.assertFalse(Open(complaint.id, wrong))
        self.assertFalse(Open(complaint.id + 999999, token))
        self.assertEqual(Open(complaint.id, token), complaint)
        complaint.sudo()._confirm_address()
        self.assertTrue(complaint.email_confirmed)
        self.assertEqual(complaint.partner_id, self.customer)
        self.assertIn("received", complaint.notice_ids.mapped("event"))
        before = self.counts()
        complaint.sudo()._confirm_address()
        self.assertEqual(self.counts(), before)
        # Another address is another person.
        complaint.sudo().write({"partner_id": False, "partner_email": "new@example.com"})
        self.assertFalse(Open(complaint.id, token))

    def test_confirmation_is_for_strangers_with_an_address(self):
        self.company.complaint_form_confirm = True
        self.assertTrue(self.take(partner=self.owner).email_confirmed)
        self.assertTrue(self.take(email="", phone="13800000000").email_confirmed)

    def test_merging_keeps_what_was_stated(self):
        target, source = self.new_complaint(), self.take(about="Heater 12")
        source.sudo().merge_into(target.sudo())
        self.assertEqual(target.about_stated, "Heater 12")

    def test_language_of_the_page(self):
        """Who is no contact is written to in the language of the form, a contact in theirs."""
        self.env["res.lang"]._activate_lang("fr_FR")
        complaint = self.Complaint.with_context(lang="fr_FR")._take_form(
            self.filled(),
            [],
            self.company,
            self.env["complaint.team"],
            self.env["res.partner"],
            self.env["sale.order"],
            "192.0.2.1",
        )
        self.assertEqual(complaint._get_customer_language(), "fr_FR")
        self.assertEqual(self.new_complaint()._get_customer_language(), self.customer.lang or self.env.lang)

    def test_exported_cells_calculate_nothing(self):
        """IN-11: what begins like a formula is text in a table, and unchanged in the record."""
        words = "=1+1"
        complaint = self.take(subject=words, about="@SUM(A1)", place="{=1}", description="-1\n=2")
        rows = (
            complaint.with_user(self.manager)
            .sudo()
            .export_data(["name", "about_stated", "occurred_place", "number", "received_at"])["datas"]
        )
        self.assertEqual(rows[0][:4], ["'=1+1", "'@SUM(A1)", "'{=1}", complaint.number])
        self.assertEqual(complaint.name, words)

    def _queries_of_sending(self):
        self.env.flush_all()
        self.env.invalidate_all()
        values = self.filled()
        before = self.cr.sql_log_count
        self.Complaint._take_form(
            values,
            [],
            self.company,
            self.centre,
            self.env["res.partner"],
            self.env["sale.order"],
            "192.0.2.1",
        )
        self.env.flush_all()
        return self.cr.sql_log_count - before

    @warmup
    def test_cost_does_not_grow(self):
        """A sending costs the same with ten complaints and with many."""
        self.company.write({"complaint_form_per_address": 9999, "complaint_form_per_contact": 9999})
        for _index in range(3):
            self._queries_of_sending()
        few = self._queries_of_sending()
        self.new_complaint()
        self.Complaint.with_context(tracking_disable=True).create(
            [
                {"name": f"C{index}", "partner_email": "li.si@example.com", "team_id": self.centre.id}
                for index in range(300)
            ]
        )
        self._queries_of_sending()
        many = self._queries_of_sending()
        self.assertEqual(few, many)


@tagged("post_install", "-at_install")
class TestFormAddress(FormModelCommon):
    def test_proposed_from_the_name(self):
        Team = self.env["complaint.team"]
        first, second, chinese = Team.create([{"name": "Café Ost"}, {"name": "Café Ost"}, {"name": "前台"}])
        self.assertEqual(first.web_key, "cafe-ost")
        self.assertEqual(second.web_key, f"cafe-ost-{second.id}")
        self.assertEqual(chinese.web_key, f"team-{chinese.id}")
        self.assertEqual(Team.create({"name": "Sent"}).web_key[:5], "team-")
        self.assertFalse(Team.create({"name": "None", "web_key": False}).web_key)
        self.assertNotEqual(first.copy().web_key, first.web_key)

    def test_refused_addresses(self):
        for key in ("a/b", "a b", "é", "-a", "a-", "x" * 41, "a.b", "sent", "confirm", "<b>"):
            with self.subTest(key=key), self.assertRaises(ValidationError), self.cr.savepoint():
                self.centre.web_key = key
        self.centre.web_key = " Front-Desk "
        self.assertEqual(self.centre.web_key, "front-desk")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self.other_team.web_key = "front-desk"
            self.env.flush_all()

    def test_who_may_change_it(self):
        self.centre.with_user(self.manager).web_key = "desk"
        with self.assertRaises(AccessError):
            self.centre.with_user(self.handler).web_key = "desk2"

    def test_found_by_its_address(self):
        Team = self.env["complaint.team"]
        self.assertEqual(Team._get_by_web_key("centre"), self.centre)
        self.assertEqual(Team._get_by_web_key("CENTRE"), self.centre)
        for key in ("", "nowhere", "\x00", "centre'--", "ｃentre", "sent"):
            self.assertFalse(Team._get_by_web_key(key))
        self.assertIn("/complaint/centre", self.centre.form_url)
        self.assertIn("value=http", self.centre.form_qr_url)
        self.company.complaint_form_open = False
        self.assertFalse(Team._get_by_web_key("centre"))
        self.assertFalse(self.centre.form_url)
        self.company.complaint_form_open = True
        self.centre.active = False
        self.assertFalse(Team._get_by_web_key("centre"))
