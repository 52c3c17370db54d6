from odoo import api, models


class ComplaintCustomerSide(models.AbstractModel):
    """Where a record stands, as its customer reads it."""

    _inherit = "complaint.customer.side"

    def _get_customer_status(self):
        """Return where one record stands, in plain words."""
        self.ensure_one()
        return self._get_customer_label(self.sudo().stage_id)

    @api.model
    def _get_customer_label(self, stage):
        return stage.customer_label or stage.name

    @api.model
    def _tell_way(self, way, now):
        """Return a way as the customer sees it: some of our steps are one to them.

        :param way: stages, from the first to the last
        :param int now: place of the stage that the record is in
        :return: list of ``{"label", "state": done, now or later}``
        """
        told = []
        for place, stage in enumerate(way):
            label = self._get_customer_label(stage)
            state = "now" if place == now else "done" if place < now else "later"
            if not told or told[-1]["label"] != label:
                told.append({"label": label, "state": state})
            elif state == "now":
                told[-1]["state"] = state
        return told
