from odoo import http

from .case import CASE, CasePage
from .form import max_content_length

SATISFIED = {"yes": True, "no": False}


def _object_or_confirm(complaint, form, files):
    if form.get("objection"):
        return complaint._object_as_customer(form.get("told"), form.get("words"))
    return complaint._confirm_as_customer(form.get("told"), form.get("signer"), form.get("signature"))


#: What each form does; each returns the key of what the customer is told afterwards.
ACTS = {
    "reply": lambda complaint, form, files: complaint._reply_as_customer(form.get("message"), files),
    "accept": lambda complaint, form, files: complaint._accept_as_customer(
        form.get("solution"), form.get("signer"), form.get("signature")
    ),
    "decline": lambda complaint, form, files: complaint._decline_as_customer(
        form.get("solution"), form.get("reason")
    ),
    "call": lambda complaint, form, files: complaint._ask_for_call(
        form.get("solution"), form.get("phone"), form.get("wished")
    ),
    "confirm": _object_or_confirm,
    "followup": lambda complaint, form, files: complaint._answer_followup(
        form.get("followup"), SATISFIED.get(form.get("satisfied")), form.get("words")
    ),
    "withdraw": lambda complaint, form, files: complaint._withdraw_as_customer(
        form.get("sure"), form.get("reason")
    ),
    "appeal": lambda complaint, form, files: complaint._appeal_as_customer(
        form.get("round"), form.get("reason")
    ),
}
#: What was typed comes back with an error; files and signatures cannot.
TYPED = ("message", "signer", "reason", "phone", "wished", "words", "satisfied", "sure")


class CustomerActs(CasePage):
    """What the customer does on the page of a complaint: plain forms, each sent once."""

    _acts = ACTS
    _typed = TYPED

    @http.route(
        f"{CASE}/<any({','.join(ACTS)}):act>",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
        max_content_length=max_content_length,
    )
    def case_act(self, complaint_id, act, access_token=None, **form):
        """Do one thing on the page and lead back to it; what is refused shows the page with the reason."""
        return self._act(complaint_id, act, access_token, form)
