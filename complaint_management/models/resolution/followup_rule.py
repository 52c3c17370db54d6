from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ..case.team_assignment import HANDLING_GROUP

#: What a planned call takes over from its rule: a rule that changes later does not touch it.
COPIED = ("moment", "tries", "days_between", "caller")
MOMENTS = [("after", "After closing"), ("before", "Before closing")]
CALLERS = [
    ("responsible", "The person responsible"),
    ("leader", "The leader of the team"),
    ("person", "A named person"),
]


class Rule(NamedTuple):
    """A rule as it is kept in memory. What is None is not asked about."""

    id: int
    company_id: int | None
    team_id: int | None
    category_ids: frozenset | None
    severities: frozenset | None
    nature: str | None
    moment: str
    delay: int
    tries: int
    days_between: int
    caller: str
    user_id: int

    def matches(self, complaint):
        """Tell whether the rule speaks about a complaint."""
        return (
            self.company_id in (None, complaint.company_id.id)
            and self.team_id in (None, complaint.team_id.id)
            and self.nature in (None, complaint.nature)
            and (self.category_ids is None or complaint.category_id.id in self.category_ids)
            and (self.severities is None or (complaint.severity or "normal") in self.severities)
        )


class ComplaintFollowupRule(models.Model):
    """Which complainants are called to hear whether it worked: when, by whom, how often (CL-2).

    The first rule that matches wins; where none does, nobody is called.
    """

    _name = "complaint.followup.rule"
    _description = "Follow-up Rule"
    _inherit = ["complaint.cached.name.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10, help="The first rule that matches wins.")
    company_id = fields.Many2one(
        "res.company", index="btree_not_null", ondelete="cascade", help="Empty: for all companies."
    )

    # Deleting what a rule asks about deletes the rule: without its condition it would match everything.
    team_id = fields.Many2one(
        "complaint.team",
        ondelete="cascade",
        index="btree_not_null",
        help="Empty: complaints of any team.",
    )
    category_id = fields.Many2one(
        "complaint.category",
        ondelete="cascade",
        index="btree_not_null",
        help="With all categories below it. Empty: any category.",
    )
    min_severity = fields.Selection(
        selection=lambda self: (
            self.env["complaint.complaint"]._fields["severity"]._description_selection(self.env)
        ),
        string="Severity from",
        required=True,
        default="normal",
        help="Complaints of this severity and of any above it.",
    )
    nature = fields.Selection(
        selection=lambda self: (
            self.env["complaint.complaint"]._fields["nature"]._description_selection(self.env)
        ),
        default="complaint",
        help="Empty: any nature, questions and praise included.",
    )

    moment = fields.Selection(
        MOMENTS,
        string="When to Call",
        required=True,
        default="after",
        help="Before closing: the complaint stays in the step Follow-up until the call was made.",
    )
    delay = fields.Integer(
        string="Working Days Later",
        required=True,
        default=5,
        help="Counted from closing, or from the step Follow-up, by the working hours of the team. "
        "0: on the same day.",
    )
    tries = fields.Integer(
        required=True, default=3, help="How often somebody tries to reach the customer before giving up."
    )
    days_between = fields.Integer(
        string="Days between Tries", required=True, default=1, help="Working days. 0: on the same day."
    )
    caller = fields.Selection(
        CALLERS,
        string="Who Calls",
        required=True,
        default="responsible",
        help="Whoever is excluded from a complaint never calls: who takes over its work does.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Person",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('share', '=', False)]",
        help="Calls where they may work on the complaint; otherwise the person responsible does.",
    )

    _whole_numbers = models.Constraint(
        "CHECK (delay >= 0 AND days_between >= 0 AND tries >= 1)",
        "Try at least once, and wait no less than 0 days.",
    )
    _named_person = models.Constraint(
        "CHECK (caller != 'person' OR user_id IS NOT NULL)", "Choose the person who calls."
    )

    @api.constrains("user_id", "caller")
    def _check_user_id(self):
        for rule in self:
            if rule.caller == "person" and rule.user_id and not rule.user_id.has_group(HANDLING_GROUP):
                raise ValidationError(
                    self.env._(
                        "%(name)s has no access to complaints and cannot call. Choose somebody else.",
                        name=rule.user_id.name,
                    )
                )

    @api.constrains("company_id", "team_id", "category_id")
    def _check_companies(self):
        """What belongs to one company does not match in another; a rule for all may name any."""
        for rule in self.filtered("company_id"):
            for record in (rule.team_id, rule.category_id):
                if record.company_id and record.company_id != rule.company_id:
                    raise ValidationError(
                        self.env._(
                            "“%(name)s” belongs to another company than the rule.", name=record.display_name
                        )
                    )

    # Which rule applies is asked for every complaint that is closed; rules are few and kept in memory.

    @api.model
    def _cached_fields(self):
        return super()._cached_fields() | {
            "active",
            "category_id",
            "company_id",
            "delay",
            "min_severity",
            "nature",
            "sequence",
            "team_id",
            "user_id",
            *COPIED,
        }

    @api.model
    @ormcache()
    def _get_rules(self):
        """Return the active rules in their order, as a tuple of Rule."""
        order = self._fields["min_severity"].get_values(self.env)
        Category = self.env["complaint.category"].sudo().with_context(active_test=False)
        rules = []
        for rule in self.sudo().search([("active", "=", True)]):
            category, lowest = rule.category_id, order.index(rule.min_severity)
            below = Category.search([("id", "child_of", category.id)]) if category else Category
            rules.append(
                Rule(
                    id=rule.id,
                    company_id=rule.company_id.id or None,
                    team_id=rule.team_id.id or None,
                    category_ids=frozenset(below.ids) if category else None,
                    severities=frozenset(order[lowest:]) if lowest else None,
                    nature=rule.nature or None,
                    moment=rule.moment,
                    delay=rule.delay,
                    tries=rule.tries,
                    days_between=rule.days_between,
                    caller=rule.caller,
                    user_id=rule.user_id.id,
                )
            )
        return tuple(rules)

    @api.model
    def _match(self, complaint):
        """Return the Rule by which a complainant is called, or None."""
        return next((rule for rule in self._get_rules() if rule.matches(complaint)), None)
