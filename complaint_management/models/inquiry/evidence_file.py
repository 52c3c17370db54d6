from odoo import api, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command

#: What makes another file of a file, or a file of something else.
CONTENT_FIELDS = {"raw", "datas", "db_datas", "url", "type", "res_model", "res_id"}
EVIDENCE = "complaint.evidence"


class ComplaintEvidence(models.Model):
    """The files of evidence are its own: nobody reaches them who may not read it."""

    _inherit = "complaint.evidence"

    @api.model_create_multi
    def create(self, vals_list):
        evidence = super().create(vals_list)
        evidence._bind_files()
        return evidence

    def write(self, vals):
        if "attachment_ids" not in vals:
            return super().write(vals)
        before = {evidence: evidence.attachment_ids for evidence in self}
        result = super().write(vals)
        self._remove_files(before)
        self._bind_files()
        return result

    def _bind_files(self):
        """Make the files the evidence's own.

        What the user uploaded in a form belongs to nothing yet. A file that belongs to another record, or
        to somebody else, stays as it is; the evidence gets a copy.

        :raises AccessError: the user may not read one of the files
        """
        # To link a file is no right to read it, and neither may the evidence give one.
        self.attachment_ids.check_access("read")
        for evidence_sudo in self.sudo():
            own = {"res_model": EVIDENCE, "res_id": evidence_sudo.id, "public": False, "access_token": False}
            for file in evidence_sudo.attachment_ids:
                if (file.res_model, file.res_id) == (EVIDENCE, evidence_sudo.id):
                    continue
                if not file.res_id and not file.public and file.create_uid.id == self.env.uid:
                    file.write(own)
                    continue
                copied = file.copy({"name": file.name, "res_field": False, **own})
                # Nothing to trace: it has the same name and content.
                evidence_sudo.attachment_ids = [Command.unlink(file.id), Command.link(copied.id)]

    def _remove_files(self, before):
        """Delete the files that were taken away.

        :param dict before: the files there were, by evidence
        :raises UserError: the user may not delete evidence
        """
        Attachment = self.env["ir.attachment"]
        removed = Attachment.union(*(files - evidence.attachment_ids for evidence, files in before.items()))
        removed_sudo = removed.sudo().filtered(
            lambda file: (file.res_model, file.res_id in self.ids) == (EVIDENCE, True)
        )
        if not removed_sudo:
            return
        if not self.env.su and not self.has_access("unlink"):
            raise UserError(
                self.env._(
                    "Only managers take files of evidence away. Add the right file, and write into the text "
                    "which one counts."
                )
            )
        removed_sudo.unlink()


class IrAttachment(models.Model):
    """A file of evidence stays as it was given, and is never open to the public."""

    _inherit = "ir.attachment"

    @api.constrains("res_model", "res_id", "public", "access_token")
    def _check_evidence_is_private(self):
        for file in self.sudo():
            if file.res_model == EVIDENCE and file.res_id and (file.public or file.access_token):
                raise ValidationError(
                    self.env._(
                        "“%(file)s” is evidence: there is no link by which others could open it. Send a copy "
                        "instead.",
                        file=file.name,
                    )
                )

    def write(self, vals):
        if not self.env.su and CONTENT_FIELDS & vals.keys():
            # Read before it is written: what is uploaded for a new piece belongs to none yet.
            self._check_no_evidence()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        if not self.env.su:
            self._check_no_evidence()

    def _check_no_evidence(self):
        if any(file.res_model == EVIDENCE and file.res_id for file in self.sudo()):
            raise AccessError(
                self.env._(
                    "A file of evidence stays as it was given: open the piece of evidence to add another."
                )
            )
