from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.complaint_management.tests.case.common import CaseCommon
from odoo.addons.complaint_management.tests.common import GROUP


@tagged("post_install", "-at_install")
class TestSettings(CaseCommon):
    """The settings page: what a company decides for itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = new_test_user(
            cls.env,
            "boss",
            groups=f"{GROUP}manager,base.group_system",
            company_id=cls.company.id,
            company_ids=[Command.set((cls.company | cls.company_2).ids)],
        )

    def _settings(self, company):
        return self.env["res.config.settings"].with_user(self.boss).with_company(company)

    def test_fields_of_the_company(self):
        """OR-3: each company has its own default team and look-back."""
        for company, team, days in (
            (self.company, self.other_team, 30),
            (self.company_2, self.foreign_team, 90),
        ):
            with Form(self._settings(company)) as form:
                form.complaint_team_id = team
                form.complaint_repeat_days = days
            form.record.execute()
        self.assertEqual(self.company.complaint_team_id, self.other_team)
        self.assertEqual(self.company.complaint_repeat_days, 30)
        self.assertEqual(self.company_2.complaint_team_id, self.foreign_team)
        self.assertEqual(self.company_2.complaint_repeat_days, 90)
        # And it works at once: who is in no team has the default one.
        complaint = self.Complaint.with_user(self.boss).create({"name": "x"})
        self.assertEqual(complaint.team_id, self.other_team)

    def test_page_shows_what_is_set(self):
        self.company.write({"complaint_team_id": self.centre.id, "complaint_repeat_days": 7})
        form = Form(self._settings(self.company))
        self.assertEqual((form.complaint_team_id, form.complaint_repeat_days), (self.centre, 7))

    def test_action_of_the_page(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "complaint_management.res_config_settings_action"
        )
        self.assertEqual(action["res_model"], "res.config.settings")
        self.assertIn("complaint_management", action["context"])

    def test_numbers(self):
        """IN-3: the button opens the counter of the company that is being set, made where it is missing."""
        sequences = self.env["ir.sequence"]
        for company in (self.company, self.company_2):
            action = self._settings(company).create({}).action_open_complaint_sequence()
            sequence = sequences.browse(action["res_id"])
            self.assertEqual(action["res_model"], "ir.sequence")
            self.assertEqual(sequence.company_id, company)
            self.assertEqual(sequence.code, "complaint.complaint")
            complaint = self.Complaint.with_user(self.boss).with_company(company).create({"name": "x"})
            prefix = sequence.prefix % {"range_year": complaint.received_at.year}
            self.assertTrue(complaint.number.startswith(prefix), complaint.number)

    def test_only_who_sets_the_system(self):
        """A complaint manager without that right sees no settings."""
        with self.assertRaises(AccessError):
            self.env["res.config.settings"].with_user(self.manager).create({}).execute()

    def test_buttons(self):
        """The links of the page lead to what they name."""
        for name, model in (
            ("complaint_team_action", "complaint.team"),
            ("complaint_stage_action", "complaint.stage"),
            ("complaint_category_action", "complaint.category"),
            ("complaint_channel_action", "complaint.channel"),
        ):
            with self.subTest(name=name):
                action = self.env["ir.actions.act_window"]._for_xml_id(f"complaint_management.{name}")
                self.assertEqual(action["res_model"], model)
