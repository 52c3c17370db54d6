# Part of the complaint management suite. See LICENSE file for full licensing details.
"""Drives complaints through their steps as people do, and knows by itself what each gate must ask for."""

from collections import Counter
from html import unescape

import pytest

STEPS = (
    "new",
    "triage",
    "dispatch",
    "investigation",
    "solution",
    "execution",
    "feedback",
    "follow_up",
    "closed",
)

#: What must be there before a step is left, in the order in which it is told.
DEMANDS = {
    "new": {
        "who": "Say who complains: choose a customer or enter a name.",
        "contact": "Enter a phone number or an e-mail address of the complainant.",
        "channel": "Choose the channel it came in by.",
        "description": "Write down what happened.",
        "receiver": "Enter who received the complaint.",
        "read_back": "Read the record back to the complainant and press Read Back.",
    },
    "triage": {
        "nature": "Choose the nature: complaint, inquiry, praise …",
        "category": "Choose the category.",
        "severity": "Choose the severity.",
        "founded": "Say whether the complaint is founded.",
    },
    "dispatch": {
        "team": "Choose the team that handles it.",
        "responsible": "Name the person responsible.",
    },
    "investigation": {
        "evidence": "Enter what proves the facts: a piece of evidence, or a department's answer.",
        "cause": "Choose the root cause.",
        "liability": "Say who is liable for what share; the shares make 100 %.",
    },
    "solution": {
        "judged": "Propose a solution: say whether the demand is reasonable, and on what ground.",
        "approved": "Get the solution approved.",
        "settled": "Offer it to the complainant and enter the answer. "
        "What was declined is revised, or a leader stands by it.",
    },
    "execution": {
        "remedies": "Carry out the remedies that were promised, or cancel them with the reason.",
    },
    "feedback": {
        "outcome": "Write down the result that was told to the complainant.",
        "apology": "It was our fault: apologise, and log it as a contact.",
        "explanation": "It was not our fault: explain it patiently, and log it as a contact.",
        "decision": "Decide whether the complaint is upheld, and give the reasons.",
        "report": "Report the result to the complainant.",
    },
    "follow_up": {
        "confirmation": "Have the complainant confirm the result, or note why there is no signature.",
        "sign_off": "A leader of the team has to sign it off.",
    },
}
#: What is asked for of complaints only, and not of what is answered on the spot.
INQUIRY = {"founded", "evidence", "cause", "liability", "apology", "explanation"}
RESOLUTION = {"judged", "approved", "settled", "remedies", "decision", "report", "confirmation", "sign_off"}
REJECT = "Give the reason for rejecting it."
CANCEL = "Give the reason for cancelling it."
REOPEN = "Give the reason for opening it again (button Reopen)."
AT_ONCE = "Write down what was done at once."


class Case:
    """One complaint on its way, with the people who work on it."""

    def __init__(self, env, complaint_id, people, rng):
        self.env, self.people, self.rng = env, people, rng
        self.complaint = env["complaint.complaint"].browse(complaint_id)
        self.category, self.channel = self.complaint.category_id, self.complaint.channel_id
        self.team = self.complaint.team_id
        self.stages = [self.complaint.stage_id.name]
        self.asked = Counter()
        self.refusals = 0

    def by(self, person):
        """The complaint as somebody sees it."""
        return self.complaint.with_user(self.people[person])

    # what is missing, and supplying it

    def lacking(self, start, stop):
        """Names of what is missing between two steps, worked out from the record alone."""
        gates = STEPS[STEPS.index(start) : STEPS.index(stop)]
        return [name for gate in gates for name in DEMANDS.get(gate, ()) if not self._has(name)]

    def _has(self, name):
        complaint = self.complaint
        if name in INQUIRY | RESOLUTION:
            spared = complaint.nature != "complaint" or complaint.inquiry_waived
            return spared or (self._is_found_out(name) if name in INQUIRY else self._is_resolved(name))
        fnames = {
            "who": ("partner_id", "partner_name"),
            "contact": ("partner_phone", "partner_email"),
            "channel": ("channel_id",),
            "description": ("description",),
            "receiver": ("received_by_id",),
            "nature": ("nature",),
            "category": ("category_id",),
            "severity": ("severity",),
            "team": ("team_id",),
            "responsible": ("user_id",),
            "outcome": ("outcome",),
        }
        if name == "read_back":
            return bool(complaint.read_back_at) or complaint.channel_id.name not in ("Phone", "Walk-in")
        return any(complaint[fname] for fname in fnames[name])

    def _is_found_out(self, name):
        complaint = self.complaint
        if name in ("founded", "evidence", "cause"):
            return bool(
                complaint[{"founded": "founded", "evidence": "evidence_ids", "cause": "cause_id"}[name]]
            )
        shares = complaint.liability_ids
        if name == "liability":
            return sum(shares.mapped("share")) == 100
        # Which of both is owed is known once it is known whose fault it was.
        owed = "apology" if "our_fault" in shares.mapped("finding") else "explanation"
        told = complaint.contact_ids.filtered(lambda contact: contact.direction == "out").mapped("purpose")
        done = complaint.remedy_ids.filtered(lambda remedy: remedy.state == "done")
        # An apology that was promised and made is one.
        told += done.filtered(lambda remedy: remedy.type_id.name == "Apology").mapped(
            lambda remedy: "apology"
        )
        return not shares or name != owed or name in told

    def _is_resolved(self, name):
        complaint, version = self.complaint, self._get_version()
        if name == "judged":
            return bool(version.reasonable and version.ground_facts)
        if name == "approved":
            return bool(version.approved_at)
        if name == "settled":
            return version.answer == "accepted" or version.final
        if name == "remedies":
            return not complaint.remedy_ids.filtered(lambda remedy: remedy.state == "open")
        if name == "sign_off":
            # As the settings are at first: urgent complaints.
            return complaint.severity != "urgent" or bool(complaint.signed_off_at)
        fnames = {"decision": "decision", "report": "result_reported_at", "confirmation": "confirmation"}
        return bool(complaint[fnames[name]])

    def resolve(self, person, name):
        """Do one thing from the proposal to the confirmed result; what it needs before is done with it."""
        complaint = self.by(person)
        actions = {
            "judged": self._propose,
            "approved": self._approve,
            "settled": self._settle,
            "remedies": self._carry_out,
        }
        if name in actions:
            actions[name](person)
        elif name == "decision":
            complaint.action_decide(self.rng.choice(["upheld", "partly", "not_upheld"]), "The facts say so.")
        elif name == "report":
            complaint.action_report_result(
                outcome="Settled as agreed.",
                decision=complaint.decision or "upheld",
                reason=complaint.decision_reason or "The facts say so.",
                kind=self.rng.choice(["call", "visit", "letter"]),
                summary="The result was told.",
            )
        elif name == "confirmation":
            complaint.action_confirm_result("none", note="Agreed by phone.")
        else:
            self.by("manager").action_sign_off()

    def _get_version(self):
        """The version that is worked on in this round."""
        complaint = self.complaint
        return complaint.solution_ids.filtered(
            lambda solution: solution.round == complaint.reopen_count and solution.state != "withdrawn"
        ).sorted("version")[-1:]

    def _propose(self, person):
        kinds = {
            name: self.env.ref(f"complaint_management.complaint_remedy_type_{name}").id
            for name in ("apology", "return", "compensation", "training")
        }
        # A credit note names a customer.
        amount = self.complaint.partner_id and self.rng.choice([0, 0, 40, 800, 6000])
        remedies = [
            {"type_id": kinds[name]} for name in self.rng.sample(["apology", "return", "training"], 2)
        ]
        if amount:
            remedies.append({"type_id": kinds["compensation"], "amount": amount})
        self.env(user=self.people[person])["complaint.solution"].create(
            {
                "complaint_id": self.complaint.id,
                "reasonable": self.rng.choice(["yes", "partly"]),
                "assessment": "What was promised was not kept.",
                "ground_facts": "The statement of account",
                "remedy_ids": [(0, 0, remedy) for remedy in remedies],
            }
        )

    def _approve(self, person):
        if not self._is_resolved("judged"):
            self._propose(person)
        solution = self._get_version().with_user(self.people[person])
        if solution.state == "draft":
            # An emergency may have nobody yet who answers for it.
            solution.remedy_ids.filtered(lambda remedy: not remedy.user_id).user_id = self.people[person]
            solution.action_submit()
        refused = self.rng.random() < 0.1
        while solution.state == "submitted":
            waiting = solution.sudo().approval_ids.filtered(lambda approval: approval.state == "waiting")
            approval = waiting.with_user(waiting.approver_ids[:1])
            if refused:
                refused = False
                approval.action_refuse("Name the clause as well.")
                solution.ground_contract = "Clause 3"
                solution.action_submit()
            else:
                approval.action_approve()

    def _settle(self, person):
        while not self._is_resolved("settled"):
            self._approve(person)
            solution = self._get_version().with_user(self.people[person])
            solution.action_offer("call", "The proposal was explained.")
            chance = self.rng.random()
            if chance < 0.7:
                solution.action_accept("That is fine.", kind="call")
                return
            solution.action_decline("That is not enough.", kind="call")
            if chance < 0.8:
                solution.with_user(self.people["manager"]).action_stand_by("It is what the contract says.")
            else:
                solution.action_new_version()

    def _carry_out(self, person):
        for remedy in self.complaint.remedy_ids.filtered(lambda remedy: remedy.state == "open"):
            note = remedy.sudo().move_id
            remedy = remedy.with_user(self.people[person])
            if note:
                # The accountants post it, which ticks the remedy off.
                note.action_post()
            elif self.rng.random() < 0.9:
                remedy.action_done("Done.")
            else:
                remedy.action_cancel("The consumer does not want it any more.")

    def find_out(self, person, name):
        """Enter what the inquiry found out."""
        env, complaint = self.env(user=self.people[person]), self.by(person)
        own = {"complaint_id": complaint.id}
        if name == "founded":
            complaint.founded = "founded"
        elif name == "evidence":
            env["complaint.evidence"].create(
                {
                    **own,
                    "name": "Statement of account",
                    "source": "The bank",
                    "kind": "record",
                    "description": "As the consumer says.",
                }
            )
        elif name == "cause":
            complaint.cause_id = self.rng.choice(env["complaint.cause"].search([]).ids)
        elif name == "liability":
            ours = self.rng.random() < 0.6
            third = env["res.partner"].search([], limit=1)
            env["complaint.liability"].create(
                [
                    {**own, "party_kind": "customer", "share": 40, "finding": "misunderstanding"},
                    {
                        **own,
                        "share": 60,
                        **(
                            {
                                "party_kind": "department",
                                "department_id": env["hr.department"].search([], limit=1).id,
                                "finding": "our_fault",
                            }
                            if ours
                            else {
                                "party_kind": "third_party",
                                "partner_id": third.id,
                                "finding": "third_party",
                            }
                        ),
                    },
                ]
            )
        else:
            env["complaint.contact"].create({**own, "purpose": name, "summary": f"The {name} was heard."})

    def supply(self, person, name):
        """Fill in one thing, in one of the ways that people have for it."""
        if name in INQUIRY:
            self.find_out(person, name)
            return
        if name in RESOLUTION:
            self.resolve(person, name)
            return
        complaint, consumer = self.by(person), f"Consumer {self.complaint.id}"
        actions = {"read_back": complaint.action_read_back, "responsible": complaint.action_assign_to_me}
        if name in actions:
            actions[name]()
            return
        customer = self.env["res.partner"].create({"name": consumer}) if name == "who" else None
        ways = {
            "who": [{"partner_name": consumer}, {"partner_id": customer and customer.id}],
            "contact": [
                {"partner_email": f"consumer{complaint.id}@example.com"},
                {"partner_phone": f"+1 555 {complaint.id:07}"},
            ],
            "channel": [{"channel_id": self.channel.id}],
            "receiver": [{"received_by_id": self.people[person]}],
            "nature": [{"nature": "complaint"}],
            "category": [{"category_id": self.category.id}],
            "severity": [{"severity": value} for value in ("normal", "important", "urgent")],
            "team": [{"team_id": self.team.id}],
            "outcome": [{"outcome": "We explained it and the consumer was content."}],
        }
        complaint.write(self.rng.choice(ways[name]))

    # moving

    def refused(self, person, action, messages):
        """Try something too early: everything that is missing is told at once, and nothing changes."""
        from odoo.exceptions import UserError

        before = self.complaint.stage_id
        with pytest.raises(UserError) as refusal, self.env.cr.savepoint():
            action(self.by(person))
        head, *lines = str(refusal.value).splitlines()
        assert head.startswith(f"{self.complaint.display_name} cannot move to “")
        assert lines == [f"- {message}" for message in messages]
        assert self.complaint.stage_id == before
        self.refusals += 1

    def pass_gates(self, person, action, stop, start=None):
        """Try the way to a step, supply what is missing in any order, trying again each time, and go."""
        start = start or self.complaint.step
        while lacking := self.lacking(start, stop):
            self.refused(person, action, self._messages(lacking))
            self.asked.update(lacking)
            self.supply(person, self.rng.choice(lacking))
        self.go(person, action, stop)

    def go(self, person, action, step):
        """Do what is possible now, and save it as a user's click does."""
        action(self.by(person))
        assert self.complaint.step == step
        self.stages.append(self.complaint.stage_id.name)
        self.env.cr.commit()

    def next_step(self, person):
        """The ordinary way on. What the form lists beforehand is what the refusal says."""
        step = self.complaint.step
        stop = STEPS[STEPS.index(step) + 1]
        lacking = self.lacking(step, stop)
        shown = unescape(str(self.by(person).missing or ""))
        assert [item.split("</li>")[0] for item in shown.split("<li>")[1:]] == self._messages(lacking)
        self.pass_gates(person, lambda complaint: complaint.action_next_step(), stop)

    def _messages(self, names):
        told = {name: message for gate in DEMANDS.values() for name, message in gate.items()}
        return [told[name] for name in names]

    def doubt(self, person, **chances):
        """Somebody takes back what was entered, now and then; it will be asked for again."""
        emptied = {fname: False for fname, chance in chances.items() if self.rng.random() < chance}
        if emptied:
            self.by(person).write(emptied)
            self.env.cr.commit()

    # whole ways

    def receive(self):
        self.doubt("clerk", channel_id=0.15)
        self.next_step("clerk")

    def work(self, until="closed"):
        """From triage on: the handler, and the manager at the end."""
        while self.complaint.step != until:
            step = self.complaint.step
            if step == "triage":
                self.doubt("handler", nature=0.2, category_id=0.2, severity=0.2)
            elif step == "dispatch":
                self.doubt("handler", team_id=0.2)
            self.next_step("manager" if step == "follow_up" else "handler")

    def close(self):
        # Straight to the end in one leap: all that the whole way asks for is told at once.
        lacking = self.lacking("new", "closed")
        self.refused("manager", lambda complaint: complaint.move_to("closed"), self._messages(lacking))
        self.receive()
        self.work()

    def answer_on_the_spot(self):
        def answer(complaint):
            complaint.action_answer_on_the_spot("The fee was explained on the phone.")

        start = self.complaint.step
        while lacking := [
            name for name in self.lacking(start, "closed") if name not in {"outcome", *INQUIRY, *RESOLUTION}
        ]:
            self.refused("clerk", answer, self._messages(lacking))
            self.asked.update(lacking)
            self.supply("clerk", self.rng.choice(lacking))
        self.go("clerk", answer, "closed")

    def handle_emergency(self, handled_at):
        def handle(text):
            return lambda complaint: complaint.action_handle_emergency(text, handled_at)

        self.refused("handler", handle(""), [AT_ONCE])
        self.go("handler", handle("The account was blocked at once."), "execution")
        assert not self.complaint.backfilled_at
        # The record is completed before the work goes on: all of it is asked for, from the receipt.
        self.pass_gates("handler", lambda complaint: complaint.action_next_step(), "feedback", start="new")
        assert self.complaint.emergency_handled_at == handled_at
        assert self.complaint.backfilled_at > handled_at
        self.work()

    def reopen(self):
        self.refused("manager", lambda complaint: complaint.move_to("investigation"), [REOPEN])
        closed = self.complaint.closed_at
        assert closed
        self.go("manager", lambda complaint: complaint.action_reopen("Not content."), "investigation")
        assert not self.complaint.closed_at
        self.work()
        assert self.complaint.closed_at >= closed

    def reject(self):
        self.receive()
        self.refused("handler", lambda complaint: complaint.move_to("rejected"), [REJECT])
        self.go("handler", lambda complaint: complaint.action_reject("Another bank was meant."), "rejected")

    def cancel(self):
        self.refused("clerk", lambda complaint: complaint.move_to("cancelled"), [CANCEL])
        self.go("clerk", lambda complaint: complaint.action_cancel("Entered twice."), "cancelled")
