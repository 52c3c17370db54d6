"""Responsibility passes from hand to hand."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

HANDLER = "complaint_management.group_complaint_handler"
MANAGER = "complaint_management.group_complaint_manager"


class ComplaintHandover(models.Model):
    """One step in the chain of those who answer for a complaint (IN-5).

    Until a hand-over is accepted the former holder answers for the complaint. Rows are made by
    ``complaint._hand_over`` and changed by the actions here, never written by hand: the chain is record.
    """

    _name = "complaint.handover"
    _description = "Hand-over of a Complaint"
    _inherit = ["complaint.part"]
    _order = "id desc"

    complaint_id = fields.Many2one(
        "complaint.complaint", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="complaint_id.company_id", store=True, precompute=True, index=True)
    round = fields.Integer(string="Times Reopened", readonly=True, default=0)
    merged = fields.Boolean(string="Of a Merged Complaint", readonly=True)
    kind = fields.Selection(
        [
            ("person", "A person"),
            ("team", "Another team"),
            ("parent", "The team above"),
            ("head", "Head office"),
            ("outside", "An outside unit"),
            ("back", "Back, with the result"),
        ],
        required=True,
        default="person",
        readonly=True,
    )
    state = fields.Selection(
        [
            ("requested", "Waits to be accepted"),
            ("accepted", "Accepted"),
            ("returned", "Returned"),
            ("withdrawn", "Withdrawn"),
            ("assigned", "Assigned"),
        ],
        string="Status",
        required=True,
        default="requested",
        readonly=True,
        index=True,
    )
    from_user_id = fields.Many2one("res.users", string="From", readonly=True, index="btree_not_null")
    from_team_id = fields.Many2one("complaint.team", readonly=True)
    to_user_id = fields.Many2one("res.users", string="To", readonly=True, index="btree_not_null")
    to_team_id = fields.Many2one("complaint.team", readonly=True, index="btree_not_null")
    to_partner_id = fields.Many2one(
        "res.partner", string="Outside Unit", readonly=True, index="btree_not_null"
    )
    target = fields.Char(string="Handed Over to", compute="_compute_target", compute_sudo=True)
    reason = fields.Text(readonly=True, help="Why it is handed over.")
    result = fields.Text(readonly=True, help="What was decided, where it is handed back.")
    out_of_scope = fields.Boolean(
        readonly=True, help="It is no matter of ours: the customer is told who helps."
    )
    return_reason = fields.Text(string="Reason of the Return", readonly=True)
    requested_by_id = fields.Many2one("res.users", string="Handed Over by", readonly=True)
    requested_at = fields.Datetime(string="Handed Over on", readonly=True, default=fields.Datetime.now)
    decided_by_id = fields.Many2one("res.users", string="Decided by", readonly=True)
    decided_at = fields.Datetime(string="Decided on", readonly=True)
    may_accept = fields.Boolean(compute="_compute_may")
    may_confirm = fields.Boolean(compute="_compute_may")
    may_withdraw = fields.Boolean(compute="_compute_may")

    _one_waits = models.UniqueIndex(
        "(complaint_id) WHERE state = 'requested'",
        "This complaint is handed over already and waits to be accepted.",
    )

    @api.depends("to_user_id", "to_team_id", "to_partner_id")
    def _compute_target(self):
        for handover in self:
            target = handover.to_partner_id or handover.to_user_id or handover.to_team_id
            handover.target = target.display_name

    @api.depends("target")
    def _compute_display_name(self):
        for handover in self:
            handover.display_name = handover.target or self.env._("Hand-over")

    @api.depends("state", "kind", "to_user_id", "to_team_id", "from_user_id", "requested_by_id")
    @api.depends_context("uid")
    def _compute_may(self):
        user = self.env.user
        waiting = self.filtered(
            lambda handover: handover.state == "requested" and handover.complaint_readable
        )
        for handover in self:
            # Teams and people may be those of branches that one does not see.
            handover_sudo = handover.sudo()
            waits, outside = handover in waiting, handover.kind == "outside"
            handover.may_accept = waits and not outside and handover_sudo._is_offered_to(user)
            handover.may_confirm = waits and outside and handover.complaint_id.has_access("write")
            handover.may_withdraw = waits and handover_sudo._is_withdrawn_by(user)

    def _is_offered_to(self, user):
        """Tell whether a user decides about accepting: who is asked, a team's people, or a manager."""
        self.ensure_one()
        if user == self.from_user_id:
            return False
        if user.has_group(MANAGER) or (self.to_user_id and user == self.to_user_id):
            return True
        if self.to_user_id:
            return False
        team = self.to_team_id
        return user in team.supervisor_ids or (user in team.member_ids and user.has_group(HANDLER))

    def _is_withdrawn_by(self, user):
        self.ensure_one()
        return (
            user in self.from_user_id | self.requested_by_id | self.from_team_id.supervisor_ids
            or user.has_group(MANAGER)
        )

    # deciding

    def action_accept(self):
        """Answer for the complaints from now on."""
        self._check_waits()
        if not all(handover.may_accept for handover in self):
            raise AccessError(
                self.env._(
                    "Only who it is handed over to can accept it: the person, a handler or leader of the "
                    "team, or a manager."
                )
            )
        by_heir = {}
        for handover_sudo in self.sudo():
            heir = handover_sudo.to_user_id or self.env.user
            handover_sudo._check_heir(heir)
            by_heir.setdefault((heir, handover_sudo._get_heir_team(heir)), []).append(handover_sudo.id)
        for (heir, team), handover_ids in by_heir.items():
            handovers_sudo = self.browse(handover_ids).sudo()
            complaints_sudo = handovers_sudo.complaint_id
            handovers_sudo._close("accepted", to_user_id=heir.id, to_team_id=team.id)
            complaints_sudo.with_context(complaint_handing_over=True).write(
                {"user_id": heir.id, "team_id": team.id}
            )
        self.sudo()._tell_former_holders()
        self.sudo()._tell_complainants()

    def _check_heir(self, heir):
        """Check that somebody can still take the complaint over.

        :raises UserError: they left, belong to another company, are concerned, or had it before
        """
        self.ensure_one()
        complaint = self.complaint_id
        problem = complaint._get_heir_problem(heir) or complaint._get_team_problem(self.to_team_id)
        if problem:
            raise UserError(
                self.env._(
                    "%(problem)s Withdraw the hand-over and choose somebody else. %(holder)s still answers "
                    "for %(complaint)s.",
                    problem=problem,
                    holder=self.from_user_id.name,
                    complaint=complaint.display_name,
                )
            )
        if self.kind != "back":
            complaint._check_not_round(heir)

    def _get_heir_team(self, heir):
        """Return the team that a complaint belongs to once somebody has taken it over."""
        self.ensure_one()
        team = self.to_team_id or self.complaint_id.team_id
        if self.to_team_id or heir in team.access_user_ids:
            return team
        # A person of another team takes it along.
        own = team.search([("company_id", "=", self.company_id.id), ("member_ids", "in", heir.ids)], limit=1)
        return own or team

    def action_return(self, reason):
        """Give the complaints back to who handed them over; nothing changes.

        :param str reason: why; the former holder reads it
        """
        self._check_waits()
        if not all(handover.may_accept or handover.may_confirm for handover in self):
            raise AccessError(self.env._("Only who it is handed over to can return it."))
        if not (reason or "").strip():
            raise UserError(self.env._("Say why you return it."))
        self.sudo()._close("returned", return_reason=reason.strip())
        self.sudo()._tell_former_holders()

    def action_open_return(self):
        """Open the dialog that asks why it is returned."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "complaint_management.complaint_handover_return_action"
        )
        return {**action, "context": {"default_handover_ids": self.ids}}

    def action_withdraw(self):
        """Take the offer back: the former holder keeps the complaint."""
        self._check_waits()
        if not all(handover.may_withdraw for handover in self):
            raise AccessError(self.env._("Only who handed it over, a leader or a manager can withdraw it."))
        self.sudo()._close("withdrawn")

    def action_confirm(self):
        """The outside unit has taken it over: the complaint ends here."""
        self._check_waits()
        if not all(handover.may_confirm for handover in self):
            raise AccessError(
                self.env._("Only who may change the complaint can note that the unit took it over.")
            )
        self.sudo()._close("accepted")
        for handover in self:
            handover.complaint_id.action_cancel(
                self.env._(
                    "Handed over to %(unit)s: %(reason)s", unit=handover.target, reason=handover.reason
                )
            )
        self.sudo()._tell_former_holders()
        self.sudo()._tell_complainants()

    def _check_waits(self):
        for handover in self:
            if handover.state != "requested":
                raise UserError(
                    self.env._(
                        "%(complaint)s: the hand-over is decided (%(state)s, %(person)s, %(moment)s).",
                        complaint=handover.complaint_id.display_name,
                        state=dict(self._fields["state"]._description_selection(self.env))[handover.state],
                        person=handover.sudo().decided_by_id.name or "–",
                        moment=self.env["ir.qweb.field.datetime"].value_to_html(
                            handover.decided_at, {"hide_seconds": True}
                        )
                        or "–",
                    )
                )

    def _close(self, state, **vals):
        """End the waiting: note how, stop offering, and finish the work of who was asked."""
        if not self:
            return
        self.write(
            {"state": state, "decided_by_id": self.env.uid, "decided_at": fields.Datetime.now(), **vals}
        )
        self.complaint_id.with_context(tracking_disable=True).write(
            {"offered_user_id": False, "offered_team_id": False, "pending_handover_id": False}
        )
        # The next one may be handed over at once: an index lets only one wait.
        self.flush_recordset(["state"])
        self._finish_activities()
        self._log()

    def _offer(self):
        """Let those who are asked see the complaint, and tell them."""
        for handover in self:
            handover.complaint_id.with_context(tracking_disable=True).write(
                {
                    "pending_handover_id": handover.id,
                    "offered_user_id": handover.to_user_id.id,
                    "offered_team_id": False if handover.to_user_id else handover.to_team_id.id,
                }
            )
        self._log()
        self._ask()
