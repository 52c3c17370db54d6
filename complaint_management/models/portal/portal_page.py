from odoo import models

from ...tools import process
from .portal_messages import FIRST_MESSAGES


class ComplaintPortalPage(models.Model):
    """What the complainant's page shows of a complaint: plain values, and no others than these.

    A page never gets the complaint itself. So what is not named here is nowhere on it: what we think of the
    complainant, causes, liability, costs, approvals, notes, and who works on it.
    """

    _inherit = "complaint.complaint"

    def _get_portal_page(self, role, token=False, limit=FIRST_MESSAGES):
        """Return all that the page shows of one complaint, in the language of the page.

        :param str role: as ``_open_for_customer`` says it
        :param str token: with which the page was opened; goes into addresses and forms where it is needed
        :param int limit: how many messages, the latest; None for all
        :return: dict of texts, lists and dicts of such
        """
        self.ensure_one()
        token = self._get_page_token(role, token)
        promises = self._get_promises()
        return {
            "id": self.id,
            "role": role,
            "token": token,
            "path": self._get_customer_path(),
            "number": self.number,
            "subject": self.name,
            "counterpart": self._get_counterpart(),
            "company": self.company_id.name,
            "complainant": self.partner_name or False,
            "status": self._get_customer_status(),
            "ended": bool(self.closed_at),
            "steps": self._get_customer_steps(),
            "received": self._tell_date(self.received_at),
            "closed": self._tell_date(self.closed_at),
            "round": self._get_round_text(),
            "news": self._get_news(promises),
            "told": self._get_told(),
            "decision": self._get_told_decision(),
            "end_reason": self._get_told_end_reason(),
            "merged": self._get_merged_into(role),
            **self._get_portal_messages(role, token, limit),
        }

    # where it stands

    def _get_customer_status(self):
        if self.duplicate_of_id:
            return self.env._("Goes on together with another complaint")
        return super()._get_customer_status()

    def _get_customer_steps(self):
        """Return the way of the complaint as its customer sees it.

        :return: list of ``{"label", "state": done, now or later}``
        """
        self.ensure_one()
        if self.duplicate_of_id:
            return []
        stage = self.sudo().stage_id
        if stage.step in process.REFUSED:
            # How far it had come by then is nothing to boast of; it came in and it ended.
            stages, now = self._get_way()[:1] + stage, 1
        else:
            way = self._get_way()
            now = process.STEPS.index(stage.step)
            stages = way[:now] + stage + way[now + 1 :]
        return self._tell_way(stages, now)

    def _get_way(self):
        """Return one stage for each step from receipt to closing, as the team of one complaint uses them."""
        Stage = self.env["complaint.stage"].sudo()
        team_id = self.sudo().team_id.id
        return Stage.browse([Stage._first_of_step(step, team_id) for step in process.STEPS])

    def _get_round_text(self):
        if not self.reopen_count:
            return False
        return self.env._("We took it up again on %(date)s.", date=self._tell_date(self.reopened_at))

    def _get_news(self, promises):
        """Return when the complainant hears what: list of ``{"text", "kind": promise, late or wait}``.

        :param dict promises: as ``_get_promises`` returns them
        """
        if self.closed_at:
            return []
        if self._get_open_pauses():
            return [{"text": self.env._("We are waiting for your answer."), "kind": "wait"}]
        news = []
        if promises["next"]:
            text, late = self._tell_promise(*promises["next"])
            if late:
                apology = self.env._("We apologise. Your complaint is not forgotten: we are working on it.")
                text = f"{text} {apology}"
            news.append({"text": text, "kind": "late" if late else "promise"})
            if promises["result"] and promises["next"][0] != "report":
                text, late = self._tell_promise("report", promises["result"])
                if not late:
                    news.append({"text": text, "kind": "promise"})
        if not news:
            news.append({"text": self.env._("You hear from us as soon as there is news."), "kind": "promise"})
        return news

    # what the complainant told us

    def _get_told(self):
        """Return what the complainant told us, as ``{"label", "text"}`` in the order of the page."""
        complaint_sudo = self.sudo()
        product = complaint_sudo.product_id.with_context(display_default_code=False)
        told = [
            (self.env._("What happened"), self.description),
            (self.env._("What you want"), self.wanted_outcome),
            (self.env._("Product or service"), product.display_name),
            (self.env._("Order"), complaint_sudo.sale_order_id.name),
            (self.env._("When it happened"), self._tell_moment(self.occurred_at)),
            (self.env._("Where it happened"), self.occurred_place),
        ]
        return [{"label": label, "text": text} for label, text in told if text]

    # what came of it

    def _get_told_decision(self):
        """Return the result as it was reported, or False while it has not been."""
        told_at = self.result_reported_at
        if not told_at and self._was_answered_on_the_spot():
            told_at = self.closed_at
        if not told_at:
            return False
        labels = {
            "upheld": self.env._("You are right."),
            "partly": self.env._("You are right in part."),
            "not_upheld": self.env._("We see it differently."),
        }
        return {
            "label": labels.get(self.decision, False),
            "reason": self.decision_reason or False,
            "outcome": self.outcome or False,
            "date": self._tell_date(told_at),
        }

    def _was_answered_on_the_spot(self):
        """Tell whether it was answered at once, so that its result was told with the answer (IN-6).

        What had ended before it was recorded here was not: its result was written down for ourselves.
        """
        return self.step == "closed" and self.inquiry_waived and self.closed_at >= self.create_date

    def _get_told_end_reason(self):
        """Return the reason that the letter told; what else ended a complaint was written for colleagues."""
        if self.step != "rejected" or self.founded != "unfounded":
            return False
        return self.end_reason or False

    def _get_merged_into(self, role):
        """Return in which complaint it goes on: ``{"number", "url"}``, or False.

        The page of that one is linked only where it is the same customer's.
        """
        target = self.sudo().duplicate_of_id
        if not target:
            return False
        same = target.active and (
            target.partner_id == self.partner_id
            if self.partner_id or target.partner_id
            else self.email_normalized and target.email_normalized == self.email_normalized
        )
        url = target._get_customer_path() if same else False
        if url and role == "link":
            # Looking at a page gives out no new key.
            token = target.access_token
            url = token and f"{url}?access_token={token}"
        return {"number": target.number, "url": url}
