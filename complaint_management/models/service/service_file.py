from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ...tools.signature import read_signature
from ...tools.upload import BROKEN, EMPTY, LARGE, PIXELS, UploadRefused, check_upload

ORDER = "complaint.service.order"
#: As large as telephones make them, and more.
MAX_PHOTO = 25 * 1024 * 1024


class ComplaintServiceOrder(models.Model):
    """Photos and signatures of an order are its own: who reads the order reads them, few change them."""

    _inherit = "complaint.service.order"

    @api.model
    def _get_photo_fields(self):
        """Return the names of the fields whose files are photos that advisors add and take away."""
        return {"reception_photo_ids"}

    @api.model
    def _get_signature_fields(self):
        """Return the names of the fields whose files come by buttons only and stay as they were given."""
        return {"former_signature_ids"}

    def _check_advisor(self):
        """Check that the user acts towards the customer on these orders.

        :raises AccessError: they may not
        """
        if self._is_technician_only():
            raise AccessError(
                self.env._("This is done by service advisors. Ask the advisor of the order to do it.")
            )
        self.check_access("write")

    def _take_signature(self, name, signature):
        """Return ``(name, picture)`` of somebody who signed.

        :param str name: who signs
        :param signature: picture, in base64
        :raises UserError: one of them is missing, or is none
        """
        name, missing = " ".join((name or "").split()), []
        if not name:
            missing.append(self.env._("Enter the name of who signs."))
        if not signature:
            missing.append(self.env._("Let the customer sign in the field."))
        else:
            try:
                signature = read_signature(signature)
            except ValueError:
                missing.append(self.env._("This is no picture of a signature. Let the customer sign again."))
        if missing:
            raise UserError("\n".join(missing))
        return name[:200], signature

    def _bind_photos(self, fname):
        """Make the files of a field the order's own, and check that they are pictures.

        What the user has just uploaded belongs to nothing yet, or to the order as such. Of what belongs to
        another record, to a message or to somebody else, the order gets a copy.

        :param str fname: a many2many field of ir.attachment
        :raises UserError: names the files that are no pictures
        :raises AccessError: the user may not read one of the files
        """
        # To link a file is no right to read it, and neither may the order give one.
        self[fname].check_access("read")
        for order_sudo in self.sudo():
            own = {
                "res_model": ORDER,
                "res_id": order_sudo.id,
                "res_field": fname,
                "public": False,
                "access_token": False,
            }
            added = order_sudo[fname].filtered(
                lambda file, own=own: any(
                    file[key] != own[key] for key in ("res_model", "res_id", "res_field")
                )
            )
            if not added:
                continue
            added._check_photos()
            of_messages = (
                self.env["mail.message"].sudo().search([("attachment_ids", "in", added.ids)]).attachment_ids
            )
            commands = []
            for file in added:
                loose = not file.res_id or (file.res_model, file.res_id, file.res_field) == (
                    ORDER,
                    order_sudo.id,
                    False,
                )
                if (
                    loose
                    and not file.public
                    and file.create_uid.id == self.env.uid
                    and file not in of_messages
                ):
                    file.write(own)
                else:
                    copied = file.copy({"name": file.name, **own})
                    commands += [Command.unlink(file.id), Command.link(copied.id)]
            if commands:
                super(ComplaintServiceOrder, order_sudo).write({fname: commands})

    def _remove_photos(self, fname, before):
        """Delete the photos that were taken away.

        :param str fname: a many2many field of ir.attachment
        :param ir.attachment before: all the photos there were
        """
        removed = before - self[fname]
        removed.sudo().filtered(
            lambda file: (file.res_model, file.res_field) == (ORDER, fname) and file.res_id in self.ids
        ).unlink()


class IrAttachment(models.Model):
    """Whoever may write on an order at all could otherwise exchange its photos, or what was signed."""

    _inherit = "ir.attachment"

    def _check_photos(self):
        """Check by what is in them that files are pictures; say so in their type and name.

        :raises UserError: names those that are none, and why
        """
        reasons = {
            EMPTY: self.env._("it is empty"),
            LARGE: self.env._("it is larger than %(size)s MB", size=MAX_PHOTO // 1024 // 1024),
            BROKEN: self.env._("it is damaged"),
            PIXELS: self.env._("the picture is too large"),
        }
        refusals = []
        for file in self:
            try:
                name, mimetype = check_upload(file.name, file.raw, MAX_PHOTO)
                reason = not mimetype.startswith("image/") and self.env._("it is no picture")
            except UploadRefused as error:
                reason = reasons.get(error.reason) or self.env._("it is no picture")
            if reason:
                refusals.append(f"- {file.name}: {reason}")
            elif (file.name, file.mimetype) != (name, mimetype):
                file.write({"name": name, "mimetype": mimetype})
        if refusals:
            raise UserError(
                self.env._(
                    "Only photos are taken here (JPEG, PNG, GIF, WebP, HEIC):\n%(files)s",
                    files="\n".join(refusals),
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        files = super().create(vals_list)
        files._check_service_files()
        return files

    def write(self, vals):
        self._check_service_files()
        result = super().write(vals)
        if vals.keys() & {"res_model", "res_field", "res_id"}:
            self._check_service_files()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_service_files(self):
        self._check_service_files()

    def _check_service_files(self):
        """Check that the user may add, change or delete these files where they belong to orders.

        :raises AccessError: they may not
        """
        if self.env.su:
            return
        files = self.sudo().filtered(lambda file: file.res_model == ORDER and file.res_field)
        if not files:
            return
        Order = self.env[ORDER]
        if files.filtered(lambda file: file.res_field in Order._get_signature_fields()):
            raise AccessError(self.env._("A signature stays as it was given."))
        photos = files.filtered(lambda file: file.res_field in Order._get_photo_fields())
        for fname, of_field in photos.grouped("res_field").items():
            orders = Order.browse(of_field.mapped("res_id"))
            orders._check_advisor()
            orders._check_photos_open(fname)
