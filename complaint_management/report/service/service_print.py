import base64

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.image import image_process

#: Photos on a reception sheet: as many and as large as show what it looked like.
SHOWN_PHOTOS = 6
PHOTO_SIZE = (480, 360)
#: What browsers and printing programs show and can be made smaller here.
SHRINKABLE = ("image/jpeg", "image/png", "image/gif")
#: What is borne by somebody else than the customer, with the field of its amount.
GIVEN = {"warranty": "amount_warranty", "goodwill": "amount_goodwill", "remedy": "amount_remedy"}


class ComplaintServicePrint(models.AbstractModel):
    """What the prints of service orders have in common."""

    _name = "complaint.service.print"
    _description = "Print of a Service Order"
    _inherit = ["complaint.print"]

    _print_model = "complaint.service.order"

    @api.model
    def _get_page_values(self, doc):
        """Return what the templates need besides the order.

        :param doc: one order, as superuser and in the language of who gets the print
        """
        return {
            # Lists, because parts of a recordset are read one by one.
            "lines": list(doc.line_ids),
            "checks": list(doc.check_ids),
            "usage_unit": self._get_label(doc.asset_id, "usage_unit") if doc._has_usage() else "",
            "format_usage": lambda value: doc.asset_id._format_usage(value),
        }

    @api.model
    def _get_label(self, record, fname):
        """Return the words for the value of a selection field."""
        return dict(record._fields[fname]._description_selection(record.env)).get(record[fname], "")


class ComplaintReceptionSheet(models.AbstractModel):
    """What was handed in, in which condition, for the customer to sign and to take along (SV-2)."""

    _name = "report.complaint_management.report_reception_sheet"
    _description = "Reception Sheet"
    _inherit = ["complaint.service.print", "complaint.customer.print"]

    @api.model
    def _get_page_values(self, doc):
        pictures, others = self._get_photos(doc)
        values = super()._get_page_values(doc)
        return {
            **values,
            "photos": pictures,
            "other_photos": others,
            "lines": self._get_signed(doc, values["lines"]),
            "loaners": self._get_signed(doc, doc.loaner_ids),
        }

    @api.model
    def _get_signed(self, doc, records):
        """Return those that stood on the sheet when the customer signed it: what came later is none of it."""
        signed_at = doc.reception_signed_at
        return [
            record
            for record in records
            if not signed_at or record.create_date.replace(microsecond=0) <= signed_at
        ]

    @api.model
    def _get_photos(self, doc):
        """Return ``(small pictures in base64, names of the files that are not shown)``."""
        pictures, others = [], []
        for photo in doc.reception_photo_ids.sorted("id"):
            if len(pictures) < SHOWN_PHOTOS and photo.mimetype in SHRINKABLE:
                try:
                    # A photo of a telephone has several megabytes.
                    small = image_process(photo.raw, size=PHOTO_SIZE, quality=80, output_format="JPEG")
                except UserError:
                    # Broken further down than its head.
                    others.append(photo.name)
                else:
                    pictures.append(base64.b64encode(small))
            else:
                others.append(photo.name)
        return pictures, others


class ComplaintWorkOrder(models.AbstractModel):
    """What technicians take along: what is to be done, with room for what they write by hand (SV-5)."""

    _name = "report.complaint_management.report_work_order"
    _description = "Work Order"
    _inherit = ["complaint.service.print"]

    @api.model
    def _get_report_values(self, docids, data=None):
        values = super()._get_report_values(docids, data)
        # It is ours, in the language of who prints it, not in that of the customer.
        lang = values["print_lang"]
        direction = self.env["res.lang"]._get_data(code=lang).direction
        pages = [
            {"doc": doc, "lang": lang, "direction": direction, **self._get_page_values(doc)}
            for doc in values["docs"].sudo()
        ]
        return {**values, "pages": pages}


class ComplaintHandoverSheet(models.AbstractModel):
    """What was done, checked and charged, for the customer to sign and to take along (SV-6)."""

    _name = "report.complaint_management.report_handover_sheet"
    _description = "Hand-over Sheet"
    _inherit = ["complaint.service.print", "complaint.customer.print"]

    @api.model
    def _check_printable(self, docs):
        early = docs.filtered(lambda order: order.step not in ("quality", "settlement", "handover", "closed"))
        if early:
            raise UserError(
                self.env._(
                    "There is nothing to hand over yet:\n%(orders)s\nPrint the hand-over sheet when the work "
                    "is done.",
                    orders="\n".join(f"- {order.display_name}" for order in early),
                )
            )

    @api.model
    def _get_page_values(self, doc):
        company_currency = doc.company_id.currency_id
        given = [
            (kind, doc[fname])
            for kind, fname in GIVEN.items()
            if fname in doc._fields and not company_currency.is_zero(doc[fname])
        ]
        return {
            **super()._get_page_values(doc),
            "has_amounts": "amount_charged" in doc._fields and bool(doc.line_ids),
            "given": given,
        }
