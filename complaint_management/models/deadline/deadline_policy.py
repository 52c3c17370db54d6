from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

#: Fields of a policy that a record must equal; empty ones match everything.
MATCHED = ("company_id", "team_id", "nature", "severity", "channel_id")


class ComplaintDeadlinePolicy(models.Model):
    """Which limits apply to which records (TL-1).

    For each milestone the first policy in the list counts that matches the record and has a limit for
    the milestone. So a small policy for one kind of case can stand above the general one.
    """

    _name = "complaint.deadline.policy"
    _description = "Time Limit Policy"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    applies_to = fields.Selection([("complaint", "Complaints")], required=True, default="complaint")
    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: for all companies.")
    team_id = fields.Many2one("complaint.team", index="btree_not_null", ondelete="cascade")
    category_id = fields.Many2one(
        "complaint.category",
        index="btree_not_null",
        ondelete="cascade",
        help="With all categories below it.",
    )
    nature = fields.Selection(
        selection=lambda self: (
            self.env["complaint.complaint"]._fields["nature"]._description_selection(self.env)
        )
    )
    severity = fields.Selection(
        selection=lambda self: (
            self.env["complaint.complaint"]._fields["severity"]._description_selection(self.env)
        )
    )
    channel_id = fields.Many2one("complaint.channel", index="btree_not_null", ondelete="cascade")
    date_from = fields.Date(string="Valid from", help="For what was received on this day or later.")
    date_to = fields.Date(string="Valid to", help="For what was received on this day or earlier.")
    legal_basis = fields.Text(translate=True, help="The law, contract or promise that sets these limits.")
    rule_ids = fields.One2many("complaint.deadline.rule", "policy_id", string="Limits", copy=True)

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        if any(policy.date_from and policy.date_to and policy.date_from > policy.date_to for policy in self):
            raise ValidationError(self.env._("A policy cannot end before it begins."))

    @api.constrains("applies_to")
    def _check_milestones(self):
        self.rule_ids._check_milestone()

    @api.constrains("company_id", "team_id", "category_id")
    def _check_companies(self):
        """What belongs to one company does not match in another; a policy for all may name any."""
        for policy in self.filtered("company_id"):
            for record in (policy.team_id, policy.category_id):
                if record.company_id and record.company_id != policy.company_id:
                    raise ValidationError(
                        self.env._(
                            "“%(name)s” belongs to another company than the policy.", name=record.display_name
                        )
                    )

    # Which rules apply is asked for every complaint; policies are few and kept in memory.

    @api.model
    @ormcache("applies_to")
    def _get_all_matches(self, applies_to):
        """Return what each active policy asks for, in their order, as plain values.

        :return: tuple of (conditions as dict, date_from, date_to, {milestone: rule id})
        """
        policies = self.sudo().with_context(active_test=True).search([("applies_to", "=", applies_to)])
        return tuple(
            (policy._get_conditions(), policy.date_from, policy.date_to, policy._get_rule_ids())
            for policy in policies
        )

    def _get_conditions(self):
        """Return ``{field name: value}`` of what a record must equal; areas add theirs."""
        conditions = {
            fname: self._fields[fname].convert_to_write(self[fname], self) for fname in MATCHED if self[fname]
        }
        if self.category_id:
            below = self.env["complaint.category"].with_context(active_test=False)
            conditions["category_id"] = frozenset(
                below.search([("id", "child_of", self.category_id.ids)]).ids
            )
        return conditions

    def _get_rule_ids(self):
        return {rule.milestone: rule.id for rule in self.rule_ids if rule.active}

    @api.model
    def _match(self, applies_to, facts, get_day):
        """Return which limits apply to a record.

        :param str applies_to: kind of record, as in the field of that name
        :param dict facts: field name to value (ids for records), as :meth:`_get_conditions` asks
        :param get_day: returns the date of the receipt; only policies of some days ask for it
        :return: dict of milestone to complaint.deadline.rule id
        """
        found = {}
        for conditions, date_from, date_to, rule_ids in reversed(self._get_all_matches(applies_to)):
            if (date_from and get_day() < date_from) or (date_to and get_day() > date_to):
                continue
            if all(
                facts.get(fname) in wanted if isinstance(wanted, frozenset) else facts.get(fname) == wanted
                for fname, wanted in conditions.items()
            ):
                found |= rule_ids
        return found

    # changes

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        self.env.registry.clear_cache()
        policies._recompute_running()
        return policies

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        if vals.keys() - {"name", "legal_basis", "rule_ids"}:
            self._recompute_running()
        return result

    def unlink(self):
        self._recompute_running()
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    def _recompute_running(self):
        """What applies to running clocks may have changed: work them off in the background."""
        for applies_to, policies in self.grouped("applies_to").items():
            company = policies.company_id if len(policies) == 1 else policies.company_id.browse()
            self.env["complaint.deadline.recompute"]._request(applies_to=applies_to, company=company)
