from functools import partial

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.complaint_management.tests.inquiry.common import InquiryCommon
from odoo.addons.complaint_management.tests.web_client import read_specification


@tagged("post_install", "-at_install")
class TestInquiryCost(InquiryCommon):
    """A case that has grown long costs no more queries than a short one."""

    def _cost(self, user, work):
        """Return how many queries work costs, the second time it is done."""
        costs = []
        for _warm_up_first in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            env = self.env(user=user)
            before = self.env.cr.sql_log_count
            work(env)
            costs.append(self.env.cr.sql_log_count - before)
        return costs[-1]

    def _new_long_case(self, contacts, sheets, evidence, messages):
        complaint = self.new_case()
        complaint._log_contact("call", "out", "listening", "They told us more.")
        complaint.contact_ids.create(
            [
                {
                    "complaint_id": complaint.id,
                    "kind": "call",
                    "direction": "in",
                    "purpose": "other",
                    "summary": f"Call {number}",
                    "channel_id": self.channel.id,
                }
                for number in range(contacts - 1)
            ]
        )
        departments = (self.workshop, self.office, self.works)
        for number in range(sheets):
            self.new_sheet(complaint, departments[number % 3])
        complaint.evidence_ids = [
            Command.create({"name": f"Proof {number}", "kind": "photo", "description": "Cold."})
            for number in range(evidence)
        ]
        complaint.why_ids = [Command.create({"name": f"Because {number}"}) for number in range(5)]
        complaint.liability_ids = [
            Command.create(
                {
                    "party_kind": "department",
                    "department_id": department.id,
                    "share": 30,
                    "finding": "our_fault",
                }
            )
            for department in departments
        ]
        self.env["mail.message"].sudo().create(
            [
                {
                    "model": complaint._name,
                    "res_id": complaint.id,
                    "body": f"Message {number}",
                    "author_id": self.handler.partner_id.id,
                    "message_type": "comment",
                    "subtype_id": self.env.ref("mail.mt_note").id,
                }
                for number in range(messages)
            ]
        )
        return complaint

    def test_case_page(self):
        """DESIGN 4.3: 40 contacts, 6 sheets, 30 pieces of evidence and 200 messages open like one of each."""
        specification = read_specification(self.env(user=self.handler), "complaint.complaint", "form")
        # Each has asked the same departments: their names are no part of the comparison.
        short = self._new_long_case(1, 3, 1, 1)
        long = self._new_long_case(40, 6, 30, 200)

        def page(complaint, env):
            env["complaint.complaint"].browse(complaint.id).web_read(specification)

        for step in ("dispatch", "investigation"):
            (short | long).move_to(step)
            with self.subTest(step=step):
                few, many = (self._cost(self.handler, partial(page, case)) for case in (short, long))
                self.assertEqual(many, few)
                self.assertLessEqual(many, 60)

    def test_list_of_sheets(self):
        """DESIGN 4.3: the list and the board of sheets cost the same with two and with sixty."""
        views = {
            view_type: read_specification(self.env(user=self.handler), "complaint.dispatch", view_type)
            for view_type in ("list", "kanban")
        }
        self._fill_sheets(2)
        few = self._get_list_costs(views)
        self._fill_sheets(58)
        self.assertEqual(self._get_list_costs(views), few)

    def _get_list_costs(self, views):
        return {
            (view_type, user.login): self._cost(
                user,
                lambda env, specification=specification: env["complaint.dispatch"].web_search_read(
                    [], specification, limit=80
                ),
            )
            for view_type, specification in views.items()
            for user in (self.handler, self.foreman)
        }

    def _fill_sheets(self, count):
        complaints = [self.new_case() for _number in range(min(count, 6))]
        for number in range(count):
            self.new_sheet(complaints[number % 6])
