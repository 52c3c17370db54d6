from datetime import date

from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, mute_logger

from .complaint_number import SEQUENCE_CODE


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    @api.constrains("prefix", "suffix", "code", "use_date_range", "implementation", "company_id")
    def _check_complaint_sequence(self):
        """Two companies or two years must never form the same number, and no clerk waits for another."""
        sequences = self.filtered(lambda sequence: sequence.code == SEQUENCE_CODE)
        if not sequences:
            return
        every = self.sudo().with_context(active_test=False).search([("code", "=", SEQUENCE_CODE)])
        for sequence in sequences:
            try:
                this_year, next_year = (
                    f"{sequence.prefix or ''}|{sequence.suffix or ''}" % self._get_complaint_tokens(year)
                    for year in (2026, 2027)
                )
            except (KeyError, ValueError, TypeError):
                this_year = next_year = None
            if this_year == next_year or not sequence.use_date_range:
                raise ValidationError(
                    self.env._(
                        "Complaint numbers start again each year: the prefix must hold the year as "
                        "%%(range_year)s (or %%(range_y)s), no other placeholder, and the sequence must use "
                        "one counter per date range."
                    ).replace("%%", "%")
                )
            if sequence.implementation != "standard":
                raise ValidationError(
                    self.env._(
                        "Complaints arrive at the same moment from many sides, so their "
                        "numbers need the standard implementation."
                    )
                )
            if any(other != sequence and other.prefix == sequence.prefix for other in every):
                raise ValidationError(self.env._("Each company needs a prefix of its own for complaint numbers."))

    @api.model
    def _get_complaint_tokens(self, year):
        return {"range_year": f"{year:04}", "range_y": f"{year % 100:02}"}

    @api.model
    def _next_complaint_numbers(self, company, year, count):
        """Take numbers from the sequence of a company.

        :param res.company company: whose complaints are numbered
        :param int year: year of the receipt
        :param int count: how many
        :return: list of ``count`` distinct str
        """
        numbers = self._take_complaint_block(company.id, year, count)
        if numbers:
            return numbers
        sequence = company.sudo()._get_complaint_sequence()
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                sequence._create_date_range_seq(date(year, 1, 1))
        except UniqueViolation:
            # Somebody else opened the year a moment ago. This transaction's snapshot is older and
            # does not see it, a new one does; counters themselves belong to no transaction.
            with self.pool.cursor() as cr:
                return self.with_env(self.env(cr=cr))._take_complaint_block(company.id, year, count)
        return self._take_complaint_block(company.id, year, count)

    @api.model
    def _take_complaint_block(self, company_id, year, count):
        """Take ``count`` numbers in one query. Empty where the year has no counter yet."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT s.prefix, s.suffix, s.padding, nextval(to_regclass(
                           'ir_sequence_' || lpad(s.id::text, greatest(3, length(s.id::text)), '0')
                           || '_' || lpad(r.id::text, greatest(3, length(r.id::text)), '0')))
                  FROM ir_sequence s
                  JOIN LATERAL (SELECT id
                                  FROM ir_sequence_date_range
                                 WHERE sequence_id = s.id AND date_from <= %(day)s AND date_to >= %(day)s
                                 LIMIT 1) r ON TRUE
                 CROSS JOIN generate_series(1, %(count)s)
                 WHERE s.code = %(code)s AND s.company_id = %(company)s AND s.active
                """,
                day=date(year, 1, 1),
                count=count,
                code=SEQUENCE_CODE,
                company=company_id,
            )
        )
        tokens = self._get_complaint_tokens(year)
        return [
            f"{(prefix or '') % tokens}{value:0{padding or 1}d}{(suffix or '') % tokens}"
            for prefix, suffix, padding, value in rows
        ]
