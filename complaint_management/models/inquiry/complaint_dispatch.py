from odoo import api, fields, models
from odoo.fields import Domain

from ...tools import process
from ..case.roles import STAFF_GROUPS


class ComplaintComplaint(models.Model):
    """The sheets of a complaint, and what heads of departments may do with the complaint behind them."""

    _inherit = "complaint.complaint"

    dispatch_ids = fields.One2many("complaint.dispatch", "complaint_id", string="Sheets", copy=False)
    dispatch_count = fields.Integer(
        string="Sheets so Far", readonly=True, copy=False, export_string_translation=False
    )

    asked_of_me = fields.Boolean(
        compute="_compute_asked_of_me",
        search="_search_asked_of_me",
        export_string_translation=False,
        help="The user answers a sheet of the complaint: the record rules ask for this.",
    )

    @api.model
    def _get_asked_domain(self):
        """Return the domain of the sheets by which the user reads the complaints behind them."""
        return Domain("head_id", "=", self.env.uid) & Domain("state", "not in", ("draft", "withdrawn"))

    @api.depends("dispatch_ids.head_id", "dispatch_ids.state")
    @api.depends_context("uid")
    def _compute_asked_of_me(self):
        # Rules look at this as superuser: all sheets, once fetched, would be shown to who reads but one.
        groups = (
            self.env["complaint.dispatch"]
            .sudo()
            ._read_group(self._get_asked_domain() & Domain("complaint_id", "in", self.ids), ["complaint_id"])
        )
        asked = {complaint.id for (complaint,) in groups}
        for complaint in self:
            complaint.asked_of_me = complaint._origin.id in asked

    def _search_asked_of_me(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = Domain.FALSE
        if True in value:
            domain |= Domain("dispatch_ids", "any!", self._get_asked_domain())
        if False in value:
            domain |= Domain("dispatch_ids", "not any!", self._get_asked_domain())
        return domain

    @property
    def _mail_post_access(self):
        """Let who reads a complaint write in its chatter, but not a head of department, who only looks on."""
        # Routes ask as superuser what they then check for the user.
        return "read" if self.env.user.share or self._is_complaint_staff() else "write"

    @api.model
    def _is_complaint_staff(self):
        return any(self.env.user.has_group(group) for group in STAFF_GROUPS)

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        if view_type == "form" and not view_id and not self.env.su and not self._is_complaint_staff():
            # Whichever way the head of a department comes to a complaint: one page to read.
            view_id = self.env.ref("complaint_management.complaint_view_form_department").id
        return super()._get_view(view_id, view_type, **options)

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, self._is_complaint_staff())

    def _get_threads(self):
        return [*super()._get_threads(), self.dispatch_ids]

    def _merge_records(self):
        return [*super()._merge_records(), ("complaint.dispatch", "complaint_id")]

    def _apply_exclusion(self):
        super()._apply_exclusion()
        # Who answers instead of an excluded head has it in hand at once.
        sheets_sudo = self.sudo().dispatch_ids
        sheets_sudo.filtered("turn")._sync_activities()
        sheets_sudo._let_heads_go()

    def write(self, vals):
        result = super().write(vals)
        if "user_id" in vals:
            waiting = self.env["complaint.dispatch"].sudo()
            waiting.search([("complaint_id", "in", self.ids), ("turn", "=", "centre")])._sync_activities()
        return result

    def _refresh_deadlines(self):
        super()._refresh_deadlines()
        sheets = self.sudo().dispatch_ids.filtered(lambda sheet: sheet.turn and sheet.state != "draft")
        if sheets:
            sheets._refresh_deadlines()

    def _record_move(self, old_steps):
        super()._record_move(old_steps)
        ended = self.filtered(lambda complaint: complaint.step in process.ENDS)
        for complaint in ended:
            sheets = complaint.sudo().dispatch_ids.filtered("turn")
            sheets.filtered(lambda sheet: sheet.state == "draft").unlink()
            sheets.exists()._withdraw(
                complaint.end_reason or self.env._("%(complaint)s has ended.", complaint=complaint.number)
            )

    def _check_investigated(self):
        """Reach the milestone of the investigation when everything that it is to find out is there."""
        requirements = None
        for complaint in self.sudo().filtered(lambda complaint: complaint.step == "investigation"):
            requirements = requirements or complaint._gate_requirements()
            if not complaint._get_missing("investigation", "solution", requirements):
                complaint._reach_milestones(["investigate"])

    def _entries_changed(self):
        super()._entries_changed()
        self._check_investigated()

    def action_new_sheet(self):
        """Open the dialog that asks departments."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask Departments"),
            "res_model": "complaint.dispatch.send",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_complaint_id": self.id,
                "default_department_ids": self.department_id.ids,
            },
        }
