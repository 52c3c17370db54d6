from odoo import api, fields, models
from odoo.exceptions import UserError

from ...models.inquiry.complaint_handing_over import TAKING_GROUP


class ComplaintHandoverWizard(models.TransientModel):
    """Asks to whom complaints are handed over, and why."""

    _name = "complaint.handover.wizard"
    _description = "Hand Over a Complaint"

    complaint_ids = fields.Many2many(
        "complaint.complaint", required=True, default=lambda self: self.env.context.get("active_ids")
    )
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    barred_user_ids = fields.Many2many("res.users", compute="_compute_barred_user_ids")
    kind = fields.Selection(
        selection=lambda self: [
            choice
            for choice in self.env["complaint.handover"]._fields["kind"]._description_selection(self.env)
            if choice[0] != "back"
        ],
        string="To",
        required=True,
        default="person",
    )
    back = fields.Boolean(help="It goes back to whom it came from.")
    user_id = fields.Many2one(
        "res.users",
        string="Person",
        domain=lambda self: (
            "[('share', '=', False), ('company_ids', 'in', company_id), ('id', 'not in', barred_user_ids),"
            f" ('all_group_ids', 'in', [{self.env['ir.model.data']._xmlid_to_res_id(TAKING_GROUP)}])]"
        ),
    )
    team_id = fields.Many2one("complaint.team", domain="[('company_id', '=', company_id)]")
    partner_id = fields.Many2one(
        "res.partner",
        string="Outside Unit",
        domain="[('company_id', 'in', (company_id, False))]",
        help="For example the manufacturer, or another authority.",
    )
    target = fields.Char(string="Goes to", compute="_compute_target")
    reason = fields.Text()
    result = fields.Text(help="What was decided. It stands on the record when the complaint goes back.")
    out_of_scope = fields.Boolean(
        string="No Matter of Ours", help="The customer is told who handles it from now on."
    )

    @api.depends("complaint_ids")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard.complaint_ids.company_id[:1]

    @api.depends("complaint_ids")
    def _compute_barred_user_ids(self):
        for wizard in self:
            # Whoever is concerned, and who answers for it already, are nobody's choice.
            complaints_sudo = wizard.complaint_ids.sudo()
            holder = complaints_sudo.user_id if len(complaints_sudo.user_id) == 1 else []
            wizard.barred_user_ids = complaints_sudo.excluded_user_ids.union(*holder)

    @api.depends("kind", "back", "complaint_ids")
    def _compute_target(self):
        for wizard in self:
            names = []
            kind = "back" if wizard.back else wizard.kind
            if kind in ("parent", "head", "back"):
                for complaint_sudo in wizard.complaint_ids._origin.sudo():
                    user, team, _partner = complaint_sudo._get_handover_target(kind)
                    name = (user or team or complaint_sudo.team_id.browse()).display_name
                    if name and name not in names:
                        names.append(name)
            wizard.target = ", ".join(names)

    def action_apply(self):
        """Hand the complaints over; the dialog closes."""
        self.ensure_one()
        if len(self.complaint_ids.company_id) > 1:
            raise UserError(self.env._("Hand over complaints of one company at a time."))
        self.complaint_ids._hand_over(
            "back" if self.back else self.kind,
            # What was decided is why it goes back.
            self.result if self.back else self.reason,
            user=self.user_id,
            team=self.team_id,
            partner=self.partner_id,
            out_of_scope=self.out_of_scope,
            result=self.result,
        )


class ComplaintHandoverReturn(models.TransientModel):
    """Asks why a hand-over is returned."""

    _name = "complaint.handover.return"
    _description = "Return a Hand-over"

    handover_ids = fields.Many2many("complaint.handover", required=True)
    reason = fields.Text(required=True)

    def action_apply(self):
        """Return them; who does not see the complaint any more is led to what else waits for them."""
        complaints = self.handover_ids.complaint_id
        self.handover_ids.action_return(self.reason)
        if complaints._filtered_access("read") == complaints:
            return None
        action = self.env["ir.actions.actions"]._for_xml_id("complaint_management.complaint_handover_action")
        return {**action, "target": "main"}
