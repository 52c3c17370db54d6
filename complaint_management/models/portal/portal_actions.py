from odoo import api, fields, models

from .customer_acts import MAX_LINE, MAX_TEXT


class ComplaintPortalActions(models.Model):
    """What is expected of the customer of a complaint and what is open to them."""

    _inherit = "complaint.complaint"

    def _get_portal_actions(self, role):
        """Return what the page asks of the customer and offers to them, as plain values.

        :param str role: as ``_open_for_customer`` said it; who only looks sees the same without forms
        """
        self.ensure_one()
        return {
            "can_act": role in ("owner", "link"),
            "signer": self.partner_name or "",
            "max_text": MAX_TEXT,
            "max_line": MAX_LINE,
            "proposal": self._get_shown_proposal(),
            "result": self._get_shown_confirmation(),
            "followup": self._get_shown_followup(),
            "appeal": self._get_shown_appeal(),
            "withdrawal": self._get_shown_withdrawal(),
            "reply": self._get_shown_reply(),
        }

    def _is_form_shown(self, act):
        """Tell whether the page shows the form of an act as things stand.

        :param str act: as in the address of the form
        """
        actions = self._get_portal_actions("link")
        offered = actions["proposal"] and actions["proposal"]["state"] == "offered"
        shown = {
            "accept": offered,
            "decline": offered,
            "call": offered and not actions["proposal"]["call_on"],
            "confirm": actions["result"]
            and (actions["result"]["can_confirm"] or actions["result"]["can_object"]),
            "followup": actions["followup"],
            "appeal": actions["appeal"] and not actions["appeal"]["asked_on"],
            "withdraw": actions["withdrawal"] and not actions["withdrawal"]["asked_on"],
            "reply": actions["reply"]["possible"],
        }
        return bool(shown[act])

    @api.model
    def _get_done_text(self, done):
        texts = {
            "reply": self.env._("Thank you, your message has arrived."),
            "accepted": self.env._("Thank you: you accepted our proposal. We go to work on it now."),
            "declined": self.env._("You declined our proposal. We will get in touch with you."),
            "call": self.env._("It is noted: we will call you."),
            "confirmed": self.env._("Thank you for confirming the result."),
            "objected": self.env._("Thank you for telling us. We look at it again."),
            "followup_well": self.env._("Thank you for telling us. We are glad that all is well."),
            "followup_not": self.env._("Thank you for telling us. We look at it again."),
            "withdrawn": self.env._("Your complaint is withdrawn."),
            "withdrawal_asked": self.env._(
                "Your wish to withdraw the complaint has arrived. As something is under way already, we look "
                "at it first and get in touch with you."
            ),
            "appealed": self.env._(
                "Somebody who did not handle your complaint before will look at it again."
            ),
        }
        return texts.get(done) or super()._get_done_text(done)

    # what acts share

    def _is_reopenable(self):
        """Tell whether a word of the customer opens the ended complaint again."""
        self.ensure_one()
        days = self.company_id.complaint_reopen_days
        return bool(
            self.closed_at
            and not self.duplicate_of_id
            and fields.Datetime.now() <= fields.Datetime.add(self.closed_at, days=days)
        )

    def _get_take_up_step(self, steps=("investigation", "triage", "new")):
        """Return the first of some steps in which the work can go on as the record stands.

        :param steps: the wanted one first; the last one asks for nothing
        """
        self.ensure_one()
        requirements = [
            requirement for requirement in self._gate_requirements() if requirement.gate != "reopen"
        ]
        for step in steps[:-1]:
            if not self._get_missing(self.step, step, requirements):
                return step
        return steps[-1]

    # the customer's words

    @api.model
    def _get_nameless(self):
        return self.env._("Complainant")

    def _get_shown_reply(self):
        if self.duplicate_of_id:
            return {
                "possible": False,
                "why": self.env._("This complaint goes on together with another one. Please write there."),
            }
        if self.closed_at and not self._is_reopenable():
            return {
                "possible": False,
                "why": self.env._(
                    "This complaint has ended on %(date)s. If something is wrong again, please enter a new "
                    "one.",
                    date=self._tell_date(self.closed_at),
                ),
            }
        return {**super()._get_shown_reply(), "reopens": bool(self.closed_at)}
