from odoo import api, fields, models

from ...tools import process
from ..case.roles import STAFF
from .inspection_check import SENT_BACK_ACTIVITY


class ComplaintComplaint(models.Model):
    """The spot checks of a case, and who may not carry them out."""

    _inherit = "complaint.complaint"

    inspection_ids = fields.One2many(
        "complaint.inspection", "complaint_id", string="Spot Checks", copy=False, readonly=True
    )
    inspection_count = fields.Integer(compute="_compute_inspection_count", groups=STAFF)

    @api.depends_context("uid", "allowed_company_ids")
    @api.depends("inspection_ids")
    def _compute_inspection_count(self):
        # Only what ended once was ever drawn; the page of a case in work asks nothing.
        ended = self.filtered(lambda complaint: complaint.closed_at or complaint.reopen_count)
        counts = {}
        if ended:
            # Who may not know of a check yet finds none.
            Inspection = self.env["complaint.inspection"].sudo(False)
            counts = dict(
                Inspection._read_group([("complaint_id", "in", ended.ids)], ["complaint_id"], ["__count"])
            )
        for complaint in self:
            complaint.inspection_count = counts.get(complaint._origin, 0)

    def action_open_inspections(self):
        """Open the spot checks of the case; of the only one its form."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "complaint_management.complaint_inspection_action"
        )
        inspections = self.env["complaint.inspection"].search([("complaint_id", "=", self.id)])
        action.update(domain=[("complaint_id", "=", self.id)], context={})
        if len(inspections) == 1:
            action.update(res_id=inspections.id, view_mode="form", views=[(False, "form")])
        return action

    def _get_barred_inspectors(self):
        """Return who may not inspect these cases: who has to do with them.

        :return: by the complaint's id a dict of why (``concerned``, ``responsible``, ``received``), by the
            user's id
        """
        # Colleagues whom the user does not see, and cases handed over to their teams.
        complaints_sudo = self.sudo()
        holders = (
            self.env["complaint.handover"]
            .sudo()
            ._read_group(
                [("complaint_id", "in", self.ids), ("state", "in", ("accepted", "assigned", "returned"))],
                ["complaint_id"],
                ["from_user_id:array_agg", "state:array_agg", "to_user_id:array_agg"],
            )
        )
        barred = {
            complaint.id: dict.fromkeys(complaint.received_by_id.ids, "received")
            for complaint in complaints_sudo
        }
        for complaint, from_ids, states, to_ids in holders:
            # Who returned a case never answered for it.
            took = [to_id for to_id, state in zip(to_ids, states, strict=True) if state != "returned"]
            barred[complaint.id].update(
                dict.fromkeys((user_id for user_id in [*from_ids, *took] if user_id), "responsible")
            )
        for complaint in complaints_sudo:
            barred[complaint.id].update(dict.fromkeys(complaint.user_id.ids, "responsible"))
            barred[complaint.id].update(dict.fromkeys(complaint.excluded_user_ids.ids, "concerned"))
        return barred

    def _apply_exclusion(self):
        super()._apply_exclusion()
        ended_sudo = self.sudo().filtered(lambda complaint: complaint.closed_at or complaint.reopen_count)
        if not ended_sudo:
            return
        waiting = (
            self.env["complaint.inspection"]
            .sudo()
            .search([("complaint_id", "in", ended_sudo.ids), ("state", "=", "to_check")])
        )
        # They would not even see what waits for them; a colleague takes it.
        waiting.filtered(
            lambda inspection: inspection.user_id in inspection.complaint_id.excluded_user_ids
        ).write({"user_id": False})

    def _record_move(self, old_steps):
        super()._record_move(old_steps)
        again = self.filtered(lambda complaint: complaint.step in process.ENDS and complaint.reopen_count)
        if again:
            # What was sent back has been worked on, and ended once more.
            again._search_sent_back().action_feedback()

    def _search_sent_back(self):
        """Return the tasks of those whose cases a spot check sent back."""
        type_id = self.env["ir.model.data"]._xmlid_to_res_id(SENT_BACK_ACTIVITY, raise_if_not_found=False)
        return (
            self.env["mail.activity"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("activity_type_id", "=", type_id),
                ]
            )
        )
