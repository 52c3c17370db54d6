from odoo import api, fields, models

from ...tools import process
from ..case.roles import STAFF

TEMPLATE = "complaint_management.mail_template_"


class ComplaintComplaint(models.Model):
    """What a complainant is told by machine, and when it is planned (IN-10, TL-7, CO-3).

    The letters of complaints are one queue, see ``notice_queue.py``.
    """

    _inherit = "complaint.complaint"

    _notice_model = "complaint.notice"

    notice_ids = fields.One2many(
        "complaint.notice", "complaint_id", string="Automatic Messages", copy=False, groups=STAFF
    )

    # at the beginning

    @api.model_create_multi
    def create(self, vals_list):
        complaints = super().create(vals_list)
        if complaints._is_told_by_machine():
            complaints.filtered(
                lambda complaint: (
                    complaint.partner_email
                    and complaint.active
                    and not complaint.closed_at
                    and complaint.step not in process.ENDS
                    and not complaint.duplicate_of_id
                )
            )._plan_first_notices()
        return complaints

    def _plan_first_notices(self):
        """Plan the acknowledgement, the mail of the stage and the first progress notice.

        To an address that has to be confirmed nothing is written before that.
        """
        confirmed = self.filtered("email_confirmed")
        template_id = self.env["ir.model.data"]._xmlid_to_res_id(
            f"{TEMPLATE}received", raise_if_not_found=False
        )
        silent, now = self.env["complaint.channel"]._get_ids_without("acknowledge"), fields.Datetime.now()
        plans = [
            (complaint, "received", template_id, now)
            for complaint in confirmed
            if template_id and complaint.channel_id.id not in silent
        ]
        self._plan_notices(plans + confirmed._get_stage_plans() + confirmed._get_progress_plans())

    def write(self, vals):
        result = super().write(vals)
        if vals.get("email_confirmed") and self._is_told_by_machine():
            self.filtered(lambda complaint: not complaint.closed_at)._plan_first_notices()
        return result

    # at each step that a company chooses

    def _run_stage_actions(self):
        result = super()._run_stage_actions()
        if self._is_told_by_machine():
            self._plan_notices(self._get_stage_plans())
        return result

    def _get_stage_plans(self):
        """Return the letters that the stages of these complaints send.

        A merged complaint sends none: it did not end for the complainant, it goes on in another.
        """
        now, plans = fields.Datetime.now(), []
        for complaint in self:
            stage = complaint.stage_id
            template_id = stage._get_mail_template_id(stage.id)
            if template_id and complaint.partner_email and not complaint.duplicate_of_id:
                if complaint.step == "closed":
                    event = f"closed:{complaint.reopen_count}"
                else:
                    event = f"stage:{stage.id}:{complaint.reopen_count}"
                plans.append((complaint, event, template_id, now))
        return plans

    # merging

    def _merge_records(self):
        return [*super()._merge_records(), ("complaint.notice", "complaint_id")]

    def _move_thread(self, target):
        """What was planned is dropped, for the target plans its own; what was sent moves as history."""
        notices = self.env["complaint.notice"].sudo().search([("complaint_id", "in", self.ids)])
        notices.filtered(lambda notice: notice.state == "planned")._skip("merged")
        for notice in notices:
            # The same event of the target is another one.
            notice.event = f"{notice.complaint_id.number}/{notice.event}"
        super()._move_thread(target)
