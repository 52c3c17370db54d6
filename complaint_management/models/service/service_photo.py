from odoo import api, models
from odoo.exceptions import AccessError

from ..inquiry.evidence_file import CONTENT_FIELDS


class ComplaintServicePhotos(models.AbstractModel):
    """A record with photos that are its own: they are real pictures, and who reads the one reads the other.

    The host names its fields, many-to-many to ``ir.attachment``, in :attr:`_photo_fields`.
    """

    _name = "complaint.service.photos"
    _description = "Has Photos"

    _photo_fields = ()

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        for fname in self._photo_fields:
            if any(vals.get(fname) for vals in vals_list):
                records._bind_photos(fname, {})
        return records

    def write(self, vals):
        changed = [fname for fname in self._photo_fields if fname in vals]
        before = {fname: {record: record[fname] for record in self} for fname in changed}
        result = super().write(vals)
        for fname in changed:
            self._bind_photos(fname, before[fname])
        return result

    def _bind_photos(self, fname, before):
        """Check the pictures that were added and make them the record's own; delete those taken away.

        :param str fname: name of the field
        :param dict before: the pictures there were, by record
        :raises AccessError: the user may not read one of them
        :raises UserError: one of them is no picture
        """
        Attachment = self.env["ir.attachment"]
        for record in self:
            old = before.get(record, Attachment)
            added, removed = record[fname] - old, old - record[fname]
            # To link a file is no right to read it.
            added.check_access("read")
            added.sudo()._check_photos()
            place = {"res_model": record._name, "res_id": record.id}
            own = {**place, "public": False, "access_token": False}
            for file_sudo in added.sudo():
                if (file_sudo.res_model, file_sudo.res_id) == tuple(place.values()) or (
                    not file_sudo.res_id and not file_sudo.public and file_sudo.create_uid.id == self.env.uid
                ):
                    file_sudo.write(own)
                    continue
                # It belongs to something else, or to somebody else, and stays as it is there.
                copied = file_sudo.copy({"res_field": False, **own})
                record.sudo()[fname] = record.sudo()[fname] - file_sudo + copied
            removed.sudo().filtered_domain([(key, "=", value) for key, value in place.items()]).unlink()


class IrAttachment(models.Model):
    """A photo of a service order stays as it was checked."""

    _inherit = "ir.attachment"

    def write(self, vals):
        if not self.env.su and CONTENT_FIELDS & vals.keys():
            for file in self.sudo():
                model = self.env.get(file.res_model) if file.res_id else None
                if isinstance(model, self.env.registry["complaint.service.photos"]):
                    raise AccessError(
                        self.env._("A photo stays as it was taken: add another one, and take this one away.")
                    )
        return super().write(vals)
