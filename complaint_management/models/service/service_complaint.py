from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ...tools.service_process import SERVICE
from ...tools.turns import take_turn


class ComplaintServiceOrder(models.Model):
    """An order can become a complaint, with everything carried over (SV-8)."""

    _inherit = "complaint.service.order"

    complaint_ids = fields.One2many(
        "complaint.complaint", "service_order_id", string="Complaints about It", readonly=True, copy=False
    )

    @api.depends_context("uid")
    def _compute_display_name(self):
        """Show who may not see an order no more than its number.

        Whoever reads a record that points to an order is given its name without a look at the rules.
        """
        super()._compute_display_name()
        user = self.env.user
        if not self.env.su or user._is_superuser() or user.share:
            return
        readable = self.sudo(False)._filtered_access("read")
        for order in self - readable:
            order.display_name = False if user in order.excluded_user_ids else order.number

    # which complaint

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._check_complaint_named()
        return orders

    def write(self, vals):
        result = super().write(vals)
        if vals.get("complaint_id"):
            self._check_complaint_named()
        return result

    def _check_complaint_named(self):
        """Naming a complaint lets its cost grow and gives work away as its remedy: not for any number.

        :raises AccessError: the user may not read the complaint
        """
        if not self.env.su and self.complaint_id:
            self.complaint_id.check_access("read")

    # who is concerned

    @api.constrains("user_id", "technician_ids", "complaint_id")
    def _check_excluded_users(self):
        # Who did the work of an ended order did it, whoever complains about it afterwards.
        running = self.filtered(lambda order: order.step not in SERVICE.ends)
        super(ComplaintServiceOrder, running)._check_excluded_users()

    def _replace_excluded(self, users):
        """Take running orders out of the hands of users who are concerned by the complaint (OR-2).

        :param res.users users: who are concerned
        """
        for order in self.sudo().filtered(lambda order: order.step not in SERVICE.ends):
            vals, barred = {}, users | order.excluded_user_ids
            if order.user_id in barred:
                heir = order._get_heir(barred)
                vals["user_id"] = heir.id
            concerned = order.technician_ids.filtered(
                lambda employee, barred=barred: employee.user_id in barred
            )
            if concerned:
                vals["technician_ids"] = [Command.unlink(employee.id) for employee in concerned]
            if vals:
                order.write(vals)

    # from an order to a complaint

    def _get_known_complaints(self):
        """Return the complaints behind and about these orders, whoever may see them (superuser)."""
        orders_sudo = self.sudo().with_context(active_test=False)
        return orders_sudo.complaint_id | orders_sudo.complaint_ids

    def action_complain(self):
        """Open the dialog by which the order becomes a complaint."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "complaint_management.complaint_service_complaint_action"
        )
        return {**action, "context": {"default_order_id": self.id}}

    def action_open_complaints(self):
        """Open the complaints behind and about this order that the user may see."""
        self.ensure_one()
        complaints = self._get_known_complaints().with_env(self.env)._filtered_access("read")
        if not complaints:
            raise UserError(
                self.env._("The complaint is in other hands: you need not see it to do this order.")
            )
        action = {"type": "ir.actions.act_window", "res_model": "complaint.complaint"}
        if len(complaints) == 1:
            return {**action, "res_id": complaints.id, "views": [(False, "form")]}
        return {
            **action,
            "name": self.env._("Complaints"),
            "domain": Domain("id", "in", complaints.ids),
            "views": [(False, "list"), (False, "form")],
        }

    def _prepare_complaint_vals(self):
        """Return what a complaint about this order begins with."""
        self.ensure_one()
        order_sudo = self.sudo()
        asset = order_sudo.asset_id
        return {
            "name": order_sudo.name,
            "description": order_sudo._get_complaint_text(),
            "partner_id": order_sudo.partner_id.id,
            "partner_phone": order_sudo.partner_phone,
            "partner_email": order_sudo.partner_email,
            "asset_id": asset.id,
            "product_id": (order_sudo.product_id or asset.product_id).id,
            "sale_order_id": order_sudo.sale_order_id.id,
            "company_id": order_sudo.company_id.id,
            "service_order_id": self.id,
            "nature": "complaint",
        }

    def _get_complaint_text(self):
        """Return the words of the customer, and what the workshop found."""
        self.ensure_one()
        parts = [self.description]
        if self.diagnosis:
            parts.append(self.env._("Diagnosis of the workshop: %(diagnosis)s", diagnosis=self.diagnosis))
        return "\n\n".join(part.strip() for part in parts if part and part.strip())

    def _get_photos(self):
        """Return all photos that were taken for the order, as superuser."""
        self.ensure_one()
        order_sudo = self.sudo()
        photos = order_sudo.reception_photo_ids | order_sudo.check_ids.photo_ids
        return photos

    def _prepare_photo_evidence_vals(self, complaint):
        """Return the values of the evidence that the photos of this order are in a complaint about it."""
        order_sudo = self.sudo()
        moment = order_sudo.received_at or order_sudo.scheduled_start or order_sudo.requested_at
        day = fields.Datetime.context_timestamp(self, moment).date()
        return {
            "complaint_id": complaint.id,
            "name": self.env._("Photos of service order %(order)s", order=order_sudo.number),
            "kind": "photo",
            "party": "us",
            "source": self.env._("Service order %(order)s", order=order_sudo.number),
            "date": min(day, fields.Date.context_today(self)),
            "collected_by_id": self.env.uid,
            "attachment_ids": [Command.set(self._get_photos().ids)],
        }

    def _become_complaint(self, vals, again=False):
        """Make a complaint of this order, with everything carried over.

        Who may not enter complaints passes it on to the service centre, as any colleague does (IN-8): it is
        registered as received by them, and offered to the centre.

        :param dict vals: values that replace or complete those of the order
        :param bool again: also where there is a complaint of it already
        :return: complaint.complaint, as superuser
        :raises UserError: there is one already, or nobody to pass it on to
        """
        self.ensure_one()
        self.check_access("read")
        # Two at once would make two complaints.
        take_turn(self)
        self.invalidate_recordset(["complaint_id", "complaint_ids"])
        known = self._get_known_complaints()
        if known and not again:
            raise UserError(
                self.env._(
                    "There is a complaint of %(order)s already: %(numbers)s. Go on there, or tick that this "
                    "is another one.",
                    order=self.number,
                    numbers=", ".join(known.mapped("number")),
                )
            )
        vals = {**self._prepare_complaint_vals(), **vals}
        company = self.sudo().company_id
        Complaint = self.env["complaint.complaint"].with_company(company)
        if Complaint.has_access("create"):
            complaint_sudo = Complaint.create(vals).sudo()
        else:
            complaint_sudo = self._pass_complaint_on(Complaint, company, vals)
        if self._get_photos():
            self.env["complaint.evidence"].sudo().create(self._prepare_photo_evidence_vals(complaint_sudo))
        self.sudo()._message_log(
            body=self.env._("Became complaint %(complaint)s.", complaint=complaint_sudo.number),
            author_id=self.env.user.partner_id.id,
        )
        return complaint_sudo

    def _pass_complaint_on(self, Complaint, company, vals):
        # Not to the workshop itself, of which an advisor is a member.
        team = company.sudo().complaint_team_id.filtered("active") or self.env[
            "complaint.team"
        ].sudo().search([("company_id", "=", company.id), ("service", "=", False)], limit=1)
        if not team:
            raise UserError(
                self.env._(
                    "There is no service centre in %(company)s yet. Ask a manager.", company=company.name
                )
            )
        # The user has no access to complaints; all that goes in is the order's, or was checked.
        complaint_sudo = (
            Complaint.sudo()
            .with_context(complaint_passed_on=True, mail_create_nosubscribe=True)
            .create({**vals, "team_id": team.id, "received_by_id": self.env.uid, "user_id": False})
        )
        complaint_sudo.with_context(complaint_passed_on=False)._pass_on_to_centre()
        return complaint_sudo
