from odoo import api, models

from .dispatch import FILE_FIELDS

SHEET = "complaint.dispatch"


class ComplaintDispatch(models.Model):
    """The files of a sheet belong to it: who reads the one reads the other."""

    _inherit = "complaint.dispatch"

    def _link_files(self, fnames):
        """Bind files that were uploaded before the record was saved to it, so that who reads it reads them.

        :param fnames: names of the many2many fields of ir.attachment
        """
        # Files that belong to something else, or to somebody else, stay where they are.
        for record_sudo in self.sudo():
            for fname in fnames:
                loose = record_sudo[fname].filtered(
                    lambda file: (
                        not file.res_id
                        and file.res_model in (False, self._name)
                        and file.create_uid.id == self.env.uid
                    )
                )
                if loose:
                    loose.write({"res_model": self._name, "res_id": record_sudo.id})


class IrAttachment(models.Model):
    """The files of a sheet are changed by whom, and while, the words beside them are (DI-2).

    Who may write on a sheet at all could otherwise exchange the files of the question, or of an answer that
    is signed.
    """

    _inherit = "ir.attachment"

    def write(self, vals):
        if vals.keys() & {"name", "raw", "datas", "db_datas", "url", "type", "res_model", "res_id"}:
            self._check_sheet_files()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_sheet(self):
        self._check_sheet_files()

    def _check_sheet_files(self):
        """Check that the user may write now what these files belong to.

        :raises UserError: it is not their turn; says what became of the sheet
        """
        if self.env.su:
            return
        by_sheet = (
            self.sudo().filtered(lambda file: file.res_model == SHEET and file.res_id).grouped("res_id")
        )
        for sheet in self.env[SHEET].browse(by_sheet).exists():
            fnames = [fname for fname in FILE_FIELDS if sheet.sudo()[fname] & by_sheet[sheet.id]]
            sheet._check_written(fnames, sheet._get_writable_fields())
