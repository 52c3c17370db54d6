from odoo import api, fields, models
from odoo.exceptions import UserError

from .customer_acts import CustomerRefusal

#: What customers do on their page, and nobody types in.
CUSTOMER_FIELDS = {"appeal_count", "appeal_id", "withdrawal_asked_at"}


class ComplaintWithdrawal(models.Model):
    """The customer withdraws the complaint.

    Where it cannot simply end, because promised work is under way or the gate refuses, the wish reaches the
    person responsible, and the customer reads that.
    """

    _inherit = "complaint.complaint"

    withdrawal_asked_at = fields.Datetime(
        string="Withdrawal Asked for on",
        readonly=True,
        copy=False,
        help="The complainant wants to withdraw the complaint, which could not end by itself.",
    )

    def _get_shown_withdrawal(self):
        """Return whether the customer can withdraw it, or has asked for that; False where it has ended."""
        self.ensure_one()
        if self.closed_at or self.duplicate_of_id:
            return False
        return {"asked_on": self._tell_moment(self.withdrawal_asked_at)}

    def _withdraw_as_customer(self, sure, reason=""):
        """Withdraw the complaint.

        :param sure: the customer said once more that this is meant
        :param str reason: why, if they say
        :return: ``withdrawn``, or ``withdrawal_asked`` where somebody has to end it
        """
        ours = self._begin_customer_act()
        if self.closed_at or self.duplicate_of_id:
            raise CustomerRefusal(self.env._("This complaint has ended already."))
        if self.withdrawal_asked_at:
            return "withdrawal_asked"
        reason = self._clean_customer_text(reason)
        if not sure:
            raise CustomerRefusal(self.env._("Tick the box to say that you want to withdraw your complaint."))
        said = ours.env._("Withdrawn by the complainant, on the customer's page.")
        full = f"{said} {reason}".strip()
        person = ours._get_person_to_tell()
        if ours._is_work_under_way() or not ours._try_to_cancel(full):
            ours._ask_to_cancel(reason)
            return "withdrawal_asked"
        if person:
            ours._tell_responsible(ours.env._("withdrawn by the complainant"), full)
        return "withdrawn"

    def _is_work_under_way(self):
        """Tell whether something promised is being carried out, which does not stop by itself."""
        self.ensure_one()
        return any(remedy.state == "open" for remedy in self.remedy_ids)

    def _try_to_cancel(self, reason):
        try:
            with self.env.cr.savepoint():
                self.action_cancel(reason)
        except UserError:
            self.invalidate_recordset()
            return False
        return True

    def _ask_to_cancel(self, reason):
        self.write({"withdrawal_asked_at": fields.Datetime.now()})
        wish = self.env._("The complainant wants to withdraw the complaint")
        self._plan_customer_task(
            wish, reason or self.env._("No reason was given. Something is still under way: decide about it.")
        )
        self._note_customer_act(f"{wish}. {reason}".strip())
        if reason:
            self._post_as_customer(reason, silent=True)

    def _record_move(self, old_steps):
        super()._record_move(old_steps)
        asked = self.filtered(
            lambda complaint: (
                complaint.withdrawal_asked_at
                and (complaint.closed_at or complaint._is_new_round(old_steps[complaint.id], complaint.step))
            )
        )
        if asked:
            asked.sudo().with_context(tracking_disable=True).write({"withdrawal_asked_at": False})

    # what only the page writes

    def _check_kept_fields(self, vals):
        if not self.env.su and not CUSTOMER_FIELDS.isdisjoint(vals):
            raise UserError(self.env._("Only the complainant does this, on the customer's page."))
        return super()._check_kept_fields(vals)

    @api.model
    def _prepare_create_values(self, vals_list):
        vals_list = super()._prepare_create_values(vals_list)
        if not self.env.su:
            for vals in vals_list:
                for fname in CUSTOMER_FIELDS:
                    vals.pop(fname, None)
        return vals_list
