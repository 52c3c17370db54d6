from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..case.complaint_part import check_named


def _get_not_entered(records, kept):
    """Return the names of the fields that follow from others, and of further ones that nobody enters."""
    stored = (field for field in records._fields.values() if field.store)
    return {field.name for field in stored if (field.compute and field.readonly) or field.name in kept}


def check_entered(records, vals_list, kept=()):
    """Refuse that calls from outside enter what follows from other entries, or what only our own code writes.

    Forms do not: it is read-only there. By a call somebody could make an order say that it costs nothing, or
    that it is closed.

    :param records: that are written; none of a model for new ones
    :param list vals_list: what is written
    :param kept: names of further fields that nobody enters
    :raises UserError: names the fields
    """
    if records.env.su:
        return
    # An import has columns that are empty.
    entered = {fname for vals in vals_list for fname, value in vals.items() if value or records}
    refused = entered & _get_not_entered(records, kept)
    if refused:
        raise UserError(
            records.env._(
                "This follows from what is done, and is not entered by hand: %(fields)s.",
                fields=", ".join(
                    records._fields[fname]._description_string(records.env) for fname in sorted(refused)
                ),
            )
        )


def drop_defaults(records, kept=()):
    """Return records without what the context says of fields that nobody enters: it is not heard."""
    context = records.env.context
    if records.env.su or not any(key.startswith("default_") for key in context):
        return records
    dropped = {f"default_{fname}" for fname in _get_not_entered(records, kept)}
    if not dropped & context.keys():
        return records
    # Not with_context(**…), which adds to the context and drops nothing.
    heard = {key: value for key, value in context.items() if key not in dropped}
    return records.with_env(records.env(context=heard))


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
        check_entered(self.browse(), vals_list)
        parts = super(ComplaintServicePart, drop_defaults(self)).create(vals_list)
        parts._check_order_access()
        return parts

    def write(self, vals):
        check_entered(self, [vals])
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
