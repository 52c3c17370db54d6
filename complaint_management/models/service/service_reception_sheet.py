from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .service_reception import PHOTOS, SHEET_FIELDS


class ComplaintServiceOrder(models.Model):
    """The customer signs the reception sheet; what was signed stays as it was signed (SV-2, SV-6)."""

    _inherit = "complaint.service.order"

    def _sign_reception(self, name, signature):
        """The customer signs the reception sheet.

        :param str name: who signs
        :param signature: picture, in base64
        :raises UserError: something is missing, or it was signed already
        """
        self.ensure_one()
        self._check_advisor()
        if not self.received_at:
            raise UserError(
                self.env._("%(order)s has not been received yet: receive it first.", order=self.display_name)
            )
        if self.reception_signed_at:
            raise UserError(
                self.env._(
                    "%(name)s has signed the reception sheet on %(date)s already.",
                    name=self.reception_signed_by,
                    date=self._get_shown_moment("reception_signed_at"),
                )
            )
        name, picture = self._take_signature(name, signature)
        self.sudo().write(
            {
                "reception_signature": picture,
                "reception_signed_by": name,
                "reception_signed_at": fields.Datetime.now(),
            }
        )
        # Now: whoever does the same at the same moment is found here.
        self.flush_recordset(["reception_signed_at"])

    def action_discard_reception_signature(self):
        """Take the signature on the reception sheet back, so that the sheet can be changed."""
        self._check_advisor()
        for order in self.filtered("reception_signed_at"):
            body = self.env._(
                "The signature of %(name)s on the reception sheet (%(date)s) was taken back.",
                name=order.reception_signed_by,
                date=order._get_shown_moment("reception_signed_at"),
            )
            order._keep_signature("reception_signature", "reception_signed_by", "reception_signed_at")
            order.sudo().write({"reception_signed_by": False, "reception_signed_at": False})
            order._message_log(body=body)

    def _keep_signature(self, fname, name_field, moment_field):
        """A signature that does not count any more is kept with those of before.

        :param str fname: field of the signature
        :param str name_field: field of who signed
        :param str moment_field: field of when
        """
        self.ensure_one()
        file_sudo = (
            self.env["ir.attachment"]
            .sudo()
            .search([("res_model", "=", self._name), ("res_id", "=", self.id), ("res_field", "=", fname)])
        )
        if file_sudo:
            file_sudo.write(
                {
                    "name": self.env._(
                        "Signature of %(name)s, %(date)s",
                        name=self[name_field] or "",
                        date=self._get_shown_moment(moment_field),
                    ),
                    "res_field": "former_signature_ids",
                }
            )
            self.sudo().former_signature_ids = [Command.link(file.id) for file in file_sudo]
        self.invalidate_recordset([fname])

    def _check_sheet_open(self, vals):
        """Check that nothing is changed that the customer has signed.

        :raises UserError: it is; says what to do
        """
        if self.env.su:
            return
        for order in self.filtered("reception_signed_at"):
            changed = [
                self._fields[fname]._description_string(self.env)
                for fname in sorted(SHEET_FIELDS & vals.keys())
                if fname == PHOTOS or order._is_other_value(fname, vals[fname])
            ]
            if changed:
                order._refuse_signed_sheet(changed)

    def _is_other_value(self, fname, value):
        field = self._fields[fname]
        value = field.convert_to_record(field.convert_to_cache(value, self), self)
        return (value or False) != (self[fname] or False)

    def _refuse_signed_sheet(self, labels):
        raise UserError(
            self.env._(
                "%(name)s has signed the reception sheet of %(order)s: it stays as it was signed "
                "(%(fields)s). Write what is found later into the diagnosis, or take the signature back and "
                "let the customer sign again.",
                name=self.reception_signed_by,
                order=self.display_name,
                fields=", ".join(labels),
            )
        )

    def _check_photos_open(self, fname):
        """Check that photos of these orders may be changed.

        :raises UserError: the customer has signed them
        """
        if fname == PHOTOS:
            for order in self.filtered("reception_signed_at"):
                order._refuse_signed_sheet([self._fields[fname]._description_string(self.env)])
