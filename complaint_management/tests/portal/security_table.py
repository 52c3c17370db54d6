"""The security table of the customer's side: who gets which answer where (IN-1, CP-5, OR-2).

Plain data, to be read; ``test_security_table.py`` tries every line of it. A page that is added without a
line here fails there.

Answers: a number is the status. ``login`` sends to the login page, ``form`` to the public form; a ``+`` means
that something is stored: ``page+`` and then back to the page of the complaint, ``sent+`` and then on to the
page that thanks, ``200+``. Wherever there is no ``+``, nothing is stored.
"""

#: Each page of ours: its route, methods, who has to be logged in, and the column of the answers.
ROUTES = """
route                                                    | method | auth   | column
/my/complaints                                           | GET    | user   | list
/my/complaints/page/<int:page>                           | GET    | user   | list
/my/complaints/new                                       | GET    | user   | new
/my/complaints/new                                       | POST   | user   | send new
/my/complaints/<int:complaint_id>                        | GET    | public | page
/my/complaints/<int:complaint_id>/file/<int:file_id>     | GET    | public | file
/my/complaints/<int:complaint_id>/renew                  | POST   | public | renew
/my/complaints/<int:complaint_id>/<act>                  | POST   | public | act
/complaint                                               | GET    | public | form
/complaint                                               | POST   | public | send form
/complaint/<string:team_key>                             | GET    | public | form
/complaint/<string:team_key>                             | POST   | public | send form
/complaint/sent                                          | GET    | public | sent
/complaint/confirm/<int:complaint_id>/<string:token>     | GET    | public | confirm
/complaint/confirm/<int:complaint_id>/<string:token>     | POST   | public | send confirm
"""

#: The pages of service orders; who gets what there says ``service/test_service_security.py``.
SERVICE_ROUTES = """
route                                                    | method | auth
/my/service                                              | GET    | user
/my/service/page/<int:page>                              | GET    | user
/my/service/new                                          | GET    | user
/my/service/new                                          | POST   | user
/my/service/<int:order_id>                               | GET    | public
/my/service/<int:order_id>/file/<int:file_id>            | GET    | public
/my/service/<int:order_id>/sheet/<any(reception,handover):sheet> | GET | public
/my/service/<int:order_id>/renew                         | POST   | public
/my/service/<int:order_id>/<act>                         | POST   | public
"""

#: Who asks: the user, which token comes along, and what the company has set.
WHO = """
who                                 | user             | token   | colleagues see
owner                               | owner_user       |         |
owner, wrong token                  | owner_user       | wrong   |
colleague, not shared               | mate_user        |         |
colleague, shared                   | mate_user        |         | yes
colleague, right token              | mate_user        | right   |
other customer                      | other_user       |         |
other customer, shared              | other_user       |         | yes
other customer, right token         | other_user       | right   |
other customer, wrong token         | other_user       | wrong   |
customer of another company         | abroad_user      |         |
customer abroad, right token        | abroad_user      | right   |
stranger                            |                  |         |
stranger, right token               |                  | right   |
stranger, wrong token               |                  | wrong   |
stranger, token of another case     |                  | foreign |
stranger, token renewed since       |                  | former  |
stranger, token of no text          |                  | odd     |
employee without rights             | stranger         |         |
employee without rights, right token| stranger         | right   |
employee outside, right token       | usher            | right   |
handler                             | handler          |         |
handler, right token                | handler          | right   |
manager abroad                      | foreign_manager  |         |
employee concerned                  | plain_user       |         |
employee concerned, right token     | plain_user       | right   |
concerned handler                   | colleague        |         |
concerned handler, right token      | colleague        | right   |
"""

#: What everybody gets of the complaint of the owner, while it is open.
#: ``hidden`` are the files that are none of the customer's, see ``HIDDEN_FILES``.
#: A POST without the token against forged requests gets 400, for whoever gets past the login.
#: A GET or HEAD of what is only sent, and a POST to what is only shown, get 405.
ANSWERS = """
who                                 | page  | file  | hidden | act   | renew
owner                               | 200   | 200   | 404    | page+ | 200+
owner, wrong token                  | 200   | 200   | 404    | page+ | 200+
colleague, not shared               | 404   | 404   | 404    | 404   | 200
colleague, shared                   | 200   | 200   | 404    | 403   | 200
colleague, right token              | 200   | 200   | 404    | page+ | 200+
other customer                      | 404   | 404   | 404    | 404   | 200
other customer, shared              | 404   | 404   | 404    | 404   | 200
other customer, right token         | 200   | 200   | 404    | page+ | 200+
other customer, wrong token         | 404   | 404   | 404    | 404   | 200
customer of another company         | 404   | 404   | 404    | 404   | 200
customer abroad, right token        | 200   | 200   | 404    | page+ | 200+
stranger                            | login | login | login  | login | 200
stranger, right token               | 200   | 200   | 404    | page+ | 200+
stranger, wrong token               | 404   | 404   | 404    | 404   | 200
stranger, token of another case     | 404   | 404   | 404    | 404   | 200
stranger, token renewed since       | 404   | 404   | 404    | 404   | 200
stranger, token of no text          | 404   | 404   | 404    | 404   | 200
employee without rights             | 404   | 404   | 404    | 404   | 200
employee without rights, right token| 200   | 200   | 404    | 403   | 200
employee outside, right token       | 200   | 200   | 404    | 403   | 200
handler                             | 200   | 200   | 404    | 403   | 200
handler, right token                | 200   | 200   | 404    | 403   | 200
manager abroad                      | 404   | 404   | 404    | 404   | 200
employee concerned                  | 404   | 404   | 404    | 404   | 200
employee concerned, right token     | 404   | 404   | 404    | 404   | 200
concerned handler                   | 404   | 404   | 404    | 404   | 200
concerned handler, right token      | 404   | 404   | 404    | 404   | 200
"""

#: The same of the pages that are about no complaint, or are opened by a key of their own, so that a token
#: does not matter there.
OTHER_ANSWERS = """
who                           | list  | new   | send new | form | send form | sent | confirm | send confirm
owner                         | 200   | 200   | sent+    | 200  | sent+     | form | 200     | confirm+
colleague, not shared         | 200   | 200   | sent+    | 200  | sent+     | form | 200     | confirm+
colleague, shared             | 200   | 200   | sent+    | 200  | sent+     | form | 200     | confirm+
other customer                | 200   | 200   | sent+    | 200  | sent+     | form | 200     | confirm+
customer of another company   | 200   | 200   | sent+    | 200  | sent+     | form | 200     | confirm+
stranger                      | login | login | login    | 200  | sent+     | form | 200     | confirm+
employee without rights       | 200   | form  | form     | 200  | sent+     | form | 200     | confirm+
handler                       | 200   | form  | form     | 200  | sent+     | form | 200     | confirm+
manager abroad                | 200   | form  | form     | 200  | sent+     | form | 200     | confirm+
employee concerned            | 200   | form  | form     | 200  | sent+     | form | 200     | confirm+
concerned handler             | 200   | form  | form     | 200  | sent+     | form | 200     | confirm+
"""

#: Which files of a complaint nobody gets by the customer's page, whoever asks.
HIDDEN_FILES = (
    "file of an internal note",
    "file between colleagues",
    "file of a piece of evidence",
    "file of a sheet to a department",
    "file without a message",
    "file of another case",
    "file that is not there",
)

#: What the state of a complaint changes of the above. ``page`` holds for everybody who gets a page of an open
#: one; of one that ended long ago whoever comes by the right token gets 410, by an account or as an employee
#: nothing changes. ``+`` is an act that is done and stored, ``-`` one that is refused (422), with a reason.
STATES = """
state     | page | reply | accept | decline | call | confirm | followup | withdraw | appeal
open      | 200  | +     | -      | -       | -    | -       | -        | +        | -
offered   | 200  | +     | +      | +       | +    | -       | -        | +        | -
reported  | 200  | +     | -      | -       | -    | +       | -        | +        | -
asked     | 200  | +     | -      | -       | -    | -       | +        | -        | +
closed    | 200  | +     | -      | -       | -    | -       | -        | -        | +
long ago  | 410  | -     | -      | -       | -    | -       | -        | -        | -
rejected  | 200  | +     | -      | -       | -    | -       | -        | -        | +
merged    | 200  | -     | -      | -       | -    | -       | -        | -        | -
archived  | 404  |       |        |         |      |         |          |          |
"""

#: Links to confirm an address: whose they are, and what they open, whoever follows them.
CONFIRM_LINKS = """
link                       | GET | POST
of this address            | 200 | confirm+
of another case            | 404 | 404
of the former address      | 404 | 404
the token of the page      | 404 | 404
cut off                    | 404 | 404
not written in letters     | 404 | 404
of an archived case        | 404 | 404
of a case that is not there| 404 | 404
"""

#: What customers read of a complaint and of what belongs to it. Everything else in which words can be
#: written is filled with a marker, also what is added later, and must not appear in any answer.
CUSTOMER_WORDS = {
    "complaint_complaint": {
        "number": "on every page and in every letter",
        "name": "the subject",
        "description": "what the customer told us",
        "wanted_outcome": "what the customer told us",
        "occurred_place": "what the customer told us",
        "reference": "the customer's own sign, on paper",
        "partner_name": "the customer",
        "partner_email": "the customer",
        "partner_phone": "the customer",
        "email_normalized": "the customer",
        "customer_lang": "the customer",
        "access_token": "the key of this complaint, to whoever has it already",
        "outcome": "the result, once it is told",
        "decision_reason": "the result, once it is told",
        "end_reason": "why it was rejected",
        "confirmed_by": "who signed",
        "form_nonce": "one for each form",
        # No words, but what the software looks things up by.
        "phone_key": "the customer",
        "bounced_email": "decides to whom letters go",
    },
    "complaint_solution": {"offer": "the proposal", "answer_reason": "the answer", "signed_by": "who signed"},
    "complaint_remedy": {"description": "the proposal, of what is for the customer"},
    "complaint_notice": {"event": "what the software looks things up by", "address": "where it goes"},
    "complaint_followup": {"from_number": "what the software looks things up by"},
    "complaint_appeal": {"reason": "what the customer told us"},
    "complaint_deadline_extension": {"reason": "told to the customer when more time is granted"},
}

#: What papers for the customer show besides; no page does.
PRINTED = {
    "complaint.solution.assessment": "the reasons, on the agreement that both sign",
    "complaint.solution.ground_facts": "the same",
    "complaint.solution.ground_contract": "the same",
    "complaint.solution.ground_law": "the same",
    "complaint.solution.ground_rules": "the same",
}

#: Fields of ours on other models that customers can read, with the reason.
OF_THEMSELVES = "of their own user, where it is empty"
WHAT_THEY_READ = "false for whatever they can read at all"
SETTING = "how the company works, nothing about anybody's complaint"
FOREIGN_FIELDS = {
    "mail.message.complaint_excluded": WHAT_THEY_READ,
    "mail.message.complaint_unreadable": WHAT_THEY_READ,
    "mail.notification.complaint_excluded": WHAT_THEY_READ,
    "mail.notification.complaint_unreadable": WHAT_THEY_READ,
    "res.users.complaint_asked": OF_THEMSELVES,
    "res.users.complaint_colleague_ids": OF_THEMSELVES,
    "res.users.complaint_head": OF_THEMSELVES,
    "res.users.complaint_sharing_company_ids": OF_THEMSELVES,
    "res.users.complaint_substitute_id": OF_THEMSELVES,
    "res.users.complaint_supervised_team_ids": OF_THEMSELVES,
    "res.users.complaint_team_ids": OF_THEMSELVES,
    "res.company.complaint_absent_approver": SETTING,
    "res.company.complaint_appeal_days": SETTING,
    "res.company.complaint_colleagues_see": SETTING,
    "res.company.complaint_digest_from": SETTING,
    "res.company.complaint_file_count": SETTING,
    "res.company.complaint_file_size": SETTING,
    "res.company.complaint_form_confirm": SETTING,
    "res.company.complaint_form_consent": SETTING,
    "res.company.complaint_form_open": SETTING,
    "res.company.complaint_form_per_address": SETTING,
    "res.company.complaint_form_per_contact": SETTING,
    "res.company.complaint_inspection_share": SETTING,
    "res.company.complaint_link_days": SETTING,
    "res.company.complaint_next_instance": SETTING,
    "res.company.complaint_progress_days": SETTING,
    "res.company.complaint_reopen_days": SETTING,
    "res.company.complaint_repeat_days": SETTING,
    "res.company.complaint_return_limit": SETTING,
    "res.company.complaint_asset_from_sale": SETTING,
    "res.company.complaint_service_agree_limit": SETTING,
    "res.company.complaint_service_book_days": SETTING,
    "res.company.complaint_service_four_eyes": SETTING,
    "res.company.complaint_service_goodwill_limit": SETTING,
    "res.company.complaint_service_invoice_gate": SETTING,
    "res.company.complaint_service_lead_hours": SETTING,
    "res.company.complaint_service_repeat_days": SETTING,
    "res.company.complaint_service_request_open": SETTING,
    "res.company.complaint_service_slot_minutes": SETTING,
    "res.company.complaint_sign_off": SETTING,
    "res.company.complaint_team_id": SETTING,
    "res.company.complaint_vin_check": SETTING,
    "sale.order.line.complaint_cover": "who bears a line, as the customer's quotation says",
}


def read_table(text):
    """Return the lines of a table as dicts, by the words of its first line."""
    head, *lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    for line in lines:
        if len(line) != len(head):
            raise ValueError(f"A line of another length: {line}")
    return [dict(zip(head, line, strict=True)) for line in lines]
