from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError


class ComplaintServiceOrder(models.Model):
    """How a quotation is offered, and what the customer answers to it (SV-2, SV-4)."""

    _inherit = "complaint.service.order"

    def _check_quotable(self):
        self._refuse_together(self._get_quotation_refusal)

    @api.model
    def _get_quotation_refusal(self, order):
        """Return why there is nothing for a customer to agree on, or nothing."""
        if order.closed_at:
            return self.env._("%(order)s has ended already.", order=order.display_name)
        if order.currency_id.is_zero(order.amount_charged):
            return self.env._(
                "Nothing of %(order)s is charged to the customer, so there is nothing to agree on.",
                order=order.display_name,
            )
        return None

    def action_offer_quotation(self):
        """Offer what is charged now to the customer, who answers on their page, on paper or by phone."""
        self.check_access("write")
        self._check_quotation_advisor()
        self._check_quotable()
        self._offer()
        self._make_sale_order()
        self.sudo()._message_log_batch(
            bodies={
                order.id: order._get_quotation_words(
                    self.env._(
                        "Quotation %(version)s offered: %(amount)s",
                        version=order.quotation_version,
                        amount=order.currency_id.format(order.amount_charged),
                    )
                )
                for order in self
            }
        )
        self._tell_quotation()

    def _offer(self):
        """What is charged now is what the customer is asked about."""
        for order in self:
            order._write_agreement(
                {
                    "quotation_answer": "offered",
                    "quotation_version": order.quotation_version + 1,
                    "offered_content": order.quotation_content,
                    "offered_at": fields.Datetime.now(),
                    "decline_reason": False,
                }
            )

    def _tell_quotation(self):
        """Tell the customer that a quotation waits for their answer; filled by the customer's side."""

    def _check_quotation_advisor(self):
        if self._is_technician_only():
            raise UserError(self.env._("Quotations are the service advisor's: ask them."))

    def _check_answerable(self, kind, version):
        """Check that the customer answers to what is charged, not to what a page showed yesterday."""
        self.ensure_one()
        self._check_quotable()
        if kind != "portal" and version is None:
            return
        if version is not None and str(version) != self._get_quotation_token():
            raise UserError(self.env._("This quotation has changed. Look at it again before you answer."))
        if self.quotation_state == "agreed":
            raise UserError(self.env._("This quotation was agreed already."))
        if kind == "portal" and self.quotation_state != "offered":
            raise UserError(self.env._("There is no quotation that waits for an answer."))

    def _get_quotation_token(self):
        """Return what tells one quotation from another, for a page that answers to it."""
        self.ensure_one()
        return f"{self.quotation_version}-{self.quotation_content}"

    def _agree(self, kind, name, signature=None, version=None):
        """The customer agrees to what is charged now. Callers have checked who says so.

        :param str kind: how: portal, paper or phone
        :param str name: who agreed
        :param signature: picture of the signature, base64
        :param version: of the quotation that they saw (``_get_quotation()["version"]``)
        :raises UserError: there is nothing to agree on, or it has changed since
        """
        self.ensure_one()
        self._check_answerable(kind, version)
        if not (name or "").strip():
            raise UserError(self.env._("Enter who agrees."))
        self._write_agreement(
            {
                "quotation_answer": "agreed",
                "quotation_version": self.quotation_version or 1,
                "agreed_amount": self.amount_charged,
                "agreed_at": fields.Datetime.now(),
                "agreed_by": name.strip(),
                "agreement_kind": kind,
                "agreement_signature": signature or False,
                "decline_reason": False,
            }
        )
        how = dict(self._fields["agreement_kind"]._description_selection(self.env))[kind]
        self._log_quotation(
            self.env._(
                "Agreed by %(name)s (%(how)s): %(amount)s",
                name=name.strip(),
                how=how,
                amount=self.currency_id.format(self.amount_charged),
            ),
            signature,
        )
        self._confirm_sale_order()

    def _decline(self, reason, version=None):
        """The customer does not agree. Callers have checked who says so.

        :param str reason: why
        :param version: of the quotation that they saw
        """
        self.ensure_one()
        self._check_answerable("portal" if version is not None else "phone", version)
        if not (reason or "").strip():
            raise UserError(self.env._("Write down why the customer does not agree."))
        self._write_agreement({"quotation_answer": "declined", "decline_reason": reason.strip()})
        self._log_quotation(self.env._("Quotation declined: %(reason)s", reason=reason.strip()))

    def _log_quotation(self, words, signature=None):
        """Keep what was answered to with its lines; a later agreement overwrites the fields."""
        attachments = self.env["ir.attachment"]
        if signature:
            # Of the order like the message; portal users and advisors may not create it themselves.
            attachments = attachments.sudo().create(
                {
                    "name": f"{self.env._('Signature')} {self._get_quotation()['version']}.png",
                    "datas": signature,
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        self.sudo()._message_log(body=self._get_quotation_words(words), attachment_ids=attachments.ids)

    def _get_quotation_words(self, words):
        """Return what is said about the quotation, with its lines, for the chatter."""
        rows = Markup().join(
            # the customer is “You” on their own page, but not in what colleagues read
            Markup("<li>%s</li>")
            % " · ".join(
                [line["name"], line["quantity"], line["total"]]
                + ([line["borne"]] if line["covered"] != "charged" else [])
            )
            for line in self._get_quotation()["lines"]
        )
        return Markup("<p>%s</p><ul>%s</ul>") % (words, rows)
