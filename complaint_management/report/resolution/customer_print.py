import re

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

#: As much of what complainants wrote as tells them which case it is.
SHORT_TEXT = 600


class ComplaintCustomerPrint(models.AbstractModel):
    """What the prints for complainants have in common: each is in the language of who gets it.

    Whoever prints may read the records. What is printed is read as superuser, because an approver does not
    reach the case behind it; so nothing internal may stand in the templates.
    """

    _name = "complaint.customer.print"
    _description = "Print for a Complainant"
    _inherit = ["complaint.print"]

    @api.model
    def _get_report_values(self, docids, data=None):
        values = super()._get_report_values(docids, data)
        self._check_printable(values["docs"])
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        pages = []
        for doc in values["docs"].sudo():
            lang = self._get_complaint(doc).partner_id.lang
            lang = lang if lang in installed else values["print_lang"]
            doc = doc.with_context(lang=lang)
            pages.append(
                {
                    "doc": doc,
                    "case": self._get_complaint(doc),
                    "lang": lang,
                    "direction": self.env["res.lang"]._get_data(code=lang).direction,
                    **self._get_page_values(doc),
                }
            )
        return {**values, "pages": pages, "print_lang": pages[0]["lang"] if pages else values["print_lang"]}

    @api.model
    def _get_complaint(self, doc):
        return doc

    @api.model
    def _check_printable(self, docs):
        """Check that the user may hand out prints of these records, and that they are ready for it.

        :raises AccessError: the user may read them only
        :raises UserError: names those that are not ready, and says what to do
        """

    @api.model
    def _get_page_values(self, doc):
        """Return what the template needs besides the record.

        :param doc: one record, as superuser and in the language of who gets the print
        """
        return {}

    @api.model
    def _get_promises(self, remedies):
        """Return what the complainant gets, with the sum of the money among it.

        :param remedies: complaint.remedy
        """
        rows = [
            {
                "remedy": remedy,
                "amount": remedy.customer_amount,
                "currency": remedy.customer_currency_id or remedy.currency_id,
                "own_currency": remedy.currency_id,
            }
            for remedy in remedies.filtered("for_customer")
        ]
        paid = [row for row in rows if row["amount"]]
        currencies = {(row["currency"], row["own_currency"]) for row in paid}
        return {
            "rows": rows,
            # The sum of what stands above it, to the cent; of different currencies there is none.
            "total": len(currencies) == 1 and sum(row["amount"] for row in paid),
            "own_total": sum(row["remedy"].amount for row in paid),
            "currency": paid and paid[0]["currency"],
            "own_currency": paid and paid[0]["own_currency"],
        }


class ComplaintSolutionAgreement(models.AbstractModel):
    """The solution as the complainant reads and signs it (SO-4, SO-6)."""

    _name = "report.complaint_management.report_solution_agreement"
    _description = "Solution Agreement"
    _inherit = ["complaint.customer.print"]

    _print_model = "complaint.solution"

    @api.model
    def _get_complaint(self, doc):
        return doc.complaint_id

    @api.model
    def _check_printable(self, docs):
        refused = docs.filtered(lambda solution: not self._is_promised(solution))
        if refused:
            labels = dict(docs._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "The complainant gets no print of what was not approved:\n%(solutions)s\nSubmit the "
                    "solution for approval, and print it after the last approver has agreed.",
                    solutions="\n".join(
                        f"- {solution.display_name}: {labels[solution.state]}" for solution in refused
                    ),
                )
            )

    @api.model
    def _is_promised(self, solution):
        """Tell whether the complainant may know the solution."""
        if solution.state == "withdrawn":
            return bool(solution.offered_at)
        return solution.state in ("approved", "offered", "accepted", "declined")

    @api.model
    def _get_page_values(self, doc):
        case = doc.complaint_id
        return {
            # All of them: what was given up since then had been promised nevertheless.
            "promises": self._get_promises(doc.remedy_ids),
            "description": self._shorten(case.description),
            "wanted_outcome": self._shorten(case.wanted_outcome),
        }

    @api.model
    def _shorten(self, text):
        text = (text or "").strip()
        if len(text) <= SHORT_TEXT:
            return text
        # At the end of a word, where words are written apart.
        return re.sub(r"\s+\S{0,20}$", "", text[:SHORT_TEXT]) + " …"


class ComplaintDecisionLetter(models.AbstractModel):
    """The letter that tells complainants the decision, why, and where to turn next (X-5)."""

    _name = "report.complaint_management.report_decision_letter"
    _description = "Decision Letter"
    _inherit = ["complaint.customer.print"]

    _print_model = "complaint.complaint"

    @api.model
    def _check_printable(self, docs):
        if not (self.env.su or docs._is_complaint_staff()):
            raise AccessError(
                self.env._("Letters to complainants are printed by those who work on complaints.")
            )
        undecided = docs.filtered(lambda complaint: not complaint.decision)
        if undecided:
            raise UserError(
                self.env._(
                    "There is no decision to write about yet:\n%(complaints)s\nRecord whether the complaint "
                    "is upheld, and why. Then print the letter.",
                    complaints="\n".join(f"- {complaint.display_name}" for complaint in undecided),
                )
            )

    @api.model
    def _get_page_values(self, doc):
        # What was agreed on now; what was carried out before the case was reopened is in an earlier letter.
        remedies = doc.remedy_ids.filtered(
            lambda remedy: remedy.state in ("open", "done") and remedy.solution_id.round == doc.reopen_count
        )
        partner = doc.partner_id
        address = partner._display_address(without_company=True) if partner else ""
        names = (partner.commercial_company_name, doc.partner_name)
        lines = [*dict.fromkeys(name for name in names if name), *address.splitlines()]
        name = doc.partner_name
        return {
            "promises": self._get_promises(remedies),
            "address": [line.strip() for line in lines if line.strip()],
            "salutation": doc.env._("Dear %(name)s,", name=name) if name else doc.env._("Dear Customer,"),
            "opening": doc.env._(
                "Thank you for your complaint of %(date)s. We have looked into it carefully and have come to "
                "the following decision.",
                date=format_date(doc.env, doc.received_at),
            ),
        }
