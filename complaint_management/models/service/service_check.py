from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools.service_process import SERVICE
from ...tools.turns import take_turn

#: Who answered a point, and when: kept by the answer itself.
STAMPS = {"checked_by_id", "checked_at"}
#: What an answer is made of.
ANSWER = {"passed", "remark", "photo_ids", "name", "asks_photo"}
#: What the checklist of the service asks for.
ASKED = {"name", "asks_photo", "type_check_id"}


class ComplaintServiceCheck(models.Model):
    """One point of the quality check of a service order (SV-6)."""

    _name = "complaint.service.check"
    _description = "Checked Point"
    _inherit = ["complaint.service.part", "complaint.service.photos"]
    _order = "sequence, id"
    _photo_fields = ("photo_ids",)

    sequence = fields.Integer(default=10)
    name = fields.Char(string="What Is Checked", required=True)
    type_check_id = fields.Many2one(
        "complaint.service.type.check",
        string="From the Checklist",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    passed = fields.Selection(
        [("yes", "Passed"), ("no", "Not passed"), ("na", "Does not apply")], string="Check Result"
    )
    remark = fields.Char(help="What is wrong, where it failed.")
    asks_photo = fields.Boolean(string="With a Photo", help="The point counts once a photo shows it.")
    photo_ids = fields.Many2many(
        "ir.attachment",
        "complaint_service_check_photo_rel",
        "check_id",
        "attachment_id",
        string="Photos",
        bypass_search_access=True,
        copy=False,
    )
    photo_count = fields.Integer(string="Number of Photos", compute="_compute_photo_count")
    checked_by_id = fields.Many2one("res.users", string="Checked by", readonly=True, index="btree_not_null")
    checked_at = fields.Datetime(string="Checked on", readonly=True)

    @api.depends("photo_ids")
    def _compute_photo_count(self):
        for check in self:
            check.photo_count = len(check.photo_ids)

    @api.constrains("passed", "remark")
    def _check_remark(self):
        for check in self:
            if check.passed == "no" and not (check.remark or "").strip():
                raise ValidationError(
                    self.env._("“%(point)s” failed: say in the remark what is wrong.", point=check.name)
                )

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._stamp(vals) for vals in vals_list]
        checks = super().create(vals_list)
        for order_sudo in checks.sudo().order_id:
            # What is imported with an order that has ended comes before its end.
            if not self.env.su and order_sudo.closed_at:
                raise UserError(self._get_over_message(order_sudo))
        checks.filtered("passed").order_id._reach_complete()
        return checks

    def write(self, vals):
        self._check_asked(vals)
        if not ANSWER & vals.keys() and not STAMPS & vals.keys():
            return super().write(vals)
        if not self.env.su:
            # Somebody may be about to pass the order on as it was checked so far.
            take_turn(self.order_id)
            for order_sudo in self.sudo().order_id:
                if not SERVICE.is_before(order_sudo.step, "settlement"):
                    raise UserError(self._get_over_message(order_sudo))
        result = super().write(self._stamp(vals))
        if "passed" in vals:
            self.order_id._reach_complete()
        return result

    def _check_asked(self, vals):
        """Whoever answers a point of the checklist does not change what it asks for, nor get rid of it.

        :raises UserError: it would be another point, or that of another order
        """
        if self.env.su:
            return
        if "order_id" in vals and any(check.order_id.id != vals["order_id"] for check in self):
            raise UserError(self.env._("A checked point stays with its order."))
        changed = self.filtered(
            lambda check: (
                check.type_check_id
                and any(
                    check._fields[fname].convert_to_write(check[fname], check) != vals[fname]
                    for fname in ASKED & vals.keys()
                )
            )
        )
        if changed.order_id._is_technician_only() and changed:
            raise UserError(
                self.env._(
                    "“%(point)s” is on the checklist of the service: the service advisor changes what is "
                    "checked.",
                    point=changed[0].name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_answered(self):
        if not self.env.su and any(check.passed or check.photo_ids for check in self):
            raise UserError(
                self.env._("A point that was checked is part of the record. Answer it anew, or leave it.")
            )

    def _stamp(self, vals):
        """Return values with who answers and when, where an answer is among them.

        :raises UserError: somebody says so themselves
        """
        if not self.env.su and STAMPS & vals.keys():
            raise UserError(self.env._("Who checked a point, and when, is kept by itself."))
        if "passed" not in vals or STAMPS & vals.keys():
            return vals
        answered = vals["passed"]
        return {
            **vals,
            "checked_by_id": answered and self.env.uid,
            "checked_at": answered and fields.Datetime.now(),
        }

    def _get_over_message(self, order):
        return self.env._(
            "The check of %(order)s is over. Where something is still wrong, send it back to the work.",
            order=order.display_name,
        )

    def action_pass(self):
        """Answer: passed."""
        self.write({"passed": "yes"})

    def action_not_applicable(self):
        """Answer: does not apply."""
        self.write({"passed": "na"})

    def action_unanswer(self):
        """Take an answer back."""
        self.write({"passed": False})
