from odoo import models


class ComplaintPassingOn(models.Model):
    """Passing a complaint on to people whose complaints one does not see.

    The client reads what it has just saved, and would be refused, and with it the change. What is out
    of sight is left out of the answer instead; ``static/src/case/passed_on.js`` says so.
    """

    _inherit = "complaint.complaint"

    def web_save(self, vals, specification, next_id=None):
        if not self:
            return super().web_save(vals, specification, next_id)
        self.write(vals)
        saved = self.browse(next_id) if next_id else self
        return saved._read_after_saving(specification)

    def web_save_multi(self, vals_list, specification):
        for complaint, vals in zip(self, vals_list, strict=True):
            complaint.write(vals)
        return self._read_after_saving(specification)

    def _read_after_saving(self, specification):
        if not specification.keys() - {"id"}:
            # Saved while leaving: only the ids are asked for.
            return self.web_read(specification)
        return self._filtered_access("read").with_context(bin_size=True).web_read(specification)
