from odoo import api, models


class ComplaintServiceImportable(models.AbstractModel):
    """A record that is imported with lines of its own, whose faults are told as those of the record are."""

    _name = "complaint.service.importable"
    _description = "Imported with Lines"

    @api.model
    def _sql_error_to_message(self, exc):
        # An import asks the model of the file alone, which does not know the constraints of the lines.
        table = exc.diag.table_name
        if table and table != self._table:
            for model in self.env.registry.values():
                if model._table == table and model._auto and not model._abstract:
                    return self.env[model._name]._sql_error_to_message(exc)
        return super()._sql_error_to_message(exc)


class ComplaintServiceOrder(models.Model):
    _name = "complaint.service.order"
    _inherit = ["complaint.service.order", "complaint.service.importable"]


class ComplaintAsset(models.Model):
    _name = "complaint.asset"
    _inherit = ["complaint.asset", "complaint.service.importable"]
