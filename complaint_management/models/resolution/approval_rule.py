from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

#: Who agrees, as rules name it.
APPROVERS = [
    ("user", "A person"),
    ("group", "Anybody of a group"),
    ("manager", "The manager of the person responsible"),
    ("department", "The head of the department concerned"),
    ("leader", "The team's leader, or one further up"),
]


class Rule(NamedTuple):
    """A rule as it is kept in memory. What is None is not asked about."""

    id: int
    company_id: int | None
    team_ids: frozenset | None
    severities: frozenset | None
    type_ids: frozenset | None
    min_amount: float
    currency_id: int


class ComplaintApprovalRule(models.Model):
    """Whose agreement a solution needs, from which amount and severity on (SO-3).

    Every rule that matches asks for one agreement; they are asked for one after the other, in the order
    of the rules. Requests that run are copies: changing a rule does not touch them (DESIGN 4.5).
    """

    _name = "complaint.approval.rule"
    _description = "Approval Rule"
    _inherit = ["complaint.cached.name.mixin"]
    _order = "sequence, min_amount, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10, help="Approvers are asked in the order of the rules.")
    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: for all companies.")

    # Deleting what a rule asks about deletes the rule: without its condition it would match everything.
    team_id = fields.Many2one(
        "complaint.team",
        ondelete="cascade",
        index="btree_not_null",
        help="With all teams below it. Empty: any team.",
    )
    min_severity = fields.Selection(
        [("normal", "Normal"), ("important", "Important"), ("urgent", "Urgent")],
        string="Severity from",
        required=True,
        default="normal",
        help="Complaints of this severity and of any above it.",
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    min_amount = fields.Monetary(
        string="Amount from",
        help="Solutions that cost this much or more. 0: also those that cost nothing.",
    )
    remedy_type_ids = fields.Many2many(
        "complaint.remedy.type",
        "complaint_approval_rule_remedy_type_rel",
        "rule_id",
        "type_id",
        string="With Remedies",
        help="Solutions with at least one of these remedies. Empty: any.",
    )

    approver = fields.Selection(APPROVERS, string="Who Agrees", required=True, default="leader")
    user_id = fields.Many2one(
        "res.users",
        string="Person",
        ondelete="cascade",
        index="btree_not_null",
        domain="[('share', '=', False)]",
    )
    group_id = fields.Many2one("res.groups", ondelete="cascade", index="btree_not_null")
    level = fields.Integer(
        string="Levels Up",
        help="0: the leader of the team itself; 1: the leader of the team above it, and so on.",
    )

    _min_amount_positive = models.Constraint(
        "CHECK (min_amount >= 0)", "An amount cannot be less than nothing."
    )
    _level_positive = models.Constraint("CHECK (level >= 0)", "Levels are counted upwards from the team.")

    @api.constrains("approver", "user_id", "group_id")
    def _check_approver(self):
        for rule in self:
            if (rule.approver == "user" and not rule.user_id) or (
                rule.approver == "group" and not rule.group_id
            ):
                raise ValidationError(self.env._("Choose the person or the group who agrees."))
            if rule.approver == "user" and (
                rule.user_id.share or (rule.company_id and rule.company_id not in rule.user_id.company_ids)
            ):
                raise ValidationError(
                    self.env._(
                        "%(name)s does not work in this company and could never be asked.",
                        name=rule.user_id.name,
                    )
                )

    @api.constrains("company_id", "team_id", "remedy_type_ids")
    def _check_companies(self):
        """What belongs to one company does not match in another; a rule for all may name any."""
        for rule in self.filtered("company_id"):
            for record in (*rule.team_id, *rule.remedy_type_ids):
                if record.company_id and record.company_id != rule.company_id:
                    raise ValidationError(
                        self.env._(
                            "“%(name)s” belongs to another company than the rule.", name=record.display_name
                        )
                    )

    @api.model
    def _cached_fields(self):
        return super()._cached_fields() | {
            "active",
            "company_id",
            "currency_id",
            "min_amount",
            "min_severity",
            "remedy_type_ids",
            "sequence",
            "team_id",
        }

    @api.model
    @ormcache()
    def _get_rules(self):
        """Return all active rules in their order, as a tuple of Rule."""
        order = list(dict(self._fields["min_severity"].selection))
        Team = self.env["complaint.team"].sudo().with_context(active_test=False)
        return tuple(
            Rule(
                id=rule.id,
                company_id=rule.company_id.id or None,
                team_ids=(
                    frozenset(Team.search([("id", "child_of", rule.team_id.ids)]).ids)
                    if rule.team_id
                    else None
                ),
                severities=(
                    frozenset(order[order.index(rule.min_severity) :])
                    if rule.min_severity != "normal"
                    else None
                ),
                type_ids=frozenset(rule.remedy_type_ids.ids) or None,
                min_amount=rule.min_amount,
                currency_id=rule.currency_id.id,
            )
            for rule in self.sudo().search([("active", "=", True)])
        )

    @api.model
    def _match(self, solution):
        """Return the rules that ask for an agreement to a solution, in their order.

        :param solution: complaint.solution; its amount counts in the currency of each rule, today
        :return: complaint.approval.rule
        """
        complaint_sudo = solution.complaint_id.sudo()
        remedies = solution.remedy_ids.filtered(lambda remedy: remedy.state != "cancelled")
        type_ids = set(remedies.type_id.ids)
        return self.sudo().browse(
            rule.id
            for rule in self._get_rules()
            if rule.company_id in (None, solution.company_id.id)
            and (rule.team_ids is None or complaint_sudo.team_id.id in rule.team_ids)
            and (rule.severities is None or complaint_sudo.severity in rule.severities)
            and (rule.type_ids is None or rule.type_ids & type_ids)
            and self._is_reached(rule, solution)
        )

    @api.model
    def _is_reached(self, rule, solution):
        """Tell whether a solution costs as much as a rule asks for; exactly as much is enough."""
        if not rule.min_amount:
            return True
        currency = self.env["res.currency"].browse(rule.currency_id)
        amount = solution.currency_id._convert(
            solution.amount_total, currency, solution.company_id, fields.Date.context_today(solution)
        )
        return currency.compare_amounts(amount, rule.min_amount) >= 0
