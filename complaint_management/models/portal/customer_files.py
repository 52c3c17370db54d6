from odoo import models
from odoo.exceptions import UserError

from ...tools import upload

MEGABYTE = 1024 * 1024


class CustomerFiles(models.AbstractModel):
    """Files that customers send along: on the public form and with a reply (IN-11)."""

    _inherit = "complaint.customer.side"

    def _check_customer_files(self, files):
        """Check what a customer wants to send along, before anything is stored.

        :param files: pairs of name and content, or what a form brought (with ``filename`` and ``read``)
        :return: list of ``(name, content)`` as ``message_post(attachments=…)`` takes them
        :raises UserError: one of them is not taken; says which, and why
        """
        company = (self.sudo().company_id or self.env.company)[:1].sudo()
        limit = company.complaint_file_size * MEGABYTE
        files = [file for file in map(lambda file: self._read_customer_file(file, limit), files) if any(file)]
        if len(files) > company.complaint_file_count:
            if not company.complaint_file_count:
                raise UserError(self.env._("Files cannot be sent here. Take them out, please."))
            raise UserError(
                self.env._(
                    "You chose %(number)s files, and only %(limit)s can be sent at once.",
                    number=len(files),
                    limit=company.complaint_file_count,
                )
            )
        checked = {}
        for given, content in files:
            try:
                name, _mimetype = upload.check_upload(given, content, limit)
            except upload.UploadRefused as refusal:
                raise UserError(self._get_refusal_of_file(given, refusal.reason, company)) from refusal
            checked[self._get_free_name(name, checked)] = content
        return list(checked.items())

    @staticmethod
    def _read_customer_file(file, limit):
        """Return name and content of a file; no more of it than is needed to see that it is too large."""
        if isinstance(file, tuple):
            return file
        return file.filename or "", file.read(limit + 1)

    @staticmethod
    def _get_free_name(name, taken):
        stem, dot, extension = name.rpartition(".")
        number, free = 1, name
        while free in taken:
            number += 1
            free = f"{stem} ({number}){dot}{extension}"
        return free

    def _get_refusal_of_file(self, name, reason, company):
        # The name is shown to who sent it, but it is theirs and may be anything.
        name = upload.clean_name(name, "text/plain").removesuffix(".txt")
        if reason == upload.EMPTY:
            return self.env._("The file “%(name)s” is empty.", name=name)
        if reason == upload.LARGE:
            return self.env._(
                "The file “%(name)s” is too large: at most %(size)s MB are possible.",
                name=name,
                size=company.complaint_file_size,
            )
        if reason == upload.BROKEN:
            return self.env._("The picture “%(name)s” is damaged and cannot be opened.", name=name)
        if reason == upload.PIXELS:
            return self.env._("The picture “%(name)s” has too many pixels. Send a smaller one.", name=name)
        return self.env._(
            "Files like “%(name)s” cannot be sent. Possible are photos, PDF, sound and video recordings, and "
            "plain text.",
            name=name,
        )
