from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

#: States of a solution in which what it names of an invoice is spoken for.
BOUND_STATES = ("submitted", "approved", "offered", "accepted", "declined")


class ComplaintRemedy(models.Model):
    """What is checked before remedies are promised, above all that an invoice has enough left to refund."""

    _inherit = "complaint.remedy"

    invoice_id = fields.Many2one(
        "account.move",
        compute="_compute_invoice_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('move_type', '=', 'out_invoice'), ('state', '=', 'posted'),"
        " ('company_id', '=', company_id), ('commercial_partner_id', '=', commercial_partner_id)]",
        help="The customer's invoice that is refunded, in whole or in part.",
    )
    invoice_number = fields.Char(
        compute="_compute_invoice_number",
        inverse="_inverse_invoice_number",
        help="The number of the customer's invoice that is refunded.",
    )
    commercial_partner_id = fields.Many2one(related="complaint_id.partner_id.commercial_partner_id")

    @api.depends("type_id", "solution_id.complaint_id")
    def _compute_invoice_id(self):
        """Propose the invoice of the order that the complaint is about, where it is one."""
        for remedy in self:
            if remedy.behaviour != "refund":
                remedy.invoice_id = False
            elif not remedy.invoice_id:
                # Who proposes a refund need not read invoices.
                orders_sudo = remedy.solution_id.sudo().complaint_id.sale_order_id
                remedy.invoice_id = orders_sudo.invoice_ids.filtered_domain(
                    remedy._get_invoice_domain()
                ).sorted("id")[-1:]

    def _get_invoice_domain(self):
        """Return the domain of the invoices that can be refunded to the complainant."""
        complaint_sudo = self.solution_id.sudo().complaint_id
        return (
            Domain("move_type", "=", "out_invoice")
            & Domain("state", "=", "posted")
            & Domain("company_id", "=", complaint_sudo.company_id.id)
            & Domain("commercial_partner_id", "=", complaint_sudo.partner_id.commercial_partner_id.id)
        )

    @api.depends("invoice_id")
    def _compute_invoice_number(self):
        for remedy in self:
            remedy.invoice_number = remedy.sudo().invoice_id.name

    def _inverse_invoice_number(self):
        """Find the invoice that somebody names who may not look into the accounts."""
        for remedy in self:
            number = (remedy.invoice_number or "").strip()
            if number == (remedy.sudo().invoice_id.name or ""):
                continue
            if not number:
                remedy.invoice_id = False
                continue
            moves_sudo = self.env["account.move"].sudo()
            domain = remedy._get_invoice_domain()
            remedy.invoice_id = moves_sudo.search(domain & Domain("name", "=ilike", number), limit=1)
            if not remedy.invoice_id:
                known = moves_sudo.search(domain, limit=5).mapped("name")
                raise ValidationError(
                    self.env._(
                        "There is no posted invoice %(number)s of this customer. Known invoices: %(known)s.",
                        number=number,
                        known=", ".join(known) or self.env._("none"),
                    )
                )
        # As it is written on the invoice, not as somebody typed it.
        self.invalidate_recordset(["invoice_number"], flush=False)

    # before anything is promised

    def _get_faults(self):
        """Return a list of sentences: what is missing before these remedies can be promised."""
        remedies_sudo = self.sudo().filtered(lambda remedy: remedy.state == "planned")
        today = fields.Date.context_today(self)
        faults = []
        for remedy in remedies_sudo:
            name = remedy.type_id.with_env(self.env).sudo().name
            if remedy.has_amount and not remedy.amount:
                faults.append(self.env._("%(remedy)s: enter the amount.", remedy=name))
            if not remedy.user_id or not remedy.complaint_id._may_own_remedy(remedy.user_id):
                faults.append(self.env._("%(remedy)s: name somebody who can carry it out.", remedy=name))
            if remedy.date_due and remedy.date_due < today:
                faults.append(self.env._("%(remedy)s: the day has passed. Choose another one.", remedy=name))
            if remedy.behaviour == "compensation" and not remedy.complaint_id.partner_id:
                faults.append(
                    self.env._(
                        "%(remedy)s: the complaint has no customer whom the credit note could name.",
                        remedy=name,
                    )
                )
            if remedy.behaviour == "refund":
                fault = remedy._get_invoice_fault()
                if fault:
                    faults.append(f"{name}: {fault}")
        return faults + remedies_sudo._get_excess_faults()

    def _get_invoice_fault(self):
        """Return why the invoice cannot be refunded; nothing where it can."""
        self.ensure_one()
        invoice = self.invoice_id
        if not invoice:
            return self.env._("name the invoice that is refunded.")
        if invoice.state != "posted" or invoice.move_type != "out_invoice":
            return self.env._(
                "%(invoice)s is no posted customer invoice. Name another one.", invoice=invoice.display_name
            )
        if not invoice.filtered_domain(self._get_invoice_domain()):
            return self.env._(
                "invoice %(invoice)s belongs to another customer or company. Name one of this customer.",
                invoice=invoice.name,
            )
        return ""

    def _get_excess_faults(self):
        """Return what of these refunds is more than their invoices have left."""
        refunds = self.filtered(lambda remedy: remedy.behaviour == "refund" and remedy.invoice_id)
        faults = []
        for invoice, remedies in refunds.grouped("invoice_id").items():
            if invoice.state != "posted":
                continue
            left = remedies._get_left(invoice)
            wanted = sum(remedy._get_invoice_amount() for remedy in remedies)
            if invoice.currency_id.compare_amounts(wanted, left) > 0:
                faults.append(
                    self.env._(
                        "Invoice %(invoice)s has %(left)s left to refund, and %(wanted)s are proposed. "
                        "Lower the amount.",
                        invoice=invoice.name,
                        left=invoice.currency_id.format(max(left, 0)),
                        wanted=invoice.currency_id.format(wanted),
                    )
                )
        return faults

    def _get_left(self, invoice, others=True):
        """Return what of an invoice is not refunded yet, in its currency.

        :param bool others: what other complaints have promised of it counts as well
        """
        notes = invoice.reversal_move_ids.filtered(lambda note: note.state != "cancel")
        left = invoice.amount_total - sum(notes.mapped("amount_total"))
        if others:
            promised = self.search(
                Domain("invoice_id", "=", invoice.id)
                & Domain("id", "not in", self.ids)
                & (
                    Domain("state", "=", "open")
                    | (Domain("state", "=", "planned") & Domain("solution_state", "in", BOUND_STATES))
                )
            )
            left -= sum(remedy._get_invoice_amount() for remedy in promised if remedy._lacks_document())
        return invoice.currency_id.round(left)

    def _get_invoice_amount(self):
        """Return the refund in the currency of its invoice, at the rate of the invoice."""
        self.ensure_one()
        invoice, ours = self.invoice_id, self.currency_id
        if invoice.currency_id == ours:
            return self.amount
        # All of it is all of it, whatever rounding makes of the figure.
        for whole in (invoice.amount_total, self._get_left(invoice, others=False)):
            if whole > 0 and not ours.compare_amounts(
                ours.round(whole / (invoice.invoice_currency_rate or 1)), self.amount
            ):
                return whole
        return invoice.currency_id.round(self.amount * invoice.invoice_currency_rate)

    def _lock_invoice(self):
        """Two refunds of one invoice follow each other: the second one sees what the first one took."""
        self.env.cr.execute(
            SQL("UPDATE account_move SET write_date = write_date WHERE id = %s", self.invoice_id.id)
        )


class ComplaintSolution(models.Model):
    _inherit = "complaint.solution"

    has_refund = fields.Boolean(
        compute="_compute_has_refund",
        export_string_translation=False,
        help="Only then is an invoice asked for.",
    )

    @api.depends("remedy_ids.behaviour")
    def _compute_has_refund(self):
        for solution in self:
            solution.has_refund = "refund" in solution.remedy_ids.mapped("behaviour")
