from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from .team_assignment import HANDLING_GROUP


class Rule(NamedTuple):
    """A rule as it is kept in memory. What is None is not asked about."""

    team_id: int | None
    category_ids: frozenset | None
    severities: frozenset | None
    product_id: int | None
    product_category_id: int | None
    to_user_id: int
    to_team_id: int

    def matches(self, case, product_branch):
        """Tell whether the rule speaks about a complaint.

        :param Case case: what is to be assigned
        :param product_branch: ids of the category of its product and of those above it
        """
        return (
            self.team_id in (None, case.team_id)
            and (self.category_ids is None or case.category_id in self.category_ids)
            and (self.severities is None or case.severity in self.severities)
            and self.product_id in (None, case.product_id)
            and (self.product_category_id is None or self.product_category_id in product_branch)
        )


class ComplaintAssignmentRule(models.Model):
    """Who answers for which complaints, where nobody does yet (DI-1).

    The first rule that matches wins. One that names a person who cannot take it (absent, excluded,
    no longer there) is passed over; one that names a team routes the complaint there in any case.
    """

    _name = "complaint.assignment.rule"
    _description = "Complaint Assignment Rule"
    _inherit = ["complaint.cached.name.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10, help="The first rule that matches wins.")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )

    # Deleting what a rule asks about deletes the rule: without its condition it would match everything.
    team_id = fields.Many2one(
        "complaint.team",
        string="In Team",
        ondelete="cascade",
        index="btree_not_null",
        check_company=True,
        help="Empty: complaints of any team.",
    )
    category_id = fields.Many2one(
        "complaint.category",
        ondelete="cascade",
        index="btree_not_null",
        check_company=True,
        help="With all categories below it. Empty: any category.",
    )
    min_severity = fields.Selection(
        [("normal", "Normal"), ("important", "Important"), ("urgent", "Urgent")],
        string="Severity from",
        required=True,
        default="normal",
        help="Complaints of this severity and of any above it.",
    )
    product_id = fields.Many2one(
        "product.product",
        string="Product or Service",
        ondelete="cascade",
        index="btree_not_null",
        check_company=True,
    )
    product_category_id = fields.Many2one(
        "product.category",
        ondelete="cascade",
        index="btree_not_null",
        help="With all categories below it.",
    )

    to_user_id = fields.Many2one(
        "res.users",
        string="Assign to",
        ondelete="cascade",
        index="btree_not_null",
        check_company=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Becomes responsible, unless absent or excluded from the complaint: then the next rule decides.",
    )
    to_team_id = fields.Many2one(
        "complaint.team",
        string="Pass to Team",
        ondelete="cascade",
        index="btree_not_null",
        check_company=True,
        help="Takes the complaint over; its own way of assigning finds the person.",
    )

    _one_target = models.Constraint(
        "CHECK (num_nonnulls(to_user_id, to_team_id) = 1)",
        "A rule names a person or a team: choose one of them.",
    )

    @api.constrains("to_user_id")
    def _check_to_user_id(self):
        for rule in self:
            if rule.to_user_id and not rule.to_user_id.has_group(HANDLING_GROUP):
                raise ValidationError(
                    self.env._(
                        "%(name)s has no access to complaints and cannot be responsible for them.",
                        name=rule.to_user_id.name,
                    )
                )

    @api.onchange("to_user_id")
    def _onchange_to_user_id(self):
        if self.to_user_id:
            self.to_team_id = False

    @api.onchange("to_team_id")
    def _onchange_to_team_id(self):
        if self.to_team_id:
            self.to_user_id = False

    def write(self, vals):
        # In a list one cell is changed at a time.
        for chosen, other in (("to_user_id", "to_team_id"), ("to_team_id", "to_user_id")):
            if vals.get(chosen) and other not in vals:
                vals = {**vals, other: False}
        return super().write(vals)

    @api.model
    def _cached_fields(self):
        return super()._cached_fields() | {
            "active",
            "category_id",
            "company_id",
            "min_severity",
            "product_category_id",
            "product_id",
            "sequence",
            "team_id",
            "to_team_id",
            "to_user_id",
        }

    @api.model
    @ormcache()
    def _get_rules(self):
        """Return the rules of each company in their order, as ``{company id: (Rule, ...)}``."""
        order = list(dict(self._fields["min_severity"].selection))
        Category = self.env["complaint.category"].sudo().with_context(active_test=False)
        rules = {}
        for rule in self.sudo().search([("active", "=", True)]):
            if rule.to_team_id and not rule.to_team_id.active:
                continue
            category, lowest = rule.category_id, order.index(rule.min_severity)
            below = Category.search([("id", "child_of", category.id)]) if category else Category
            rules.setdefault(rule.company_id.id, []).append(
                Rule(
                    team_id=rule.team_id.id or None,
                    category_ids=frozenset(below.ids) if category else None,
                    severities=frozenset(order[lowest:]) if lowest else None,
                    product_id=rule.product_id.id or None,
                    product_category_id=rule.product_category_id.id or None,
                    to_user_id=rule.to_user_id.id,
                    to_team_id=rule.to_team_id.id,
                )
            )
        return {company_id: tuple(found) for company_id, found in rules.items()}

    @api.model
    def _plan(self, cases, keep_team=False):
        """Say who comes into question for complaints, by the rules alone.

        :param cases: list of Case
        :param bool keep_team: somebody has just chosen the team, so no rule passes it on to another
        :return: for each case, the ids of the persons to try in turn, and the id of the team it goes to
        """
        rules = self._get_rules()
        if not any(rules.get(case.company_id) for case in cases):
            return [((), case.team_id) for case in cases]
        branches = self._get_product_branches(cases)
        plans = []
        for case in cases:
            persons, team_id = [], case.team_id
            for rule in rules.get(case.company_id, ()):
                if not rule.matches(case, branches.get(case.product_id, ())):
                    continue
                if rule.to_user_id:
                    persons.append(rule.to_user_id)
                elif not keep_team or rule.to_team_id == case.team_id:
                    team_id = rule.to_team_id
                    break
            plans.append((tuple(persons), team_id))
        return plans

    @api.model
    def _get_product_branches(self, cases):
        """Return the ids of each product's category and of those above it, where a rule asks for them."""
        if not any(rule.product_category_id for rules in self._get_rules().values() for rule in rules):
            return {}
        product_ids = {case.product_id for case in cases if case.product_id}
        products = self.env["product.product"].sudo().browse(product_ids)
        return {
            product.id: {int(part) for part in (product.categ_id.parent_path or "").split("/") if part}
            for product in products
        }
