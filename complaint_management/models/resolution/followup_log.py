from odoo import api, fields, models
from odoo.exceptions import UserError

from .followup import FOLLOWED_STEPS, REOPEN_STEPS


class ComplaintFollowup(models.Model):
    """What came of a call: it is done, tried again, given up, or takes the complaint up again (CL-2).

    Two people who log the same call at the same moment are settled by the database: the second one waits
    for the first, is done again and finds who was faster.
    """

    _inherit = "complaint.followup"

    @api.model
    def _log(
        self,
        complaint,
        result,
        note="",
        taken_up=False,
        step="solution",
        reason="",
        followup=None,
        by_customer=False,
    ):
        """Log the result of a call; who may change the complaint may log it.

        :param complaint: complaint.complaint that was asked about
        :param str result: satisfied, not_satisfied or not_reached
        :param str note: what the customer said
        :param bool taken_up: a complaint whose customer is not satisfied is opened again
        :param str step: where the work goes on then
        :param str reason: why it is not taken up, where it is not
        :param followup: the planned call that was made; none for one that nobody planned
        :param bool by_customer: nobody called: the customer answered on their page, at their own word
        :return: the call
        :raises UserError: something is missing, or the call was logged meanwhile
        """
        complaint.ensure_one()
        complaint.check_access("write")
        followup = followup or complaint._get_open_followup()
        if followup and (followup.state != "planned" or followup.complaint_id != complaint):
            raise UserError(self.env._("%(status)s Look at it again.", status=followup._get_status_line()))
        complaint._check_can_log_followup()
        note, reason = (note or "").strip(), (reason or "").strip()
        taken_up = taken_up and result == "not_satisfied"
        if not by_customer:
            self._check_log(result, note, taken_up, step, reason)
        vals = {
            "state": "done",
            "result": result,
            "note": note,
            "taken_up": taken_up,
            "reason": reason if result == "not_satisfied" and not taken_up else False,
            "done_at": fields.Datetime.now(),
            "done_by_id": not by_customer and self.env.uid,
            "by_customer": by_customer,
        }
        if result == "not_reached" and followup and followup.attempt >= followup.tries:
            vals["state"] = "given_up"
        if followup:
            followup._finish(vals)
        else:
            followup = (
                self.sudo()
                .create(
                    {
                        **vals,
                        "complaint_id": complaint.id,
                        "round": complaint.reopen_count,
                        "user_id": self.env.uid,
                    }
                )
                .with_env(self.env)
            )
        if not by_customer:
            followup._log_contact()
        followup._follow_result(step)
        return followup

    @api.model
    def _check_log(self, result, note, taken_up, step, reason):
        if result not in self._fields["result"].get_values(self.env):
            raise UserError(self.env._("Choose what came of the call."))
        if result != "not_satisfied":
            return
        if not note:
            raise UserError(self.env._("Write down what the customer is not satisfied with."))
        if taken_up and step not in REOPEN_STEPS:
            raise UserError(self.env._("Choose the step in which the work goes on."))
        if not taken_up and not reason:
            raise UserError(self.env._("Take the complaint up again, or write down why it stays as it is."))

    def _finish(self, vals):
        """Bring a planned call to its end, and its activity with it."""
        activity_sudo = self.sudo().activity_id.filtered("active")
        self.sudo().write(vals)
        # Now, not at the end: whoever was faster is found before anything follows from the result.
        self.flush_recordset(["state"])
        if activity_sudo:
            activity_sudo.action_feedback(feedback=self._get_result_label())

    def _get_result_label(self):
        return dict(self._fields["result"]._description_selection(self.env))[self.result]

    def _follow_result(self, step):
        """Do what follows from a result.

        :param str step: where the work goes on, if it does
        """
        self.ensure_one()
        complaint = self.complaint_id
        if self.result == "not_reached":
            if self.state == "given_up":
                complaint._message_log(
                    body=self.env._(
                        "Follow-up call given up: not reached after %(tries)s tries.", tries=self.tries
                    )
                )
            elif self.tries:
                self._plan_next_try()
        elif self.taken_up:
            complaint._take_up_again(self.note, step)
        else:
            if self.reason:
                complaint._message_log(
                    body=self.env._(
                        "The customer is not satisfied; not taken up again: %(reason)s", reason=self.reason
                    )
                )
            if complaint.step == "follow_up":
                complaint._reach_milestones(["follow_up"], self.done_at)

    def _plan_next_try(self):
        complaint_sudo, followup_sudo = self.complaint_id.sudo(), self.sudo()
        caller = followup_sudo.user_id
        if not caller:
            caller = complaint_sudo._get_followup_caller(followup_sudo.caller, followup_sudo.rule_id.user_id)
        self._create_planned(
            [
                {
                    "complaint_id": complaint_sudo.id,
                    "round": followup_sudo.round,
                    "attempt": followup_sudo.attempt + 1,
                    "planned_date": complaint_sudo._get_followup_day(followup_sudo.days_between),
                    "user_id": caller.id,
                    "rule_id": followup_sudo.rule_id.id,
                    "moment": followup_sudo.moment,
                    "caller": followup_sudo.caller,
                    "tries": followup_sudo.tries,
                    "days_between": followup_sudo.days_between,
                }
            ]
        )

    def _log_contact(self):
        """A follow-up call is a contact with the customer (CO-1)."""
        said = {
            "satisfied": self.env._("The customer is satisfied."),
            "not_satisfied": self.env._("The customer is not satisfied."),
            "not_reached": self.env._("Nobody answered."),
        }
        lines = [said[self.result], self.note]
        contact = self.complaint_id._log_contact(
            "call",
            "out",
            "follow_up",
            "\n".join(line for line in lines if line),
            result="not_reached" if self.result == "not_reached" else "reached",
        )
        self.sudo().contact_id = contact


class ComplaintComplaint(models.Model):
    _inherit = "complaint.complaint"

    def _check_can_log_followup(self):
        self.ensure_one()
        if self.duplicate_of_id:
            target = self.sudo().duplicate_of_id
            raise UserError(
                self.env._(
                    "%(number)s was merged into %(target)s. Log the call there.",
                    number=self.number,
                    target=target.number,
                )
            )
        if self.step not in FOLLOWED_STEPS:
            raise UserError(
                self.env._(
                    "%(complaint)s is in work. Ask the customer about it when the result is reported; until "
                    "then log an ordinary contact.",
                    complaint=self.display_name,
                )
            )

    def _take_up_again(self, reason, step):
        """Go on with a complaint whose customer is not satisfied: a new round, unless it never got so far."""
        try:
            if self.step == "feedback":
                self.move_to(step)
                self._message_log(body=self.env._("Taken up again: %(reason)s", reason=reason))
            else:
                self.action_reopen(reason, step)
        except UserError as error:
            raise UserError(
                self.env._(
                    "%(problem)s\n\nChoose an earlier step for the work to go on, or complete this first.",
                    problem=error,
                )
            ) from error
