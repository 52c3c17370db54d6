"""What the tests that look at the customer's pages share: cases in all their states."""

from datetime import timedelta

from odoo import fields

from odoo.addons.complaint_management.tests.portal.accessibility import AccessibilityCommon, axe_source
from odoo.addons.complaint_management.tests.portal.action_common import ActionHttpCommon
from odoo.addons.complaint_management.tests.portal.form_common import FormCommon


class PageCommon(AccessibilityCommon, ActionHttpCommon, FormCommon):
    """Cases in all the states that a customer's page knows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.axe = axe_source()
        cls.company.complaint_colleagues_see = True
        # With a second language, pages have a button for it.
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.order = cls.env["sale.order"].create({"partner_id": cls.owner.id})
        cls.order.action_confirm()

    def new_cases(self):
        """Return cases of the owner, by what is to be seen of them."""
        self.env["complaint.followup.rule"].create({"name": "Call", "nature": False, "delay": 2})
        own = {"partner_id": self.owner.id}
        cases = {
            "new": self.new_case_of(self.owner),
            "talk": self.new_case_of(self.owner, wanted_outcome="A new one", occurred_place="At home"),
            "asked to call": self.new_solved_case(**own),
            "declined": self.new_solved_case(**own),
            "accepted": self.new_solved_case(**own),
            "offered": self.new_solved_case(**own),
            "reported": self.new_reported(**own),
            "followup": self.new_reported("closed", **own),
            "appealed": self.new_reported("closed", **own),
            "confirmed": self.new_reported(**own),
            "rejected": self.new_case_of(self.owner),
            "withdrawal": self.new_case_of(self.owner),
            "target": self.new_case_of(self.owner),
            "merged": self.new_case_of(self.owner),
        }
        as_customer = {name: self.as_customer(complaint) for name, complaint in cases.items()}
        for name in ("asked to call", "declined", "accepted", "offered"):
            self.new_offered(cases[name])
        as_customer["asked to call"]._ask_for_call(
            cases["asked to call"].solution_ids.id, "010 6234 5678", "After six"
        )
        as_customer["declined"]._decline_as_customer(cases["declined"].solution_ids.id, "It is too little.")
        as_customer["accepted"]._accept_as_customer(
            cases["accepted"].solution_ids.id, "Zhang San", self.picture(30, 10)
        )
        as_customer["confirmed"]._confirm_as_customer(
            as_customer["confirmed"]._get_report_mark(), "Zhang San", self.picture(30, 10)
        )
        as_customer["appealed"]._appeal_as_customer("0", "I am not content.")
        as_customer["talk"]._reply_as_customer("Here is a photo.", [("note.txt", b"It leaks.")])
        cases["talk"].message_post(
            body="Thank you, we look at it.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.owner.ids,
        )
        cases["rejected"].action_cancel("This is a question for the landlord.")
        cases["merged"].merge_into(cases["target"])
        return cases

    def open_anew(self, complaint):
        """Return the path of the page of a complaint with a link that has ended."""
        complaint.sudo().action_cancel("A mistake")
        self.company.complaint_link_days = 1
        path = self.link(complaint)
        long_ago = fields.Datetime.now() - timedelta(days=10)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE complaint_complaint SET closed_at = %s, access_token_date = %s WHERE id = %s",
            [long_ago, long_ago, complaint.id],
        )
        self.env.invalidate_all()
        return path
