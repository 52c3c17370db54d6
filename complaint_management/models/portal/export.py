from odoo import models

#: How what a table calculates begins. Odoo sees to ``+`` and ``-`` in its CSV; in XLSX they are text.
_FORMULA = ("=", "@", "{=", "\t", "\r")


def _as_text(value):
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


class ComplaintExport(models.Model):
    """What customers write may look like a formula: in a table that is exported, it is text."""

    _inherit = "complaint.complaint"

    def export_data(self, fields_to_export):
        result = super().export_data(fields_to_export)
        return {**result, "datas": [[_as_text(value) for value in row] for row in result["datas"]]}


class ComplaintPartExport(models.AbstractModel):
    _inherit = "complaint.part"

    def export_data(self, fields_to_export):
        result = super().export_data(fields_to_export)
        return {**result, "datas": [[_as_text(value) for value in row] for row in result["datas"]]}
