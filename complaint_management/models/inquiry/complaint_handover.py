from odoo import api, fields, models
from odoo.exceptions import UserError

from ..case.roles import STAFF

#: What is offered to whom; only hand-overs write it, for it lets people read the complaint.
OFFER_FIELDS = ("offered_user_id", "offered_team_id", "pending_handover_id")


class ComplaintComplaint(models.Model):
    """Responsibility passes on without a gap: somebody answers for it at every moment (IN-5, DI-7)."""

    _inherit = "complaint.complaint"

    handover_ids = fields.One2many(
        "complaint.handover", "complaint_id", string="Hand-overs", readonly=True, groups=STAFF
    )
    # Plain columns: the record rule asks them, and nothing is computed for old complaints.
    pending_handover_id = fields.Many2one(
        "complaint.handover",
        string="Waiting Hand-over",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups=STAFF,
    )
    offered_user_id = fields.Many2one(
        "res.users", string="Offered to", readonly=True, copy=False, index="btree_not_null", groups=STAFF
    )
    offered_team_id = fields.Many2one(
        "complaint.team",
        string="Offered to Team",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups=STAFF,
    )
    handover_notice = fields.Char(compute="_compute_handover", groups=STAFF)
    may_accept_handover = fields.Boolean(compute="_compute_handover", groups=STAFF)
    may_confirm_handover = fields.Boolean(compute="_compute_handover", groups=STAFF)
    may_withdraw_handover = fields.Boolean(compute="_compute_handover", groups=STAFF)
    may_hand_back = fields.Boolean(compute="_compute_may_hand_back", groups=STAFF)

    @api.depends("pending_handover_id")
    @api.depends_context("uid", "lang")
    def _compute_handover(self):
        for complaint in self:
            handover = complaint.pending_handover_id
            complaint.may_accept_handover = handover.may_accept
            complaint.may_confirm_handover = handover.may_confirm
            complaint.may_withdraw_handover = handover.may_withdraw
            complaint.handover_notice = handover.sudo()._get_notice() if handover else False

    @api.depends("handover_ids.state", "user_id", "closed_at", "pending_handover_id")
    def _compute_may_hand_back(self):
        for complaint in self:
            complaint.may_hand_back = (
                not complaint.closed_at
                and not complaint.pending_handover_id
                and bool(complaint._get_handover_received())
            )

    def _get_pending_handover(self):
        """Return the hand-overs of these complaints that wait to be accepted."""
        return self.sudo().pending_handover_id.with_env(self.env)

    def _get_answerable(self):
        """Return who answers for the complaint now: the person responsible, else who received it.

        A hand-over that waits changes nothing.
        """
        self.ensure_one()
        complaint = self.sudo()
        return complaint.user_id or complaint.pending_handover_id.from_user_id or complaint.received_by_id

    def _fetch_query(self, query, fields):
        # The record rules look at these, and they are no query of their own.
        # Heads of departments read complaints, but not who they are offered to.
        if any(field.column_type for field in fields):
            offered = (self._fields[fname] for fname in OFFER_FIELDS)
            fields = [*fields, *(field for field in offered if self._has_field_access(field, "read"))]
        return super()._fetch_query(query, fields)

    # what else changes hands

    def write(self, vals):
        if "user_id" not in vals or self.env.context.get("complaint_handing_over"):
            return super().write(vals)
        former = {
            complaint.id: (complaint.user_id, complaint.team_id, complaint.pending_handover_id)
            for complaint in self.sudo()
        }
        result = super().write(vals)
        # Whoever assigned them may not see them any more.
        self.sudo()._record_assignments(former)
        return result

    def _record_assignments(self, former):
        """Keep who was replaced by a direct assignment, in one batch; an offer is void thereby.

        :param dict former: by id: user, team and waiting hand-over before
        """
        vals_list, void = [], self.env["complaint.handover"].sudo()
        for complaint in self:
            user, team, waiting = former[complaint.id]
            if complaint.user_id == user:
                continue
            void |= waiting
            holder = user or waiting.from_user_id
            if holder:
                vals_list.append(
                    {
                        **complaint._prepare_handover_vals(complaint.user_id, complaint.team_id),
                        "kind": "person",
                        "state": "assigned",
                        "from_user_id": holder.id,
                        "from_team_id": team.id,
                        "decided_by_id": self.env.uid,
                        "decided_at": fields.Datetime.now(),
                    }
                )
        if void:
            void._close("withdrawn")
            void._tell_former_holders()
        if vals_list:
            self.env["complaint.handover"].sudo().create(vals_list)

    def action_assign_to_me(self):
        """Whoever takes what was offered to them accepts it; the rest is an ordinary assignment."""
        offered = self._get_pending_handover().filtered(
            lambda handover: (
                handover.may_accept and handover.to_user_id in (self.env.user, self.env["res.users"])
            )
        )
        if offered:
            offered.action_accept()
        rest = self - offered.complaint_id
        return super(ComplaintComplaint, rest).action_assign_to_me() if rest else None

    def _record_move(self, old_steps):
        result = super()._record_move(old_steps)
        # What has ended is no longer offered.
        self.sudo().filtered("closed_at").pending_handover_id._close("withdrawn")
        return result

    def _apply_exclusion(self):
        waiting = self.sudo().pending_handover_id
        unasked = waiting._take_from_excluded() if waiting else waiting
        result = super()._apply_exclusion()
        unasked._ask()
        return result

    def _move_thread(self, target):
        # Nobody agreed to take the complaint that goes on.
        self.sudo().pending_handover_id._close("withdrawn")
        # Whoever held a merged complaint did not hold the one that goes on.
        self.sudo().handover_ids.write({"merged": True})
        return super()._move_thread(target)

    def _merge_records(self):
        return [*super()._merge_records(), ("complaint.handover", "complaint_id")]

    def _prepare_create_values(self, vals_list):
        vals_list = super()._prepare_create_values(vals_list)
        if not self.env.su:
            for vals in vals_list:
                for fname in OFFER_FIELDS:
                    vals.pop(fname, None)
        return vals_list

    def _check_kept_fields(self, vals):
        if not self.env.su and not vals.keys().isdisjoint(OFFER_FIELDS):
            raise UserError(self.env._("Use the button Hand Over."))
        return super()._check_kept_fields(vals)

    # buttons

    def action_accept_handover(self):
        self._get_pending_handover().action_accept()

    def action_return_handover(self):
        return self._get_pending_handover().action_open_return()

    def action_withdraw_handover(self):
        self._get_pending_handover().action_withdraw()

    def action_confirm_handover(self):
        self._get_pending_handover().action_confirm()
