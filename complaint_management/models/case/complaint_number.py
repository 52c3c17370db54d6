from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models

#: Code of the number sequences, one per company.
SEQUENCE_CODE = "complaint.complaint"


class ComplaintNumber(models.Model):
    """One number per complaint, unique per company and year, never reused (IN-3)."""

    _inherit = "complaint.complaint"

    @api.model
    def _set_numbers(self, vals_list):
        """Give every complaint that is to be created its number, in blocks per company and year.

        The year is that of the receipt, where the company is. A number handed in is not taken:
        only the sequence knows which are free.

        :param vals_list: values for ``create``; changed in place
        """
        blocks = defaultdict(list)
        defaults = self.default_get(["company_id", "received_at"])
        default_company = defaults["company_id"] or self.env.company.id
        default_received = defaults["received_at"] or fields.Datetime.now()
        for vals in vals_list:
            company_id = vals.get("company_id") or default_company
            received = fields.Datetime.to_datetime(vals.get("received_at") or default_received)
            blocks[company_id, received].append(vals)
        by_year = defaultdict(list)
        for (company_id, received), block in blocks.items():
            company = self.env["res.company"].sudo().browse(company_id)
            by_year[company, self._get_local_year(company, received)].extend(block)
        for (company, year), block in by_year.items():
            numbers = self.env["ir.sequence"]._next_complaint_numbers(company, year, len(block))
            for vals, number in zip(block, numbers, strict=True):
                vals["number"] = number

    @api.model
    def _get_local_year(self, company, received):
        # Time zones matter around the turn of the year only; on other days nobody's is looked up.
        if (received - timedelta(days=1)).year == (received + timedelta(days=1)).year:
            return received.year
        timezone = company.partner_id.tz or self.env.context.get("tz") or "UTC"
        return fields.Datetime.context_timestamp(self.with_context(tz=timezone), received).year
