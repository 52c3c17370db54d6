from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError


class ComplaintDeadlineExtension(models.Model):
    """More time for a milestone: asked for with a reason, decided by a leader, told the customer (TL-7)."""

    _name = "complaint.deadline.extension"
    _description = "Extension of a Time Limit"
    _inherit = ["complaint.deadline.part"]
    _order = "id desc"
    _rec_name = "reason"

    deadline_id = fields.Many2one(
        "complaint.deadline", string="Time Limit", required=True, index=True, ondelete="cascade"
    )
    complaint_id = fields.Many2one(
        "complaint.complaint", index="btree_not_null", ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    amount = fields.Integer(string="More Time", required=True, default=1)
    unit = fields.Selection(related="deadline_id.rule_id.unit")
    longest = fields.Integer(string="At Most", compute="_compute_longest")
    reason = fields.Text(required=True, help="The customer reads this when the extension is approved.")
    state = fields.Selection(
        [("requested", "Waits for decision"), ("approved", "Approved"), ("refused", "Refused")],
        string="Status",
        required=True,
        default="requested",
        readonly=True,
    )
    requested_by_id = fields.Many2one(
        "res.users", string="Asked by", required=True, readonly=True, default=lambda self: self.env.user
    )
    decided_by_id = fields.Many2one("res.users", string="Decided by", readonly=True)
    decided_at = fields.Datetime(string="Decided on", readonly=True)
    refusal = fields.Text(string="Reason of the Refusal")
    old_due = fields.Datetime(string="Limit Before", readonly=True)
    new_due = fields.Datetime(string="New Limit", compute="_compute_new_due", store=True)
    may_decide = fields.Boolean(compute="_compute_may_decide")

    _one_open = models.UniqueIndex(
        "(deadline_id) WHERE state = 'requested'", "An extension of this limit waits for a decision already."
    )

    @api.depends("deadline_id.rule_id.max_extension", "deadline_id.extension")
    def _compute_longest(self):
        for extension in self:
            deadline = extension.deadline_id
            extension.longest = deadline.rule_id.max_extension - deadline.extension

    @api.depends("deadline_id", "amount", "state")
    def _compute_new_due(self):
        for extension in self:
            deadline = extension.deadline_id.sudo()
            if extension.state != "requested":
                continue
            extension.new_due = (
                deadline._get_extended(extension.amount)
                if deadline.rule_id and extension.amount > 0
                else False
            )

    @api.depends("state", "requested_by_id", "deadline_id")
    @api.depends_context("uid")
    def _compute_may_decide(self):
        for extension in self:
            extension.may_decide = extension.state == "requested" and extension._is_decider(self.env.user)

    @api.constrains("amount", "deadline_id")
    def _check_amount(self):
        for extension in self.filtered(lambda extension: extension.state == "requested"):
            if extension.amount < 1:
                raise ValidationError(self.env._("Say by how much the limit is to move."))
            if extension.amount > extension.longest:
                units = dict(extension.deadline_id.rule_id._fields["unit"]._description_selection(self.env))
                raise ValidationError(
                    self.env._(
                        "This limit can be extended by %(longest)s %(unit)s at most.",
                        longest=max(extension.longest, 0),
                        unit=units.get(extension.unit, ""),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        prepared = []
        for vals in vals_list:
            deadline = self.env["complaint.deadline"].browse(vals.get("deadline_id"))
            prepared.append(
                {
                    **vals,
                    "state": "requested",
                    "requested_by_id": self.env.uid,
                    "company_id": deadline.company_id.id,
                    "old_due": deadline.due,
                    **deadline._prepare_host_vals(),
                }
            )
        self._check_none_waits([vals["deadline_id"] for vals in prepared if vals.get("deadline_id")])
        extensions = super().create(prepared)
        for extension in extensions:
            extension._check_can_ask()
            extension._ask_leader()
        return extensions

    @api.model
    def _check_none_waits(self, deadline_ids):
        # Whoever asked first may be somebody whose requests one does not see.
        if self.sudo().search_count(
            [("deadline_id", "in", deadline_ids), ("state", "=", "requested")], limit=1
        ):
            raise UserError(self.env._("An extension of this limit waits for a decision already."))

    def write(self, vals):
        if not self.env.su and (
            vals.keys() - {"refusal"} or not all(extension.may_decide for extension in self)
        ):
            raise UserError(self.env._("A request stays as it was made. Ask again once it is decided."))
        return super().write(vals)

    def _check_can_ask(self):
        deadline = self.deadline_id
        # Whoever may change the case may ask for more time for it.
        deadline._get_host().check_access("write")
        if deadline.state not in ("running", "paused") or (
            deadline.state == "running" and deadline.due < fields.Datetime.now()
        ):
            raise UserError(
                self.env._(
                    "More time is asked for before the limit has passed. This one is over: tell the "
                    "complainant, and write down why."
                )
            )

    def _is_decider(self, user):
        """Tell whether a user decides: a leader of the team or above it, or a manager; never who asked."""
        self.ensure_one()
        if user == self.requested_by_id:
            return False
        host = self.deadline_id._get_host()
        leaders = host.sudo().team_id.supervisor_ids
        return (user in leaders or user.has_group("complaint_management.group_complaint_manager")) and (
            host.with_user(user).has_access("read")
        )

    def _ask_leader(self):
        """Plan the decision with the nearest leader who did not ask and is not excluded."""
        host_sudo = self.deadline_id._get_host().sudo()
        # The leader may be somebody whom the requester does not see.
        leader = host_sudo._get_heir(host_sudo.excluded_user_ids | self.requested_by_id | host_sudo.user_id)
        if leader:
            translated = self.with_context(lang=leader.lang)
            host_sudo.activity_schedule(
                "complaint_management.mail_activity_type_extension",
                user_id=leader.id,
                # One click leads to where it is decided.
                note=Markup('<p>%s</p><p><a href="/odoo/requests-for-more-time/%s">%s</a></p>')
                % (self.reason, self.id, translated.env._("Decide")),
                summary=translated.env._(
                    "More time asked for: %(milestone)s",
                    milestone=translated.deadline_id._get_milestone_label(),
                ),
                complaint_deadline_id=self.deadline_id.id,
            )

    # deciding

    def action_approve(self):
        """Move the limit and tell the customer the new date and why."""
        self._check_may_decide()
        for extension in self:
            deadline_sudo = extension.deadline_id.sudo()
            if deadline_sudo.state not in ("running", "paused", "breached"):
                raise UserError(self.env._("The milestone has been reached or given up meanwhile."))
            deadline_sudo.write({"extension": deadline_sudo.extension + extension.amount})
            deadline_sudo._update_times()
            extension.sudo().new_due = deadline_sudo.due
            extension._decide("approved")
            extension.deadline_id._get_host()._tell_limit_moved(extension)

    def action_refuse(self):
        """Open the dialog that asks for the reason, or refuse where it is there."""
        self._check_may_decide()
        for extension in self:
            if not (extension.refusal or "").strip():
                raise UserError(self.env._("Give the reason of the refusal."))
            extension._decide("refused")

    def _check_may_decide(self):
        for extension in self:
            if extension.state != "requested":
                raise UserError(self.env._("This request is decided already."))
            if not extension._is_decider(self.env.user):
                raise AccessError(
                    self.env._(
                        "The leader of the team decides about more time, and nobody about their own request."
                    )
                )

    def _decide(self, state):
        self.ensure_one()
        # The rules let nobody change a request; whoever may decide was checked.
        extension_sudo = self.sudo()
        extension_sudo.write(
            {"state": state, "decided_by_id": self.env.uid, "decided_at": fields.Datetime.now()}
        )
        host_sudo = self.deadline_id._get_host().sudo()
        self.env["mail.activity"].sudo().search(
            [
                ("complaint_deadline_id", "=", self.deadline_id.id),
                (
                    "activity_type_id",
                    "=",
                    self.env.ref("complaint_management.mail_activity_type_extension").id,
                ),
            ]
        ).action_feedback(feedback=self.refusal or False)
        asker = self.requested_by_id
        if asker.partner_id in host_sudo._get_excluded_partners():
            return
        translated = self.with_context(lang=asker.lang)
        label = translated.deadline_id._get_milestone_label()
        if state == "approved":
            subject = translated.env._("More time granted: %(milestone)s", milestone=label)
        else:
            subject = translated.env._("More time refused: %(milestone)s", milestone=label)
        host_sudo.with_context(lang=asker.lang).message_notify(
            subject=subject,
            body=self.refusal if state == "refused" else self.reason,
            partner_ids=asker.partner_id.ids,
            email_layout_xmlid="mail.mail_notification_light",
        )
