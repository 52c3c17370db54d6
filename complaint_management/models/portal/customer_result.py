from odoo import fields, models

from ..resolution.complaint_result import REPORT_STEPS
from ..resolution.followup import FOLLOWED_STEPS
from .customer_acts import CustomerRefusal


class ComplaintCustomerResult(models.Model):
    """The customer confirms the result, or says that it is not in order; and how it is later (SO-6, CL-2)."""

    _inherit = "complaint.complaint"

    # the result

    def _get_report_mark(self):
        """Return what the form carries about the result that was shown: it may be told anew meanwhile."""
        self.ensure_one()
        return fields.Datetime.to_string(self.result_reported_at) or ""

    def _get_shown_confirmation(self):
        """Return what the customer can say about the result that they were told, or False."""
        self.ensure_one()
        if not self.result_reported_at or self.duplicate_of_id:
            return False
        confirmed = self.confirmation in ("signed", "paper")
        open_step = self.step in REPORT_STEPS
        return {
            "told": self._get_report_mark(),
            "told_on": self._tell_date(self.result_reported_at),
            "confirmed_on": confirmed and self._tell_date(self.confirmed_at),
            "confirmed_by": self.confirmed_by or "" if confirmed else "",
            "can_confirm": open_step and not confirmed,
            "can_object": (open_step and (not confirmed or self.step == "follow_up"))
            or (self.step == "closed" and self._is_reopenable()),
        }

    def _check_shown_result(self, told, can):
        """Check that the customer speaks of the result that holds, and can say that now.

        :param str told: mark of the result that the page showed
        :param str can: what they want: can_confirm or can_object
        :raises CustomerRefusal: it was confirmed, told anew or taken up again meanwhile
        """
        shown = self._get_shown_confirmation()
        if not shown or shown["told"] != told:
            raise CustomerRefusal(
                self.env._("The result has changed. Please look at it again before you answer.")
            )
        if can == "can_confirm" and shown["confirmed_on"]:
            raise CustomerRefusal(
                self.env._("You have confirmed it already on %(date)s.", date=shown["confirmed_on"])
            )
        if not shown[can]:
            raise CustomerRefusal(self.env._("This is over. If something is wrong, please write to us."))

    def _confirm_as_customer(self, told, name, signature):
        """Confirm by a signature that the result is as agreed.

        :param str told: mark of the result that the page showed
        :param str name: who signs
        :param str signature: picture, as a data URL
        """
        ours = self._begin_customer_act()
        self._check_shown_result(told, "can_confirm")
        name, picture = self._read_signature(name, signature)
        ours.action_confirm_result("signed", name=name, signature=picture)
        said = ours.env._("Result confirmed and signed by %(name)s, on the customer's page.", name=name)
        ours._note_customer_act(said)
        ours._tell_responsible(ours.env._("the result was confirmed"), said)
        return "confirmed"

    def _object_as_customer(self, told, words):
        """Say that the result is not in order: where the work was done already, it is taken up again.

        :param str told: mark of the result that the page showed
        :param str words: what is not in order
        """
        ours = self._begin_customer_act()
        words = self._clean_customer_text(words, self.env._("Tell us what is not in order."))
        if self._was_just_sent(words):
            return "objected"
        self._check_shown_result(told, "can_object")
        ours._note_customer_act(
            ours.env._("The complainant says on the customer's page that the result is not in order.")
        )
        if self.step in ("follow_up", "closed"):
            ours._take_up_again(words, ours._get_take_up_step())
        ours._hand_on_objection(words)
        return "objected"

    def _hand_on_objection(self, words):
        """Give what is not in order to the person responsible, and keep it among the customer's messages."""
        self._plan_customer_task(self.env._("The complainant says that it is not in order"), words)
        self._post_as_customer(words, silent=True)

    # how it is later

    def _get_shown_followup(self):
        """Return the question that a follow-up call would ask, where one is planned; else False."""
        self.ensure_one()
        call = self._get_open_followup()
        if not call or self.step not in FOLLOWED_STEPS or self.duplicate_of_id:
            return False
        return {"id": call.id}

    def _answer_followup(self, followup_id, satisfied, words=""):
        """Answer what a planned call would ask: is all well? Nobody has to call then.

        :param followup_id: the planned call that the page was about
        :param bool satisfied: all is well
        :param str words: what is not, or anything else
        """
        ours = self._begin_customer_act()
        call = ours._get_open_followup()
        if not call or str(call.id) != str(followup_id):
            raise CustomerRefusal(self.env._("You have answered this already, or we do not ask any more."))
        if self.duplicate_of_id or self.step not in FOLLOWED_STEPS:
            raise CustomerRefusal(self.env._("This is over. If something is wrong, please write to us."))
        if satisfied is None:
            raise CustomerRefusal(self.env._("Say whether all is well."))
        words = self._clean_customer_text(
            words, None if satisfied else self.env._("Tell us what is not in order.")
        )
        said = (
            ours.env._("The complainant is satisfied (on the customer's page).")
            if satisfied
            else ours.env._("The complainant is not satisfied (on the customer's page).")
        )
        ours._note_customer_act(f"{said} {words}".strip())
        self.env["complaint.followup"].with_env(ours.env)._log(
            ours,
            "satisfied" if satisfied else "not_satisfied",
            note=words,
            taken_up=not satisfied,
            step=ours._get_take_up_step(),
            followup=call,
            by_customer=True,
        )
        if not satisfied:
            ours._hand_on_objection(words)
        return "followup_well" if satisfied else "followup_not"
