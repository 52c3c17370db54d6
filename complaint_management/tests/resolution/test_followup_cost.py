from odoo.tests import tagged

from odoo.addons.complaint_management.tests.resolution.followup_common import FollowupCommon
from odoo.addons.complaint_management.tests.web_client import read_specification


@tagged("post_install", "-at_install")
class TestFollowupCost(FollowupCommon):
    """Planning is done with the move, for many at once; lists cost the same whatever stands on them."""

    def cost(self, work, user=None):
        """Return how many queries work costs, up to its commit; the third time, as on a running server."""
        costs = []
        for _warm_up_first in range(3):
            savepoint = self.env.cr.savepoint()
            self.env.invalidate_all()
            env = self.env(user=user or self.handler, context={"lang": "en_US", "tz": "UTC"})
            before = self.env.cr.sql_log_count
            work(env)
            env.flush_all()
            self.env.cr.precommit.run()
            costs.append(self.env.cr.sql_log_count - before)
            savepoint.close(rollback=True)
            self.env.clear()
        return costs[-1]

    def close_cost(self, complaints):
        ids = complaints.ids
        return self.cost(lambda env: env["complaint.complaint"].browse(ids).move_to("closed"))

    def plan_cost(self, complaints):
        """Return what planning alone costs: as part of the move all that it reads is there already."""
        ids = complaints.ids

        def plan(env):
            cases = env["complaint.complaint"].browse(ids)
            cases.mapped("partner_name")
            cases.excluded_user_ids.mapped("active")
            read.append(env.cr.sql_log_count)
            cases._plan_followups()

        read = []
        return self.cost(plan)

    def test_closing(self):
        """No rule: nothing more; a rule: at most 6 queries more for one, and no more for 50."""
        complaint = self.new_told()
        many = self.Complaint.union(*(self.new_told() for _number in range(50)))
        without, without_many = self.close_cost(complaint), self.close_cost(many)
        rule = self.new_rule(nature="praise")
        self.assertLessEqual(self.close_cost(complaint) - without, 1)
        rule.nature = False
        more = self.close_cost(complaint) - without
        self.assertLessEqual(more, 6)
        self.assertLessEqual(self.close_cost(many) - without_many, more + 2)

    def test_list(self):
        self.new_rule()
        complaints = self.Complaint.union(*(self.new_closed() for _number in range(20)))
        for view in ("list", "kanban"):
            specification = read_specification(self.env(user=self.handler), "complaint.followup", view)
            costs = [
                self.cost(
                    lambda env, limit=limit, specification=specification: env[
                        "complaint.followup"
                    ].web_search_read([("state", "=", "planned")], specification, limit=limit)
                )
                for limit in (1, 20)
            ]
            with self.subTest(view):
                self.assertEqual(costs[0], costs[1])
                self.assertLessEqual(costs[1], 12)
        self.assertEqual(len(self.calls(complaints)), 20)

    def test_groups(self):
        """The list is grouped by team, caller, result and month."""
        self.new_rule()
        self.log(self.new_closed())
        self.new_closed()
        for groupby in ("team_id", "user_id", "result", "state", "planned_date:day", "done_at:month"):
            with self.subTest(groupby):
                groups = self.Followup.with_user(self.handler).formatted_read_group(
                    [], [groupby], ["__count"]
                )
                self.assertEqual(sum(group["__count"] for group in groups), 2)
