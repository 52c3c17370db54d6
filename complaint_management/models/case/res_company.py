from itertools import chain, count

from odoo import api, fields, models

from .complaint_number import SEQUENCE_CODE


class ResCompany(models.Model):
    _inherit = "res.company"

    complaint_team_id = fields.Many2one(
        "complaint.team",
        string="Default Complaint Team",
        domain="[('company_id', '=', id)]",
        help="Takes complaints that nothing else routes.",
    )
    complaint_repeat_days = fields.Integer(
        string="Look Back for Repeats",
        default=180,
        help="How many days back complaints of the same customer, product or order are shown as possible "
        "repeats.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._create_complaint_sequences()
        return companies

    def write(self, vals):
        result = super().write(vals)
        if "complaint_team_id" in vals:
            # The default team of each user is kept in memory.
            self.env.registry.clear_cache()
        return result

    def _create_complaint_sequences(self):
        """Give each company its own counter; the prefix tells companies apart in one database."""
        Sequence = self.env["ir.sequence"].sudo().with_context(active_test=False)
        every = Sequence.search([("code", "=", SEQUENCE_CODE)])
        taken = set(every.mapped("prefix"))
        vals_list = []
        for company in self - every.company_id:
            candidates = chain(("CP", f"CP{company.id}"), (f"CP{company.id}.{number}" for number in count(2)))
            prefix = next(
                prefix
                for prefix in (f"{code}-%(range_year)s-" for code in candidates)
                if prefix not in taken and not Sequence._is_complaint_prefix_used(prefix, company)
            )
            taken.add(prefix)
            vals_list.append(
                {
                    "name": self.env._("Complaints of %(company)s", company=company.name),
                    "code": SEQUENCE_CODE,
                    "company_id": company.id,
                    "prefix": prefix,
                    "padding": 5,
                    "use_date_range": True,
                }
            )
        Sequence.create(vals_list)._open_complaint_years()

    def _get_complaint_sequence(self):
        """Return the number sequence of the company, made where it is missing."""
        self.ensure_one()
        Sequence = self.env["ir.sequence"].sudo()
        domain = [("code", "=", SEQUENCE_CODE), ("company_id", "=", self.id)]
        sequence = Sequence.search(domain, order="id", limit=1)
        if not sequence:
            Sequence.with_context(active_test=False).search(domain, order="id", limit=1).action_unarchive()
            self._create_complaint_sequences()
            sequence = Sequence.search(domain, order="id", limit=1)
        return sequence
