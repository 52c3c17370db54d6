from odoo.tests import tagged

from .common import ResolutionCommon


@tagged("post_install", "-at_install")
class TestSolutionTask(ResolutionCommon):
    """The case names the next thing to do about its solution, and does it with one click."""

    def task(self, complaint):
        """Return what comes next, and what the click opens."""
        action = complaint.with_user(self.handler).action_solution_task()
        return complaint.solution_task, action["res_model"]

    def test_one_after_the_other(self):
        """SO-1, SO-4, SO-5: proposed, submitted, approved, offered, declined, revised, accepted."""
        self.new_rule()
        complaint = self.new_solved_case()
        self.assertEqual(self.task(complaint), ("propose", "complaint.solution"))
        solution = self.new_solution(complaint)
        self.assertEqual(self.task(complaint), ("submit", "complaint.solution"))
        solution.action_submit()
        self.assertEqual(self.task(complaint), ("wait", "complaint.solution"))
        self.approve(solution, self.leader)
        self.assertEqual(self.task(complaint), ("offer", "complaint.solution.offer"))
        self.offer(solution)
        self.assertEqual(self.task(complaint), ("answer", "complaint.solution.answer"))
        solution.action_decline("She wants the whole amount.")
        self.assertEqual(complaint.solution_task, "revise")
        action = complaint.with_user(self.handler).action_solution_task()
        revised = complaint._get_latest_solution()
        self.assertEqual((revised.version, action["res_id"]), (2, revised.id))
        self.assertEqual(complaint.solution_task, "submit")
        revised.action_submit()
        self.approve(revised, self.leader)
        self.offer(revised)
        revised.action_accept(kind="call")
        self.assertFalse(complaint.solution_task, "now it goes on")

    def test_dialog_is_of_the_latest(self):
        solution = self.new_solution()
        solution.action_submit()
        action = solution.complaint_id.with_user(self.handler).action_solution_task()
        self.assertEqual(action["context"], {"default_solution_id": solution.id})

    def test_stood_by(self):
        """SO-4: what a leader stands by is not revised."""
        solution = self.new_solution()
        solution.action_submit()
        self.offer(solution)
        solution.action_decline("She wants the whole amount.")
        solution.with_user(self.leader).action_stand_by("It is fair.")
        self.assertFalse(solution.complaint_id.solution_task)

    def test_nothing_to_do(self):
        """A question needs no solution; nor is there anything to do in another step."""
        question = self.new_complaint(nature="inquiry")
        question.move_to("solution")
        self.assertFalse(question.solution_task)
        complaint = self.new_case()
        self.assertFalse(complaint.solution_task)
