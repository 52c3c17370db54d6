import base64
import binascii

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools.mimetypes import guess_mimetype

from ...tools.signature import TYPES
from .complaint_result import CONFIRMATION_FIELDS, REPORT_STEPS


class ComplaintConfirmation(models.Model):
    """The complainant confirms the result with a signature, or it is written down why not (SO-6).

    Signatures and signed papers are private to those who work on complaints: the files belong to the fields
    of the complaint, not to its chatter.
    """

    _inherit = "complaint.complaint"

    def action_confirm_result(self, kind, name=False, signature=False, note=False, attachment_ids=()):
        """Write down how the complainant confirmed the result.

        :param str kind: signed, paper or none
        :param str name: who signed
        :param signature: picture of the signature, in base64
        :param str note: why there is no signature, or where the signed paper is kept
        :param attachment_ids: ids of the files of the signed paper
        :raises UserError: something is missing, it was not reported yet, or it was confirmed meanwhile
        """
        self.ensure_one()
        self._check_result_step(REPORT_STEPS)
        name, note = (name or "").strip(), (note or "").strip()
        self._check_confirmation_time()
        files = self.env["ir.attachment"].browse(attachment_ids).exists()
        # To link a file is no right to read it.
        files.check_access("read")
        self._check_confirmation(kind, name, signature, note, files)
        signed = kind in ("signed", "paper")
        complaint_sudo = self.sudo()
        complaint_sudo.write(
            {
                "confirmation": kind,
                "confirmed_by": signed and name,
                "confirmed_at": fields.Datetime.now(),
                "confirmation_note": note or False,
                "confirmation_signature": kind == "signed" and signature,
                "confirmation_attachment_ids": [Command.clear()],
            }
        )
        if kind == "paper" and files:
            owned = self._own_files(files, "confirmation_attachment_ids")
            complaint_sudo.confirmation_attachment_ids = [Command.set(owned.ids)]
        # Now: whoever confirms the same at the same moment is found here.
        self.flush_recordset(["confirmation"])

    def _check_confirmation_time(self):
        if not self.result_reported_at:
            raise UserError(
                self.env._(
                    "The result of %(complaint)s has not been reported yet: report it first.",
                    complaint=self.display_name,
                )
            )
        if self.confirmation in ("signed", "paper"):
            raise UserError(
                self.env._(
                    "%(name)s has confirmed the result on %(date)s already.",
                    name=self.confirmed_by,
                    date=self._get_shown_value("confirmed_at"),
                )
            )

    def _check_confirmation(self, kind, name, signature, note, files):
        if kind not in dict(self._fields["confirmation"].selection):
            raise UserError(self.env._("Say how the complainant confirmed the result."))
        missing = []
        if kind == "none" and not note:
            missing.append(self.env._("Write down why there is no signature."))
        if kind != "none" and not name:
            missing.append(self.env._("Enter who signed."))
        if kind == "signed" and not signature:
            missing.append(self.env._("Have the complainant sign on the screen."))
        elif kind == "signed" and not self._is_picture(signature):
            missing.append(self.env._("This is no picture of a signature: have the complainant sign again."))
        if kind == "paper" and not files and not note:
            missing.append(self.env._("Add a picture of the signed paper, or note where it is kept."))
        if missing:
            raise UserError("\n".join(missing))

    def _is_picture(self, content):
        try:
            raw = base64.b64decode(content, validate=True)
        except (binascii.Error, TypeError, ValueError):
            return False
        return guess_mimetype(raw) in TYPES

    def _own_files(self, files, fname):
        """Make files the complaint's own, readable to those who may read a field.

        What the user uploaded for it belongs to nothing yet; of what belongs to another record there is a
        copy.
        """
        own = {
            "res_model": self._name,
            "res_id": self.id,
            "res_field": fname,
            "public": False,
            "access_token": False,
        }
        owned = self.env["ir.attachment"].sudo()
        for file in files.sudo():
            if not file.res_id and not file.public and file.create_uid.id == self.env.uid:
                file.write(own)
                owned |= file
            else:
                owned |= file.copy({"name": file.name, **own})
        return owned

    def _keep_signatures(self):
        """A signature that does not count any more is kept with those of earlier rounds."""
        files_sudo = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("res_field", "in", CONFIRMATION_FIELDS),
                ]
            )
        )
        for complaint_id, files in files_sudo.grouped("res_id").items():
            complaint_sudo = self.sudo().browse(complaint_id)
            drawn = files.filtered(lambda file: file.res_field == "confirmation_signature")
            drawn.name = self.env._(
                "Signature of %(name)s, %(date)s",
                name=complaint_sudo.confirmed_by or "",
                date=complaint_sudo._get_shown_value("confirmed_at"),
            )
            files.res_field = "former_confirmation_ids"
            complaint_sudo.former_confirmation_ids = [Command.link(file.id) for file in files]
        self.invalidate_recordset(["confirmation_signature"])

    def action_open_confirmation(self):
        """Show the signature and what else was written down with it."""
        self.ensure_one()
        return {
            "name": self.env._("Confirmation of the Result"),
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(self.env.ref("complaint_management.complaint_view_form_confirmation").id, "form")],
            "target": "new",
        }
