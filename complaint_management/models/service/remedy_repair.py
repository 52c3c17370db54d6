from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import clean_context

from ...tools.service_process import SERVICE
from ...tools.turns import take_turn

#: How much of a remedy's description names its order.
NAME_LENGTH = 100


class ComplaintRemedyType(models.Model):
    _inherit = "complaint.remedy.type"

    service_type_id = fields.Many2one(
        "complaint.service.type",
        string="Service",
        check_company=True,
        ondelete="set null",
        index="btree_not_null",
        help="The kind of service order by which the repair is carried out. Empty: the first service of the "
        "kind Repair.",
    )

    def _get_service_type(self, company):
        """Return the service of which a repair is an order: the one that is named, else the first repair."""
        self.ensure_one()
        named = self.service_type_id
        if named.active and named.company_id.id in (False, company.id):
            return named
        return named.search(
            [("kind", "=", "repair"), ("company_id", "in", (False, company.id))],
            order="sequence, id",
            limit=1,
        )


class ComplaintRemedy(models.Model):
    """A repair is carried out by a service order (SO-5, SV-8).

    The order is made as superuser when the remedy is agreed on, for who agrees with a customer need have no
    part in the workshop. What becomes of the order becomes of the remedy (``service_remedy.py``). One that
    cannot be made costs nobody the agreement: the reason stands on the remedy, and a button tries again.
    """

    _inherit = "complaint.remedy"

    service_order_id = fields.Many2one(
        "complaint.service.order",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="It carries this out.",
    )
    # Shown to people who may not open it.
    service_order_number = fields.Char(
        related="service_order_id.number", string="Number of the Service Order"
    )
    service_order_step = fields.Selection(related="service_order_id.step", string="The Service Order Is in")
    blocked_reason = fields.Text(string="Why It Could Not Be Started")
    wants_repair = fields.Boolean(compute="_compute_wants_repair", export_string_translation=False)

    _service_order_uniq = models.UniqueIndex(
        "(service_order_id) WHERE service_order_id IS NOT NULL", "A service order carries out one remedy."
    )

    @api.depends("state", "behaviour", "service_order_id.step")
    def _compute_wants_repair(self):
        for remedy in self:
            remedy.wants_repair = remedy.state == "open" and remedy._lacks_repair()

    def _lacks_repair(self):
        self.ensure_one()
        order_sudo = self.sudo().service_order_id
        return self.behaviour == "repair" and (not order_sudo or order_sudo.step in SERVICE.refused)

    # making the orders

    def _start_repair(self):
        self._make_repair_orders()
        return super()._start_repair()

    def action_make_repair_order(self):
        """Try again to make the service orders that could not be made, or were cancelled."""
        self._check_may_act(("open",))
        for remedy in self:
            if not remedy._lacks_repair():
                raise UserError(
                    self.env._(
                        "%(remedy)s has its service order already: %(order)s.",
                        remedy=remedy.display_name,
                        order=remedy.service_order_number or self.env._("none is needed"),
                    )
                )
        self.sudo()._make_repair_orders()
        self._sync_activities()
        return True

    def _make_repair_orders(self):
        """Make the service orders; where one cannot be made, keep the reason and go on."""
        wanting = self.filtered(lambda remedy: remedy._lacks_repair())
        if not wanting:
            return
        # Two at once would make two orders: whoever waited here looks at what the other one has made.
        take_turn(wanting)
        wanting.invalidate_recordset(["service_order_id"])
        wanting = wanting.filtered(lambda remedy: remedy._lacks_repair())
        wanting._make_or_block(
            lambda remedies: remedies._create_repair_orders(),
            self.env._("The workshop is not set up for it. Ask its manager."),
        )

    def _create_repair_orders(self):
        for company, remedies in self.grouped("company_id").items():
            # Neither defaults of the page somebody is on nor the companies they have chosen count.
            env = remedies.with_company(company).with_context(clean_context(self.env.context)).env
            orders = (
                env["complaint.service.order"]
                .sudo()
                .with_context(mail_create_nosubscribe=True)
                .create([remedy._prepare_repair_vals() for remedy in remedies.sudo()])
            )
            for remedy, order in zip(remedies.sudo(), orders, strict=True):
                remedy.blocked_reason = False
                remedy._log_on_case(
                    self.env._(
                        "Service order %(order)s carries out: %(remedy)s.",
                        order=order.number,
                        remedy=remedy.type_id.name,
                    )
                )

    def _prepare_repair_vals(self):
        """Return the values of the service order that carries this remedy out.

        :raises UserError: something is missing; says what to do about it
        """
        self.ensure_one()
        complaint, company = self.complaint_id, self.company_id
        if not complaint.partner_id:
            raise UserError(
                self.env._(
                    "%(complaint)s names no customer. Enter one, then make the service order.",
                    complaint=complaint.number,
                )
            )
        kind = self.type_id._get_service_type(company)
        if not kind:
            raise UserError(
                self.env._(
                    "There is no service of the kind Repair. Name one on the remedy type “%(type)s”, or "
                    "carry it out without an order and press Done.",
                    type=self.type_id.name,
                )
            )
        team = kind.team_id if kind.team_id.company_id == company else kind.team_id.browse()
        team = team or team._get_service_team(company, self.user_id)
        if not team:
            raise UserError(
                self.env._(
                    "No team of %(company)s carries out service orders. Let a manager tick it on a team, or "
                    "carry it out without an order and press Done.",
                    company=company.name,
                )
            )
        vals = complaint._prepare_service_order_vals(kind)
        name = next(iter((self.description or "").strip().splitlines()), "")
        if name:
            vals["name"] = name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1]}…"
        lines = (self.description if name != (self.description or "").strip() else "", vals["description"])
        return {
            **vals,
            "description": "\n\n".join(line for line in lines if line) or False,
            "team_id": team.id,
            "user_id": self._get_repair_advisor(team).id,
            "requested_at": self.agreed_at or fields.Datetime.now(),
            # Known from the beginning, so that its lines are proposed as borne by us.
            "remedy_ids": [Command.link(self.id)],
        }

    def _get_repair_advisor(self, team):
        """Return who answers for the order: the remedy's owner or the team's leader, if they may."""
        self.ensure_one()
        barred = self.excluded_user_ids
        return next(
            (
                user
                for user in (self.user_id, team.leader_id)
                if user
                and user not in barred
                and user.active
                and self.company_id in user.company_ids
                and user.has_group("complaint_management.group_service_advisor")
            ),
            self.env["res.users"],
        )

    # what happens to the remedy

    def _drop(self, reason):
        dropped = self.sudo().filtered(lambda remedy: remedy.state in ("planned", "open"))
        result = super()._drop(reason)
        dropped.service_order_id._remedy_dropped(reason)
        return result

    def _check_documents(self, note):
        """An order ticks its remedy off itself, when it is closed."""
        for remedy in self.filtered(lambda remedy: remedy.behaviour == "repair"):
            order_sudo = remedy.sudo().service_order_id
            if order_sudo and order_sudo.step not in SERVICE.ends:
                raise UserError(
                    self.env._(
                        "%(remedy)s is carried out by service order %(order)s, which is not closed yet. When "
                        "it is closed, the remedy is ticked off by itself. If the order is not needed, let "
                        "its service advisor cancel it first.",
                        remedy=remedy.display_name,
                        order=order_sudo.number,
                    )
                )
        return super()._check_documents(note)

    def _prepare_activity_vals(self):
        vals = super()._prepare_activity_vals()
        if self.blocked_reason and self.behaviour == "repair":
            translated = self.with_context(lang=self.user_id.lang)
            vals["summary"] = translated.env._(
                "%(remedy)s: there is no service order", remedy=translated.type_id.name
            )
        return vals

    def _block_repair(self, reason):
        """The orders are gone: keep the reason where the owner looks; a button makes others."""
        if not self:
            return
        self.blocked_reason = reason
        for remedy in self:
            remedy._log_on_case(
                self.env._("Without a service order: %(remedy)s.", remedy=remedy.type_id.name), reason
            )
        self._sync_activities()
        self._tell_responsible(self.env._("A remedy has no service order any more"), reason)

    def action_open_service_order(self):
        """Open the service order that carries this remedy out."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "complaint.service.order",
            "res_id": self.service_order_id.id,
            "views": [(False, "form")],
        }
