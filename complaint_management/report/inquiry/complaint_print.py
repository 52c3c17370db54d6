from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_date, format_datetime

#: As many contacts as leave room for the rest of the card; all of them are on the screen.
SHOWN_CONTACTS = 10


class ComplaintPrint(models.AbstractModel):
    """What the prints have in common: in the language of whoever prints, and of what they may read only."""

    _name = "complaint.print"
    _description = "Print of a Complaint"

    _print_model = None

    @api.model
    def _get_report_values(self, docids, data=None):
        docs = self.env[self._print_model].with_context(lang=self.env.user.lang).browse(docids)
        # Names are printed as superuser, so it is asked beforehand and not when the first field is read.
        docs.check_access("read")
        return {
            "docs": docs,
            "doc_ids": docs.ids,
            "doc_model": docs._name,
            "print_lang": self.env.user.lang,
            "printed_at": fields.Datetime.now(),
        }


class ComplaintRecordCard(models.AbstractModel):
    """The record card of a complaint (IN-2)."""

    _name = "report.complaint_management.report_record_card"
    _description = "Record Card of a Complaint"
    _inherit = ["complaint.print"]

    _print_model = "complaint.complaint"

    @api.model
    def _get_report_values(self, docids, data=None):
        values = super()._get_report_values(docids, data)
        if not (self.env.su or values["docs"]._is_complaint_staff()):
            raise AccessError(
                self.env._(
                    "The record card is for those who work on complaints. Print the sheet of your department "
                    "instead."
                )
            )
        return {
            **values,
            "extra_fields": self._get_extra_fields(values["docs"]),
            "shown_contacts": SHOWN_CONTACTS,
        }

    @api.model
    def _get_extra_fields(self, complaints):
        """Return ``{complaint id: [(label, text)]}`` of what their categories ask for in addition."""
        return {
            values["id"]: [
                (extra["string"], self._format_extra(complaints, extra))
                for extra in values["properties"] or ()
                if extra["type"] not in ("separator", "html")
            ]
            for values in complaints.read(["properties"])
        }

    @api.model
    def _format_extra(self, complaints, extra):
        """Return the value of an extra field as a person reads it."""
        env, kind, value = complaints.env, extra["type"], extra.get("value")
        if kind == "boolean":
            return env._("Yes") if value else env._("No")
        if not value and not (kind in ("integer", "float") and value == 0):
            return ""
        if kind == "selection":
            return dict(extra.get("selection") or ()).get(value, "")
        if kind == "tags":
            return ", ".join(tag[1] for tag in extra.get("tags") or () if tag[0] in value)
        if kind == "many2one":
            return value[1] or ""
        if kind == "many2many":
            return ", ".join(name for _id, name in value if name)
        if kind == "date":
            return format_date(env, value)
        if kind == "datetime":
            return format_datetime(env, value)
        return str(value)


class ComplaintDispatchSheet(models.AbstractModel):
    """The dispatch-and-feedback sheet (DI-2)."""

    _name = "report.complaint_management.report_dispatch_sheet"
    _description = "Dispatch and Feedback Sheet"
    _inherit = ["complaint.print"]

    _print_model = "complaint.dispatch"
