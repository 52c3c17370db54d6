import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import clean_context

from ..case.batch_run import one_by_one
from .remedy_type import DOCUMENT_BEHAVIOURS

_logger = logging.getLogger(__name__)


class ComplaintRemedy(models.Model):
    """Refunds and compensations are carried out by draft credit notes (SO-5).

    They are made as superuser, for who agrees with a customer need no accounting rights, and posted by the
    accountants, which ticks the remedy off (``account_move.py``). One that cannot be made costs nobody the
    customer's agreement: the reason stands on the remedy, and a button tries again.
    """

    _inherit = "complaint.remedy"

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
    blocked_reason = fields.Text(string="Why There Is No Credit Note", readonly=True, copy=False)
    wants_document = fields.Boolean(compute="_compute_wants_document", export_string_translation=False)

    @api.depends("state", "behaviour", "move_id.state")
    def _compute_wants_document(self):
        for remedy in self:
            remedy.wants_document = remedy.state == "open" and remedy._lacks_document()

    def _lacks_document(self):
        self.ensure_one()
        move_sudo = self.sudo().move_id
        return self.behaviour in DOCUMENT_BEHAVIOURS and (not move_sudo or move_sudo.state == "cancel")

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
        wanting._make_or_block(
            lambda remedies: remedies._create_documents(),
            self.env._("The accounts of the company are not set up for it. Ask the accountants."),
        )

    def _make_or_block(self, make, unset):
        """Make what carries remedies out; where that cannot be done, keep the reason and go on.

        :param make: function of remedies
        :param str unset: the reason where what failed has no words for people
        """
        for remedy, fault in one_by_one(self, make):
            # Whatever is lacking, the customer has agreed.
            readable = isinstance(fault, UserError)
            if not readable:
                _logger.warning("%s: what carries it out could not be made.", remedy, exc_info=fault)
            remedy.blocked_reason = str(fault) if readable else unset

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
                    "With its taxes the credit note would come to %(total)s instead of %(amount)s. Make it "
                    "in the accounts by hand, and tick the remedy off.",
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
                        "The credit note of %(remedy)s is a draft. When the accountants post it, the remedy "
                        "is ticked off by itself.",
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
