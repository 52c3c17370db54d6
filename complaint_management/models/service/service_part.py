from odoo import api, fields, models
from odoo.fields import Domain

from ..case.complaint_part import check_named


class ComplaintServicePart(models.AbstractModel):
    """A record that belongs to a service order by ``order_id``: who reads the order reads it.

    Rules of such models ask ``order_readable``, and so carry everything that is said about orders: companies,
    teams, the employee concerned by the complaint behind it (DESIGN 4.1). Whoever may change the order may
    change what belongs to it, as far as access lists allow; models that let fewer or others do it override
    :meth:`_check_order_access`.
    """

    _name = "complaint.service.part"
    _description = "Part of a Service Order"

    order_id = fields.Many2one(
        "complaint.service.order",
        string="Service Order",
        required=True,
        index=True,
        readonly=False,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True, precompute=True)
    order_readable = fields.Boolean(
        compute="_compute_order_readable",
        search="_search_order_readable",
        export_string_translation=False,
    )

    def onchange(self, values, field_names, fields_spec):
        check_named(self, values)
        return super().onchange(values, field_names, fields_spec)

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_order_readable(self):
        readable = self.sudo().order_id.sudo(False)._filtered_access("read")
        for part, part_sudo in zip(self, self.sudo(), strict=True):
            part.order_readable = part_sudo.order_id in readable

    def _search_order_readable(self, operator, value):
        if operator != "in":
            return NotImplemented
        # Rules are searched as superuser; what counts is who asks.
        orders = self.env["complaint.service.order"].sudo(False).with_context(active_test=False)
        domain = Domain.FALSE
        if orders.has_access("read"):
            domain = Domain("order_id", "in", orders._search(Domain.TRUE))
        if True not in value:
            return ~domain
        return Domain.TRUE if False in value else domain

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        parts._check_order_access()
        return parts

    def write(self, vals):
        self._check_order_access()
        result = super().write(vals)
        if "order_id" in vals:
            self._check_order_access()
        return result

    def unlink(self):
        self._check_order_access()
        return super().unlink()

    def _check_order_access(self):
        """Check that the user may enter something about these orders.

        :raises AccessError: they may not
        """
        if not self.env.su:
            self.order_id.check_access("write")
