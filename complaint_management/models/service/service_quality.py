from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...tools.service_process import SERVICE, Requirement


class ComplaintServiceOrder(models.Model):
    """The quality check of an order: its checklist, its gate, and the way back to the work (SV-6)."""

    _inherit = "complaint.service.order"

    check_ids = fields.One2many("complaint.service.check", "order_id", string="Quality Check", copy=False)
    asks_quality = fields.Boolean(
        related="type_id.asks_quality", string="Asks for a Check", export_string_translation=False
    )
    rework_count = fields.Integer(
        string="Times Back in Work",
        readonly=True,
        copy=False,
        help="How often the check sent it back to the work.",
    )
    rework_reason = fields.Text(
        string="Sent Back Because", readonly=True, copy=False, tracking=True, help="What is still to be done."
    )

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [
            # The gate asks at once what was checked.
            vals if vals.get("check_ids") else {**vals, "check_ids": self._get_checklist_of(vals)}
            for vals in vals_list
        ]
        return super().create(vals_list)

    @api.model
    def _get_kept_fields(self):
        return super()._get_kept_fields() | {"rework_count", "rework_reason"}

    def write(self, vals):
        if not self.env.su and {"rework_count", "rework_reason"} & vals.keys():
            raise UserError(self.env._("Say why it goes back to the work with the button Send Back."))
        if "type_id" not in vals:
            return super().write(vals)
        before = {order: order.type_id for order in self}
        result = super().write(vals)
        self.filtered(lambda order: order.type_id != before[order])._change_checklist()
        return result

    def _get_checklist_of(self, vals):
        """Return commands for the points that an order of a type begins with."""
        type_id = vals.get("type_id", self.default_get(["type_id"]).get("type_id"))
        kind_sudo = self.env["complaint.service.type"].sudo().browse(type_id or ())
        return [Command.create(point) for point in kind_sudo._prepare_checks()]

    def _change_checklist(self):
        """Put the points of another type in the place of those that nobody has looked at."""
        # Whoever may choose the service brings its checklist along, and takes the other one away.
        orders_sudo = self.sudo()
        orders_sudo.check_ids.filtered(
            lambda check: (
                check.type_check_id
                and check.type_check_id not in check.order_id.type_id.check_ids
                and not (check.passed or check.remark or check.photo_ids)
            )
        ).unlink()
        vals_list = []
        for order in orders_sudo:
            points, names = order.check_ids.type_check_id, set(order.check_ids.mapped("name"))
            vals_list += [
                {**vals, "order_id": order.id}
                for vals in order.type_id._prepare_checks()
                if vals["type_check_id"] not in points.ids and vals["name"] not in names
            ]
        self.env["complaint.service.check"].sudo().create(vals_list)

    # the gate

    def _gate_fields(self):
        return [
            *super()._gate_fields(),
            "check_ids.passed",
            "check_ids.asks_photo",
            "check_ids.photo_ids",
            "check_ids.checked_by_id",
            "type_id.asks_quality",
        ]

    def _gate_requirements(self):
        return super()._gate_requirements() + [
            Requirement(
                "quality",
                self.env._("Answer every point of the checklist."),
                lambda o: not o.type_id.asks_quality or all(check.passed for check in o.check_ids),
            ),
            Requirement(
                "quality",
                self.env._("Put right what failed: send it back to the work."),
                lambda o: not o.type_id.asks_quality or all(check.passed != "no" for check in o.check_ids),
            ),
            Requirement(
                "quality",
                self.env._("Take the photos that the checklist asks for."),
                lambda o: (
                    not o.type_id.asks_quality
                    or all(
                        check.photo_ids or check.passed == "na" for check in o.check_ids if check.asks_photo
                    )
                ),
            ),
            Requirement(
                "quality",
                self.env._("Have it checked by somebody who did not do the work."),
                lambda o: not o.type_id.asks_quality or o._is_checked_by_another(),
            ),
        ]

    def _is_checked_by_another(self):
        """Tell whether the order was checked by somebody else than who did the work, where that is asked."""
        self.ensure_one()
        order_sudo = self.sudo()
        if not order_sudo.company_id.complaint_service_four_eyes:
            return True
        workers = order_sudo.worklog_ids.employee_id.user_id or order_sudo.technician_user_ids
        # Without a list the check is the word of who passes the order on.
        return not workers & (order_sudo.check_ids.checked_by_id or self.env.user)

    def _has_passed_check(self):
        """Tell whether the checklist says that the work is completed."""
        self.ensure_one()
        return bool(self.check_ids) and all(
            check.passed == "na" or (check.passed == "yes" and (check.photo_ids or not check.asks_photo))
            for check in self.check_ids
        )

    def _reach_complete(self):
        """The work is completed when the check has passed, or is left where none is asked (SV-2)."""
        completed = self.sudo().filtered(
            lambda order: (
                order.step == "quality" and (not order.type_id.asks_quality or order._has_passed_check())
            )
        )
        completed._reach_milestones(["complete"])

    # the way back

    def action_send_back(self, reason):
        """Send work back that did not pass; what failed is to be checked anew.

        :param str reason: what is still to be done
        :raises UserError: there is no reason, or it is not being checked
        """
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say what is still to be done."))
        self._check_sent_back()
        self.check_access("write")
        self.sudo().write({"rework_reason": reason})
        self.move_to("work")

    def _check_sent_back(self):
        """Check that all of the orders are being checked.

        :raises UserError: some are not
        """
        self._refuse_together(
            lambda order: (
                order.step != "quality"
                and self.env._(
                    "Only what is being checked is sent back: %(order)s is not.", order=order.display_name
                )
            )
        )

    def _record_move(self, old_steps):
        super()._record_move(old_steps)
        bodies = {}
        for order in self:
            old, new = old_steps[order.id], order.step
            if (
                SERVICE.is_before(old, "quality")
                and order.rework_reason
                and not SERVICE.is_before(new, "quality")
            ):
                # The next time needs a reason of its own.
                order.sudo().with_context(tracking_disable=True).rework_reason = False
            if old != "quality" or new != "work":
                continue
            if not (order.rework_reason or "").strip():
                raise UserError(
                    self.env._(
                        "%(order)s goes back to the work with a reason: button Send Back.",
                        order=order.display_name,
                    )
                )
            failed = order.check_ids.filtered(lambda check: check.passed == "no")
            bodies[order.id] = "\n".join(
                [
                    self.env._("Sent back to the work: %(reason)s", reason=order.rework_reason),
                    *(f"{check.name}: {check.remark}" for check in failed),
                ]
            )
            order_sudo = order.sudo()
            order_sudo.rework_count += 1
            # The remark stays: it says what to do.
            failed.sudo().write({"passed": False})
        if bodies:
            self.browse(bodies)._message_log_batch(bodies=bodies)
        self._reach_complete()


class ComplaintServiceType(models.Model):
    _inherit = "complaint.service.type"

    def _prepare_checks(self):
        """Return the values of the points that an order of these types begins with."""
        return [
            {
                "type_check_id": point.id,
                "sequence": point.sequence,
                "name": point.name,
                "asks_photo": point.asks_photo,
            }
            for point in self.check_ids
        ]


class ResCompany(models.Model):
    _inherit = "res.company"

    complaint_service_four_eyes = fields.Boolean(
        string="Checked by Somebody Else",
        help="Whoever did the work of a service order does not check it.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    complaint_service_four_eyes = fields.Boolean(
        related="company_id.complaint_service_four_eyes", readonly=False
    )
