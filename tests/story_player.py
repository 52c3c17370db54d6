# Part of the complaint management suite. See LICENSE file for full licensing details.
"""The people of the stories, and what they do, each through a browser of their own."""

import csv
import json
import sys
from contextlib import contextmanager
from datetime import date, datetime, timedelta, timezone
from html import unescape

import pytest
from odoo_inside import import_file
from story_client import Browser, Clock, Refused

from devkit.paths import ROOT

sys.path.insert(0, str(ROOT / "data" / "import"))
import prepare  # noqa: E402

OURS = "complaint_management."
GROUP = f"{OURS}group_complaint_"
#: login: name, groups, team
PEOPLE = {
    "clerk": ("Carla Clerk", [f"{GROUP}first_contact"]),
    "anna": ("Anna Handler", [f"{GROUP}handler"]),
    "ben": ("Ben Handler", [f"{GROUP}handler"]),
    "lea": ("Lea Branchleader", [f"{GROUP}handler"]),
    "hugo": ("Hugo Headoffice", [f"{GROUP}handler"]),
    "mia": ("Mia Manager", [f"{GROUP}manager"]),
    "quinn": ("Quinn Quality", [f"{GROUP}quality"]),
    "fiona": ("Fiona Finance", []),
    "frank": ("Frank Finance", []),
    "dora": ("Dora Departmenthead", []),
    "walt": ("Walt Workshop", []),
    "iris": ("Iris Invoices", ["account.group_account_invoice"]),
}
SIGNATURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
SOURCES = {
    "nhtsa_vehicles": "nhtsa_vehicles.csv",
    "cfpb_workflow": "cfpb_workflow_2014.csv",
    "cfpb_narratives": "cfpb_narratives_2023.csv",
}
#: What makes the subject of a complaint.
SUBJECTS = {
    "nhtsa_vehicles": ("MAKETXT", "MODELTXT", "YEARTXT"),
    "cfpb_workflow": ("Issue", "Sub-issue"),
    "cfpb_narratives": ("Sub-product", "Issue"),
}
#: What stories ask for: a source and what its line says, in the order in which they are taken.
KINDS = {
    "accident": ("nhtsa_vehicles", lambda row: row["CRASH"] == "Y" and row["CDESCR"]),
    "vehicle": (
        "nhtsa_vehicles",
        lambda row: row["CRASH"] == "N" and not row["INJURED"] and row["FIRE"] == "N",
    ),
    "phone": ("cfpb_workflow", lambda row: row["Submitted via"] == "Phone"),
    "letter": ("cfpb_workflow", lambda row: row["Submitted via"] == "Postal mail"),
    "regulator": ("cfpb_workflow", lambda row: row["Submitted via"] == "Referral"),
    "fax": ("cfpb_workflow", lambda row: row["Submitted via"] == "Fax"),
    "late": ("cfpb_narratives", lambda row: row["Timely response?"] == "No"),
    "words": ("cfpb_narratives", lambda row: row["Timely response?"] == "Yes"),
}


@contextmanager
def refused(*fragments):
    """The client shows a refusal with all of these words."""
    with pytest.raises(Refused) as refusal:
        yield refusal
    for fragment in fragments:
        assert fragment in str(refusal.value)


class Library:
    """The real complaints: what the clerk hears, reads and types."""

    def __init__(self, shared):
        self.taken, self.sources = {}, {}
        for name, file_name in SOURCES.items():
            mapping = json.loads((ROOT / "data" / "import" / f"{name}.json").read_text(encoding="utf-8"))
            with (shared / "complaints" / file_name).open(encoding="utf-8", newline="") as stream:
                plain = list(csv.DictReader(stream))
            read = prepare.read(shared / "complaints" / file_name, mapping)
            assert len(plain) == len(read)
            self.sources[name] = (mapping, plain, read)

    def take(self, kinds):
        """Return the lines for a list of kinds, each line once, by source."""
        chosen = []
        for kind in kinds:
            name, fits = KINDS[kind]
            _mapping, plain, read = self.sources[name]
            # Each is about something else, so that people find their case by its subject.
            used = self.taken.setdefault(name, set())
            subjects = [tuple(row[column] for column in SUBJECTS[name]) for row in plain]
            number = next(n for n, row in enumerate(plain) if subjects[n] not in used and fits(row))
            used.add(subjects[number])
            chosen.append((name, read[number]))
        return chosen

    def prepare(self, env, folder, kinds):
        """Import categories, tags and channels of the chosen lines; return what is to be typed of each."""
        chosen, typed = self.take(kinds), {}
        for name, (mapping, _plain, _read) in self.sources.items():
            rows = [row for source, row in chosen if source == name]
            *vocabulary, complaints = prepare.prepare(mapping, rows) if rows else [None]
            for each in (each for each in vocabulary if each.rows):
                imported = import_file(env, each.model, each.write(folder).read_bytes(), each.options)
                assert imported["messages"] == []
            if rows:
                typed[name] = iter(
                    [dict(zip(complaints.columns, row, strict=True)) for row in complaints.rows]
                )
        return [self._typed(env, next(typed[name])) for name, _row in chosen]

    def _typed(self, env, values):
        def name_of(xmlid, field):
            xmlid = xmlid if "." in xmlid else f"__import__.{xmlid}"
            return env.ref(xmlid)[field]

        return {
            "name": values["name"],
            "description": values["description"],
            "channel_id": name_of(values["channel_id/id"], "display_name"),
            "category_id": (
                name_of(values["category_id/id"], "name"),
                name_of(values["category_id/id"], "complete_name"),
            ),
            "severity": values["severity"],
            "occurred_place": values.get("occurred_place") or False,
            "reference": values["reference"],
        }


class World:
    """The company of the stories: its people at their browsers, its customers, its post."""

    def __init__(self, inside, address, post, facts):
        self.inside, self.address, self.post, self.facts = inside, address, post, facts
        self.browsers, self.cases, self.clock = {}, [], Clock()

    def browser(self, login):
        if login not in self.browsers:
            self.browsers[login] = Browser(self.address, self.inside.database, login, login, self.clock)
        return self.browsers[login]

    @contextmanager
    def away(self, login):
        """Somebody is on time off for a while."""
        now = datetime.now(timezone.utc).replace(tzinfo=None)
        with self.inside.env() as env:
            resource = env["hr.employee"].browse(self.facts[login]).resource_id
            env["resource.calendar.leaves"].create(
                {
                    "name": "Leave",
                    "resource_id": resource.id,
                    "calendar_id": resource.calendar_id.id,
                    "date_from": now - timedelta(days=1),
                    "date_to": now + timedelta(days=1),
                }
            )
        yield
        with self.inside.env() as env:
            env["resource.calendar.leaves"].search([("resource_id", "=", resource.id)]).unlink()

    def letters_to(self, address):
        return [letter for letter in self.post.letters if letter.to == address]


class Case:
    """One complaint and its story; each verb is something that somebody does."""

    def __init__(self, world, number, typed):
        self.world, self.typed = world, typed
        self.customer = f"Consumer {number}"
        self.address = f"consumer{number}@example.com"
        self.id = self.open_page = None
        # What the story says, for the account at the end.
        self.letters, self.remedies, self.approved_by, self.answers = [], {}, [], []
        self.end, self.versions, self.offers, self.reopened, self.decision = "closed", 0, 0, 0, False

    # looking

    def page(self, who):
        """The page of the case, as somebody opens it; or as it is still open, where nothing has happened."""
        if self.open_page is None or self.open_page.browser.login != who or not self.open_page.is_fresh():
            self.open_page = self.world.browser(who).open("complaint.complaint", self.id)
        return self.open_page

    def missing(self, who):
        """What the page says is still missing."""
        shown = unescape(self.page(who)["missing"] or "")
        return [item.split("</li>")[0] for item in shown.split("<li>")[1:]]

    def solution(self, who):
        """The page of the latest version of the solution."""
        page = self.page(who)
        (line,) = [line for line in page["solution_ids"] if line.read["version"] == self.versions]
        return page.press("Open the Solution", line)

    def stands_at(self, step, who="anna"):
        page = self.page(who)
        assert page["next_step"] == step or dict(page.level.fields["next_step"]["selection"])[step]
        with self.world.inside.env() as env:
            assert env["complaint.complaint"].browse(self.id).step == step

    # receipt

    def receive(self, who="clerk", known=True, mail=True):
        """Somebody complains: the clerk writes it down, reads it back where that is asked, passes it on."""
        self.write_down(who, known, mail)
        self.page(who).press("To Triage")
        return self

    def write_down(self, who="clerk", known=True, mail=True):
        """The record is made, and read back to who speaks."""
        page = self.world.browser(who).menu(f"{OURS}complaint_menu_new")
        page.fill(name=self.typed["name"])
        if known:
            page.fill(partner_id=self.customer)
        else:
            page.fill(partner_name=self.customer, partner_phone="+1 555 0100")
            if mail:
                page.fill(partner_email=self.address)
        page.fill(**{name: value for name, value in self.typed.items() if name != "name" and value})
        page.fill(wanted_outcome="That it is put right")
        page.save()
        self.id = page.id
        if "Read Back" in page.buttons():
            with refused("Read the record back to the complainant and press Read Back."):
                page.press("To Triage")
            page.press("Read Back")
        return self

    def sort(self, who="anna", team="Branch"):
        """Triage: it is founded; it goes to the team and whoever takes it."""
        page = self.page(who)
        if page["team_id"]["display_name"] != team:
            page.fill(team_id=team)
        page.fill(nature="complaint", founded="founded").press("To Dispatch")
        page = self.page(who)
        if "Assign to Me" in page.buttons():
            page.press("Assign to Me")
        page.press("To Investigation")
        self.handler = who
        return self

    def call_in_emergency(self, taken, who="clerk"):
        """Somebody is in danger: a name and a number, and help is sent before anything else is written."""
        page = self.world.browser(who).menu(f"{OURS}complaint_menu_new")
        page.fill(
            name=self.typed["name"], partner_id=self.customer, channel_id="Phone", team_id="Branch"
        ).save()
        self.id = page.id
        page.press("Emergency").fill(action_taken=taken).press("Handle First")
        self.page("anna").press("Assign to Me")
        self.handler = "anna"
        return self

    def back_fill(self, who):
        """What was left out is entered later, in one go."""
        page = self.page(who)
        page.fill(**{n: v for n, v in self.typed.items() if n not in ("name", "channel_id") and v})
        page.fill(nature="complaint", founded="founded", cause_id=self.world.facts["cause"])
        page.add("evidence_ids", name="Police report", kind="record", source="Police", description="As told")
        page.add("liability_ids", party_kind="department", department_id="Workshop", finding="our_fault")
        page.save().press("Read Back")
        return self

    def comes_again(self, channel):
        """The same customer complains about the same by another channel."""
        repeat = Case(self.world, int(self.customer.split()[1]), {**self.typed, "channel_id": channel})
        repeat.typed["reference"] = False
        return repeat.receive()

    def merge_with(self, repeat, who="anna"):
        """The handler sees that it is known already, and makes one of both."""
        page = repeat.page(who)
        assert self.id in [line.id for line in page["repeat_ids"]]
        dialog = page.press("Merge Repeats")
        assert {line.id for line in dialog["complaint_ids"]} == {self.id, repeat.id}
        assert dialog["target_id"]["id"] == self.id
        dialog.press("Merge")
        return self

    def draw_sample(self, who):
        """All that the branch has closed this month is drawn."""
        dialog = self.world.browser(who).menu(f"{OURS}complaint_menu_inspection_draw")
        dialog.fill(month=f"{date.today():%Y-%m}", team_ids=["Branch"])
        dialog.change_line("line_ids", 0, share=100)
        dialog.press("Draw")
        return self

    def send_back_from_sample(self, who, reason):
        rows = self.world.browser(who).menu(f"{OURS}complaint_menu_inspection")
        (row,) = [row for row in rows.rows if _name(row["complaint_id"]).startswith(self.number)]
        page = self.world.browser(who).open("complaint.inspection", row["id"], rows.context)
        dialog = page.press("Send Back").fill(mark="2", reason=reason)
        dialog.press("Send Back")
        return self

    # inquiry

    def ask(self, department, question, who=None):
        """A department is asked, by a sheet."""
        dialog = self.page(who or self.handler).press("Ask Departments")
        dialog.fill(department_ids=[department], question=question).press("Send")
        return self

    def sheet(self, who):
        """The sheet, as the head of the department finds it in the own list, or the centre in all of them."""
        own = who == "dora"
        rows = self.world.browser(who).menu(f"{OURS}complaint_menu_dispatch_{'mine' if own else 'all'}")
        row = rows.find(complaint_name=self.typed["name"])
        return self.world.browser(who).open("complaint.dispatch", row["id"], rows.context)

    def returned(self, reason, who="dora"):
        """The department thinks that it is not its matter."""
        self.sheet(who).press("Return").fill(reason=reason).press("Return")
        return self

    def send_again(self, reason, who=None):
        dialog = self.sheet(who or self.handler).press("Decide")
        dialog.fill(reason=reason).press("Send Again")
        return self

    def answered(self, findings, measures="We check it twice from now on", who="dora"):
        """The department answers and signs; the centre is content."""
        self.sheet(who).fill(findings=findings, measures=measures).press("Answer and Sign")
        self.sheet(self.handler).press("Confirm")
        return self

    def hand_over(self, who, kind, reason, **values):
        dialog = self.page(who).press("Hand Over").fill(kind=kind)
        dialog.fill(reason=reason, **values).press("Hand Over")
        return self

    def take_over(self, who):
        """Who is asked finds the request in the own list and accepts."""
        rows = self.world.browser(who).menu(f"{OURS}complaint_menu_handover")
        (row,) = [row for row in rows.rows if _name(row["complaint_id"]).startswith(self.number)]
        rows.press("Accept", row)
        return self

    def hand_back(self, who, result):
        self.page(who).press("Hand Back").fill(result=result).press("Hand Back")
        return self

    def find_out(self, ours=True, who=None):
        """The facts: a piece of evidence, the cause, and who answers for it."""
        who = who or self.handler
        page = self.page(who)
        with refused("Choose the root cause.", "Say who is liable for what share"):
            page.press("To Solution")
        page = self.page(who)
        if not page["evidence_ids"]:
            page.add(
                "evidence_ids", name="Statement", kind="record", source="The files", description="As told"
            )
        page.fill(cause_id=self.world.facts["cause"])
        if not page["liability_ids"]:
            if ours:
                page.add(
                    "liability_ids", party_kind="department", department_id="Workshop", finding="our_fault"
                )
            else:
                page.add("liability_ids", party_kind="customer", finding="misunderstanding")
        page.save().press("To Solution")
        return self

    def contact(self, purpose, summary, who=None, kind="call"):
        """A call with the complainant is logged."""
        page = self.page(who or self.handler)
        page.press("Log Contact").fill(kind=kind, purpose=purpose, summary=summary).press("Save")
        if purpose == "apology" and "Apology" in self.remedies:
            self.remedies["Apology"] = "done"
        return self

    # solution

    def propose(self, *remedies, reasonable="yes", who=None, **values):
        """A solution is written: the judgement, its ground, and the remedies, each (type, amount, more)."""
        page = self.page(who or self.handler).press("Propose a Solution")
        page.fill(
            reasonable=reasonable,
            assessment="What was promised was not kept.",
            ground_contract="Clause 7",
            offer="We are sorry and put it right.",
        )
        page.fill(**values)
        for remedy in remedies:
            page.add("remedy_ids", **remedy)
            self.remedies[remedy["type_id"]] = "planned"
        page.save()
        self.versions += 1
        return self

    def submit(self, who=None):
        self.solution(who or self.handler).press("Submit")
        return self

    def waits_for(self, *people):
        """Only these find the request among what waits for them."""
        for who in ("lea", "hugo", "fiona", "frank", "mia"):
            rows = self.world.browser(who).menu(f"{OURS}complaint_menu_approval_mine").rows
            waiting = [row for row in rows if row["complaint_name"] == self.typed["name"]]
            assert bool(waiting) == (who in people), f"{who}: {waiting}"
        return self

    def approve(self, *people):
        """They agree, one after the other, from their lists."""
        for who in people:
            rows = self.world.browser(who).menu(f"{OURS}complaint_menu_approval_mine")
            rows.press("Approve", self._request(rows))
            self.approved_by.append(who)
        return self

    def refuse(self, who, reason):
        rows = self.world.browser(who).menu(f"{OURS}complaint_menu_approval_mine")
        dialog = rows.press("Refuse", self._request(rows))
        with refused("Missing required fields"):
            dialog.press("Refuse")
        dialog.fill(reason=reason).press("Refuse")
        self.approved_by.append(f"-{who}")
        return self

    def _request(self, rows):
        (row,) = [row for row in rows.rows if row["complaint_name"] == self.typed["name"]]
        return row

    def offer(self, who=None, by="mail"):
        """The complainant is told: by a mail, or otherwise."""
        self.offers += 1
        dialog = self.solution(who or self.handler).press("Offer")
        if by == "mail":
            assert dialog["kind"] == "message" and dialog["send_mail"]
            dialog.press("Send")
            self.letters.append("offer")
        else:
            dialog.fill(kind=by, summary="It was explained").press("It Was Offered")
        return self

    def accepted(self, who=None, kind="call", signed=False, goes_on=True):
        dialog = self.solution(who or self.handler).press("Enter the Answer")
        dialog.fill(answer="accepted", kind=kind, words="That is fine")
        if signed:
            dialog.fill(signed_by=self.customer, signature=SIGNATURE)
        dialog.press("Save the Answer")
        self.answers.append("accepted")
        if goes_on:
            self.page(who or self.handler).press("To Execution")
        return self

    def declined(self, words, who=None):
        dialog = self.solution(who or self.handler).press("Enter the Answer")
        dialog.fill(answer="declined", kind="call")
        with refused("Missing required fields"):
            dialog.press("Save the Answer")
        dialog.fill(words=words).press("Save the Answer")
        self.answers.append("declined")
        return self

    def revise(self, who=None, **values):
        """The next version is made from the declined one."""
        page = self.solution(who or self.handler).press("Revise")
        self.versions += 1
        page.fill(**values)
        return page

    def raise_offer(self, amount):
        """The next version offers more money."""
        page = self.revise()
        self._set_amount(page, amount)
        return self

    def change_amount(self, amount):
        self._set_amount(self.solution(self.handler), amount)
        return self

    def _set_amount(self, page, amount):
        (number,) = [n for n, line in enumerate(page["remedy_ids"]) if line.values["has_amount"]]
        page.change_line("remedy_ids", number, amount=amount)
        page.save()

    # execution

    def pay_back(self, amount, who="iris"):
        """The accountant posts the draft credit note of the customer: that ticks the remedy off."""
        with self.world.inside.env() as env:
            remedy = env["complaint.complaint"].browse(self.id).remedy_ids.filtered("move_id")
            note, name = remedy.move_id, remedy.type_id.name
            assert (remedy.state, note.state) == ("open", "draft"), remedy.blocked_reason
            assert (note.move_type, note.amount_total) == ("out_refund", amount)
            assert note.partner_id.name == self.customer
            refunded = note.reversed_entry_id.name
            assert refunded == (self.invoice if name == "Refund" else False)
            note_id = note.id
        self.world.browser(who).open("account.move", note_id).press("Confirm")
        self.remedies[name] = "done"
        return self

    def carry_out(self, remedy, who, note="Done as promised"):
        """Whoever owns a remedy finds it in the own list and ticks it off."""
        rows = self.world.browser(who).menu(f"{OURS}complaint_menu_remedy_mine")
        number = self.number
        (row,) = [
            row for row in rows.rows if row["number"] == number and row["type_id"]["display_name"] == remedy
        ]
        page = self.world.browser(who).open("complaint.remedy", row["id"], rows.context)
        page.press("Done").fill(note=note).press("Done")
        self.remedies[remedy] = "done"
        return self

    @property
    def number(self):
        with self.world.inside.env() as env:
            return env["complaint.complaint"].browse(self.id).number

    # result

    def report(self, decision="upheld", who=None, by="mail"):
        """The result is decided and reported."""
        self.decision = decision
        page = self.page(who or self.handler)
        if "To Result Feedback" in page.buttons():
            page = page.press("To Result Feedback")
        dialog = page.press("Report the Result")
        dialog.fill(decision=decision, decision_reason="The facts say so.", outcome="Settled as agreed.")
        if by == "mail":
            assert dialog["send_letter"]
            dialog.press("Send and Report")
            self.letters.append("result")
        else:
            if dialog["send_letter"]:
                dialog.fill(send_letter=False)
            dialog.fill(kind=by, summary="They took note").press("Report")
        return self

    def confirm(self, kind="signed", who=None):
        dialog = self.page(who or self.handler).press("Confirm the Result")
        dialog.fill(kind=kind)
        if kind == "signed":
            dialog.fill(confirmed_by=self.customer, signature=SIGNATURE)
        else:
            with refused("Missing required fields" if kind == "none" else "note where it is kept"):
                dialog.press("Confirm")
            dialog.fill(note="The paper is in the file" if kind == "paper" else "They agreed by phone")
        dialog.press("Confirm")
        return self

    def sign_off(self, who="lea"):
        self.page(who).press("Sign Off")
        return self

    def close(self, who=None, signer="lea"):
        """To the follow-up, with a sign-off where it is urgent, and closed."""
        who = who or self.handler
        page = self.page(who)
        if "To Follow-up" in page.buttons():
            page = page.press("To Follow-up")
        if self.typed["severity"] == "urgent":
            assert "Close" not in page.buttons()
            with refused("A leader of the team has to sign it off."):
                page.call("action_next_step")
            self.sign_off(signer)
        self.page(who).press("Close")
        return self

    def call_back(self, result, who=None, **values):
        """The follow-up call."""
        dialog = self.page(who or self.handler).press("Log Follow-up Call")
        dialog.fill(result=result, **values).press("Log Call")
        return self

    # endings

    def end_with(self, action, reason, who=None):
        self.page(who or self.handler).action(action).fill(reason=reason).press(action)
        return self


def _name(value):
    return value["display_name"]
