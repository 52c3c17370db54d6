from odoo import models

REPORT = "complaint_management.action_report_"
#: What customers sign, with its print, and whether it was signed.
SHEETS = {
    "reception": ("reception_sheet", lambda order: order.reception_signed_at),
    "handover": ("handover_sheet", lambda order: order.handed_over_at and order.handover_signature),
}


class ComplaintServiceOrder(models.Model):
    """The customer takes the sheets along that they signed, as the advisor prints them (SV-2, SV-6)."""

    _inherit = "complaint.service.order"

    def _get_customer_sheets(self):
        """Return which sheets one order has for its customer: those that were signed, and nothing that is
        still being written.

        :return: list of keys of ``SHEETS``
        """
        self.ensure_one()
        # Whether there is a signature, and not the picture.
        order_sudo = self.sudo().with_context(bin_size=True)
        return [sheet for sheet, (_report, is_signed) in SHEETS.items() if is_signed(order_sudo)]

    def _get_told_sheets(self, token):
        """Return the sheets as the page offers them: list of ``{"name", "url"}``.

        :param str token: with which the page was opened, where it is needed again
        """
        query = f"?access_token={token}" if token else ""
        labels = {
            "reception": self.env._("Reception sheet (PDF)"),
            "handover": self.env._("Hand-over sheet (PDF)"),
        }
        return [
            {"name": labels[sheet], "url": f"{self._get_customer_path()}/sheet/{sheet}{query}"}
            for sheet in self._get_customer_sheets()
        ]

    def _print_sheet(self, sheet):
        """Return a signed sheet as ``(name of the file, PDF)``, in the customer's language; stores nothing.

        :param str sheet: key of ``SHEETS``
        """
        self.ensure_one()
        report_name, _is_signed = SHEETS[sheet]
        # The print itself says what customers read: they have no right to the order behind it.
        order_sudo = self.sudo().with_context(lang=self._get_customer_language(), tz=self._get_customer_tz())
        report_sudo = order_sudo.env.ref(f"{REPORT}{report_name}")
        content, _kind = report_sudo._render_qweb_pdf(report_sudo.report_name, res_ids=self.ids)
        return f"{report_sudo.name} {(self.number or '').replace('/', '-')}.pdf", content
