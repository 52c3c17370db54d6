import logging

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, clean_context

from .remedy_type import DOCUMENT_BEHAVIOURS

_logger = logging.getLogger(__name__)

#: States of a solution in which what it names of an invoice is spoken for.
BOUND_STATES = ("submitted", "approved", "offered", "accepted", "declined")


class ComplaintRemedy(models.Model):
    """Refunds and compensations are carried out by draft credit notes (SO-5).

    They are made as superuser, for who agrees with a customer need no accounting rights, and posted by the
    accountants, which ticks the remedy off (``account_move.py``). One that cannot be made costs nobody the
    customer's agreement: the reason stands on the remedy, and a button tries again.
    """

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
        domain="[('move_type', '=', 'out_invoice'), ('state', '=', 'posted'), ('company_id', '=', company_id),"
        " ('commercial_partner_id', '=', commercial_partner_id)]",
        help="The customer's invoice that is refunded, in whole or in part.",
    )
    invoice_number = fields.Char(
        compute="_compute_invoice_number",
        inverse="_inverse_invoice_number",
        help="The number of the customer's invoice that is refunded.",
    )
    commercial_partner_id = fields.Many2one(related="complaint_id.partner_id.commercial_partner_id")
    move_id = fields.Many2one(
        "account.move",
        string="Credit Note",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    # Shown to people who may not open it.
    move_number = fields.Char(related="move_id.name", string="Number of the Credit Note")
    move_state = fields.Selection(related="move_id.state", string="Status of the Credit Note")
    blocked_reason = fields.Text(
        string="Why There Is No Credit Note", readonly=True, copy=False
    )
    wants_document = fields.Boolean(compute="_compute_wants_document", export_string_translation=False)

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

    @api.depends("state", "behaviour", "move_id.state")
    def _compute_wants_document(self):
        for remedy in self:
            remedy.wants_document = remedy.state == "open" and remedy._lacks_document()

    def _lacks_document(self):
        self.ensure_one()
        move_sudo = self.sudo().move_id
        return self.behaviour in DOCUMENT_BEHAVIOURS and (not move_sudo or move_sudo.state == "cancel")

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
                faults.append(
                    self.env._("%(remedy)s: name somebody who can carry it out.", remedy=name)
                )
            if remedy.date_due and remedy.date_due < today:
                faults.append(
                    self.env._("%(remedy)s: the day has passed. Choose another one.", remedy=name)
                )
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
            left -= sum(
                remedy._get_invoice_amount() for remedy in promised if remedy._lacks_document()
            )
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

    # making them

    def action_make_document(self):
        """Try again to make the credit notes that could not be made."""
        self._check_may_act(("open",))
        for remedy in self:
            if not remedy._lacks_document():
                raise UserError(
                    self.env._("%(remedy)s has its credit note already.", remedy=remedy.display_name)
                )
        self.sudo()._make_documents()
        self._sync_activities()
        return True

    def _make_documents(self):
        """Make the credit notes; where one cannot be made, keep the reason and go on."""
        wanting = self.filtered(lambda remedy: remedy._lacks_document())
        if not wanting:
            return
        try:
            with self.env.cr.savepoint():
                wanting._create_documents()
                self.env.flush_all()
            return
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as fault:  # whatever the accounts lack, the customer has agreed
            self.env.invalidate_all(flush=False)
            if len(wanting) > 1:
                for remedy in wanting:
                    remedy._make_documents()
                return
            if not isinstance(fault, UserError):
                _logger.warning("The credit note of %s could not be made.", wanting, exc_info=True)
            reason = str(fault) if isinstance(fault, UserError) else self.env._(
                "The accounts of the company are not set up for it. Ask the accountants."
            )
        wanting.blocked_reason = reason

    def _create_documents(self):
        vals_list, wanting, language = [], self.browse(), self.env.lang
        company = self.company_id
        if len(company) > 1:
            for remedies in self.grouped("company_id").values():
                remedies._create_documents()
            return
        # Neither defaults of the page somebody is on nor the companies they have chosen count.
        env = self.with_company(company).with_context(clean_context(self.env.context), lang=language).env
        Move = env["account.move"].sudo()
        for remedy in self.with_env(Move.env):
            if remedy.behaviour == "refund":
                note = remedy._refund_invoice()
                remedy.write({"move_id": note.id, "blocked_reason": False})
            else:
                vals_list.append(remedy._prepare_compensation_vals())
                wanting |= remedy
        for remedy, note in zip(wanting, Move.create(vals_list), strict=True):
            remedy._check_total(note, remedy.amount)
            remedy.write({"move_id": note.id, "blocked_reason": False})
        self._log_documents()

    def _log_documents(self):
        for remedy in self:
            remedy.move_id._message_log(
                body=self.env._(
                    "Made for %(remedy)s: the complainant has agreed.", remedy=remedy.display_name
                )
            )

    def _check_total(self, note, amount):
        """Nobody is given more or less than was promised."""
        if note.currency_id.compare_amounts(note.amount_total, amount):
            raise UserError(
                self.env._(
                    "With its taxes the credit note would come to %(total)s instead of %(amount)s. Make it in "
                    "the accounts by hand, and tick the remedy off.",
                    total=note.currency_id.format(note.amount_total),
                    amount=note.currency_id.format(amount),
                )
            )

    def _drop_documents(self):
        """What is not carried out needs no credit note: drafts are cancelled."""
        drafts = self.sudo().move_id.filtered(lambda note: note.state == "draft")
        if drafts:
            drafts.button_cancel()

    def _check_documents(self, note):
        """A credit note ticks its remedy off itself; without one somebody says how it was paid."""
        for remedy in self:
            if remedy.behaviour not in DOCUMENT_BEHAVIOURS:
                continue
            if remedy.wants_document:
                if not (note or "").strip():
                    raise UserError(
                        self.env._(
                            "%(remedy)s has no credit note. Make it, or write down how the customer got the "
                            "money.",
                            remedy=remedy.display_name,
                        )
                    )
            elif remedy.sudo().move_id.state != "posted":
                raise UserError(
                    self.env._(
                        "The credit note of %(remedy)s is a draft. When the accountants post it, the remedy is "
                        "ticked off by itself.",
                        remedy=remedy.display_name,
                    )
                )

    def _block(self, reason):
        """The credit notes are gone: keep the reason where the owner looks; a button makes them again."""
        if self:
            self.blocked_reason = reason
            for remedy in self:
                remedy._log_on_case(
                    self.env._("Without a credit note: %(remedy)s.", remedy=remedy.type_id.name), reason
                )
            self._sync_activities()

    def _lock_invoice(self):
        """Two refunds of one invoice follow each other: the second one sees what the first one took."""
        self.env.cr.execute(
            SQL("UPDATE account_move SET write_date = write_date WHERE id = %s", self.invoice_id.id)
        )
