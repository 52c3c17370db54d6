import re
from datetime import date

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, mute_logger

from .complaint_number import SEQUENCE_CODE


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    @api.constrains("prefix", "suffix", "code", "use_date_range", "implementation", "company_id")
    def _check_complaint_sequence(self):
        """Two companies or two years must never form the same number, and no clerk waits for another."""
        sequences = self.filtered(lambda sequence: sequence.code == SEQUENCE_CODE)
        for sequence in sequences:
            if not sequence.use_date_range or not sequence._tells_complaint_years_apart():
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
        if sequences:
            sequences._check_complaint_prefixes()

    def _tells_complaint_years_apart(self):
        self.ensure_one()
        try:
            this_year, next_year = (
                f"{self.prefix or ''}|{self.suffix or ''}" % self._get_complaint_tokens(year)
                for year in (2026, 2027)
            )
        except (KeyError, ValueError, TypeError):
            return False
        return this_year != next_year

    def _check_complaint_prefixes(self):
        every = self.sudo().with_context(active_test=False).search([("code", "=", SEQUENCE_CODE)])
        for sequence in self:
            clash = next((other for other in every - sequence if sequence._may_form_same_number(other)), None)
            if clash:
                raise ValidationError(
                    self.env._(
                        "Each company needs a prefix of its own for complaint numbers: with “%(prefix)s” and "
                        "“%(other)s” (%(name)s) two complaints could get the same number.",
                        prefix=sequence.prefix or "",
                        other=clash.prefix or "",
                        name=clash.name,
                    )
                )
            if self._is_complaint_prefix_used(sequence.prefix, sequence.company_id):
                raise ValidationError(
                    self.env._(
                        "Complaints of another company bear numbers with the prefix “%(prefix)s” from "
                        "earlier. Choose another prefix.",
                        prefix=sequence.prefix or "",
                    )
                )

    def _may_form_same_number(self, other):
        """Tell whether one prefix is, in some year, the other one with nothing but digits behind it."""
        tokens = self._get_complaint_tokens(2026)
        return any(
            re.fullmatch(self._get_complaint_pattern(short.prefix) + r"\d*", (long.prefix or "") % tokens)
            for short, long in ((self, other), (other, self))
        )

    @api.model
    def _is_complaint_prefix_used(self, prefix, company):
        """Tell whether complaints of other companies bear a prefix, whatever the year."""
        self.env["complaint.complaint"].flush_model(["number", "company_id"])
        return bool(
            self.env.execute_query(
                SQL(
                    "SELECT 1 FROM complaint_complaint WHERE number ~ %s AND company_id != %s LIMIT 1",
                    f"^{self._get_complaint_pattern(prefix)}\\d",
                    company.id or 0,
                )
            )
        )

    @api.model
    def _get_complaint_pattern(self, text):
        """Return a regular expression, for Python and PostgreSQL, of a prefix or suffix in any year."""
        digit = "\0"
        return re.escape((text or "") % {"range_year": digit * 4, "range_y": digit * 2}).replace(digit, r"\d")

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
        # Either the sequence is missing or archived, or its year has no counter yet.
        sequence = company.sudo()._get_complaint_sequence()
        return self._take_complaint_block(company.id, year, count) or self._open_complaint_year(
            sequence, year, count
        )

    @api.model
    def _open_complaint_year(self, sequence, year, count):
        """Make the counter of a year and take numbers from it, also when others do so at this moment."""
        company_id = sequence.company_id.id
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                sequence._create_complaint_counter(year)
        except UniqueViolation:
            # Somebody else opened the year a moment ago. This transaction's snapshot is older and
            # does not see it, a new one does; counters themselves belong to no transaction.
            with self.pool.cursor() as cr:
                return self.with_env(self.env(cr=cr))._take_complaint_block(company_id, year, count)
        return self._take_complaint_block(company_id, year, count)

    def _create_complaint_counter(self, year):
        self.ensure_one()
        counter = self._create_date_range_seq(date(year, 1, 1))
        last = self._get_last_complaint_number(year)
        if last:
            counter.number_next_actual = last + 1

    def _open_complaint_years(self):
        """Have the counters of this year and the next.

        Else whoever takes the first number of a year makes its counter, and the others of the company
        wait until they have committed.
        """
        this_year = fields.Date.today().year
        for sequence in self:
            for year in (this_year, this_year + 1):
                first_day = date(year, 1, 1)
                if not any(
                    counter.date_from <= first_day <= counter.date_to for counter in sequence.date_range_ids
                ):
                    sequence._create_complaint_counter(year)

    @api.model
    def _cron_open_complaint_years(self):
        self.search([("code", "=", SEQUENCE_CODE)])._open_complaint_years()

    def _get_last_complaint_number(self, year):
        """Return the highest number of a year left by a counter that somebody deleted, else None."""
        self.ensure_one()
        self.env["complaint.complaint"].flush_model(["number"])
        tokens = self._get_complaint_tokens(year)
        prefix, suffix = (re.escape((text or "") % tokens) for text in (self.prefix, self.suffix))
        [[last]] = self.env.execute_query(
            SQL(
                "SELECT max(substring(number, %(pattern)s)::int)"
                " FROM complaint_complaint WHERE number ~ %(pattern)s",
                pattern=rf"^{prefix}(\d{{1,9}}){suffix}$",
            )
        )
        return last

    @api.model
    def _take_complaint_block(self, company_id, year, count):
        """Take ``count`` numbers in one query. Empty where the year has no counter yet."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT s.prefix, s.suffix, s.padding, nextval(to_regclass(
                           'ir_sequence_' || lpad(s.id::text, greatest(3, length(s.id::text)), '0')
                           || '_' || lpad(r.id::text, greatest(3, length(r.id::text)), '0')))
                  FROM (SELECT id, prefix, suffix, padding
                          FROM ir_sequence
                         WHERE code = %(code)s AND company_id = %(company)s AND active
                         ORDER BY id
                         LIMIT 1) s
                  JOIN LATERAL (SELECT id
                                  FROM ir_sequence_date_range
                                 WHERE sequence_id = s.id AND date_from <= %(day)s AND date_to >= %(day)s
                                 ORDER BY id
                                 LIMIT 1) r ON TRUE
                 CROSS JOIN generate_series(1, %(count)s)
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
