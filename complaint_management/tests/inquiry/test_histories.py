"""Hand-overs and sheets walked through in frozen time: who answers and which clock runs after each event."""

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.tests.inquiry.common import InquiryCommon

#: What happens to a sheet for the workshop, which has three working days, and how things stand then.
#:
#: The foreman heads the workshop, the director the works above it, the usher the front office. The handler is
#: responsible for the complaint. March 2026: Monday the 2nd, working hours 08:00 to 12:00 and 13:00 to 17:00.
#:
#: waits for: who has to act, that is who has the open activity; clock: the limit of the sheet's latest round
SHEETS = """
answered in time
  02 09:00 | handler  | send                | sent      | foreman  | running until 05 17:00
  02 10:00 | foreman  | accept              | accepted  | foreman  | running until 05 17:00
  05 16:59 | foreman  | sign                | signed    | handler  | met
  06 09:00 | handler  | confirm             | confirmed | -        | met

answered late
  02 09:00 | handler  | send                | sent      | foreman  | running until 05 17:00
  04 17:00 | -        | cron                | sent      | foreman  | running until 05 17:00
  05 17:01 | -        | cron                | sent      | foreman  | breached
  06 08:30 | foreman  | sign                | signed    | handler  | late
  06 09:00 | handler  | confirm             | confirmed | -        | late

the clock starts at sending, not when somebody accepts
  02 09:00 | handler  | send                | sent      | foreman  | running until 05 17:00
  05 11:00 | foreman  | accept              | accepted  | foreman  | running until 05 17:00

returned and sent again: nobody gains time
  02 09:00 | handler  | send                | sent      | foreman  | running until 05 17:00
  03 10:00 | foreman  | return              | returned  | handler  | running until 05 17:00
  04 10:00 | handler  | again               | sent      | foreman  | running until 05 17:00
  05 17:01 | -        | cron                | sent      | foreman  | breached

returned up to the ceiling and ruled
  02 09:00 | handler  | send                | sent      | foreman  | running until 05 17:00
  02 10:00 | foreman  | return              | returned  | handler  | running until 05 17:00
  02 11:00 | handler  | again               | sent      | foreman  | running until 05 17:00
  02 14:00 | foreman  | return              | returned  | handler  | running until 05 17:00
  03 09:00 | handler  | again               | sent      | foreman  | running until 05 17:00
  03 10:00 | foreman  | return refused      | sent      | foreman  | running until 05 17:00
  03 11:00 | foreman  | sign                | signed    | handler  | met

returned while nobody decides: the limit passes all the same
  02 09:00 | handler  | send                | sent      | foreman  | running until 05 17:00
  05 16:00 | foreman  | return              | returned  | handler  | running until 05 17:00
  05 17:01 | -        | cron                | returned  | handler  | breached

returned and sent to another department, which gets the whole limit
  02 09:00 | handler  | send                | sent      | foreman  | running until 05 17:00
  03 10:00 | foreman  | return              | returned  | handler  | running until 05 17:00
  04 10:00 | handler  | again to office     | sent      | usher    | running until 09 17:00
  04 11:00 | usher    | return              | returned  | handler  | running until 09 17:00
  04 14:00 | handler  | again to office     | sent      | usher    | running until 09 17:00
  04 15:00 | usher    | return refused      | sent      | usher    | running until 09 17:00
  09 10:00 | usher    | sign                | signed    | handler  | met

sent back: a new round with a limit of its own
  02 09:00 | handler  | send                | sent      | foreman  | running until 05 17:00
  03 10:00 | foreman  | sign                | signed    | handler  | met
  04 10:00 | handler  | back                | accepted  | foreman  | running until 09 17:00
  09 17:30 | foreman  | sign                | signed    | handler  | late

withdrawn
  02 09:00 | handler  | send                | sent      | foreman  | running until 05 17:00
  03 10:00 | handler  | withdraw            | withdrawn | -        | cancelled

the centre writes down what it heard by phone, the head signs
  02 09:00 | handler  | send                | sent      | foreman  | running until 05 17:00
  03 10:00 | handler  | answer              | answered  | foreman  | running until 05 17:00
  04 10:00 | foreman  | sign                | signed    | handler  | met

the head changes
  02 09:00 | handler  | send                | sent      | foreman  | running until 05 17:00
  03 10:00 | -        | new head            | sent      | deputy   | running until 05 17:00
  03 11:00 | foreman  | accept refused      | sent      | deputy   | running until 05 17:00
  03 12:00 | deputy   | sign                | signed    | handler  | met

the head leaves: the department above answers
  02 09:00 | handler  | send                | sent      | foreman  | running until 05 17:00
  03 10:00 | -        | head archived       | sent      | director | running until 05 17:00
  04 10:00 | director | sign                | signed    | handler  | met

the head turns out to be the employee concerned
  02 09:00 | handler  | send                | sent      | foreman  | running until 05 17:00
  02 10:00 | foreman  | accept              | accepted  | foreman  | running until 05 17:00
  03 10:00 | manager  | foreman concerned   | accepted  | director | running until 05 17:00
  03 11:00 | foreman  | sign refused        | accepted  | director | running until 05 17:00
  04 10:00 | director | sign                | signed    | handler  | met

nobody is left to answer: the centre has it in hand
  02 09:00 | handler  | send                | sent      | foreman  | running until 05 17:00
  03 10:00 | -        | head archived       | sent      | director | running until 05 17:00
  03 11:00 | -        | director archived   | sent      | handler  | running until 05 17:00
  05 17:01 | -        | cron                | sent      | handler  | breached

somebody else becomes responsible for the complaint
  02 09:00 | handler  | send                | sent      | foreman  | running until 05 17:00
  03 10:00 | foreman  | sign                | signed    | handler  | met
  03 11:00 | manager  | assign colleague    | signed    | colleague | met
  03 12:00 | colleague | confirm            | confirmed | -        | met
"""

#: What happens to the responsibility for a complaint of the handler that the first contact received.
#:
#: holder: who answers for it; offered: to whom it is offered; the limits of the complaint never start anew
HANDOVERS = """
accepted
  02 09:00 | handler   | hand to colleague   | handler   | colleague
  02 10:00 | colleague | accept              | colleague | -

returned
  02 09:00 | handler   | hand to colleague   | handler   | colleague
  02 10:00 | colleague | return              | handler   | -

withdrawn
  02 09:00 | handler   | hand to colleague   | handler   | colleague
  02 10:00 | handler   | withdraw            | handler   | -

nobody accepts: the former holder answers for it
  02 09:00 | handler   | hand to other team  | handler   | Other team
  06 09:00 | -         | cron                | handler   | Other team

another team
  02 09:00 | handler   | hand to other team  | handler   | Other team
  03 10:00 | stranger  | accept              | stranger  | -

a chain that goes round is stopped
  02 09:00 | handler   | hand to colleague   | handler   | colleague
  02 10:00 | colleague | accept              | colleague | -
  02 11:00 | colleague | hand to stranger    | colleague | stranger
  02 12:00 | stranger  | accept              | stranger  | -
  02 13:00 | stranger  | hand to handler refused | stranger | -
  02 14:00 | manager   | assign handler      | handler   | -

back with its result
  02 09:00 | handler   | hand to other team  | handler   | Other team
  03 10:00 | stranger  | accept              | stranger  | -
  04 10:00 | stranger  | hand back           | stranger  | handler
  04 11:00 | handler   | accept              | handler   | -
"""

REASON = "It is not ours."


def parse(table):
    """Yield (title, rows) of a table of histories; a row is the list of its cells."""
    for block in table.strip().split("\n\n"):
        title, *lines = block.split("\n")
        yield title, [[cell.strip() for cell in line.split("|")] for line in lines]


@tagged("post_install", "-at_install")
class TestHistories(InquiryCommon):
    def test_sheets(self):
        """DI-2, DESIGN 4.4: after each event of a sheet's life, who has to act and which clock runs."""
        for title, rows in parse(SHEETS):
            with self.subTest(title):
                self._roll_back(self._walk_sheet, rows)

    def test_two_departments_one_late(self):
        """DI-2: each sheet has a clock of its own, and the complaint waits for both."""
        with self.mock_datetime_and_now(self.local("2026-03-02 09:00")):
            case = self.new_case()
            works, office = self.new_sheet(case), self.new_sheet(case, self.office)
            case.move_to("investigation")
        with self.mock_datetime_and_now(self.local("2026-03-04 10:00")):
            self.answer(office, self.usher)
            office.action_confirm()
        self.run_cron("2026-03-05 17:01")
        self.assertEqual((office.deadline_state, works.deadline_state), ("met", "breached"))
        self.assertFalse(self.clock(case, "investigate").reached_at)
        self.assertIn("Wait until the departments", case.missing)
        self.assertNotIn("Confirm the departments", case.missing)

    def test_handovers(self):
        """IN-5, DI-7: after each event, who answers for the complaint; the first receiver is kept."""
        for title, rows in parse(HANDOVERS):
            with self.subTest(title):
                self._roll_back(self._walk_handover, rows)

    def _roll_back(self, walk, rows):
        """Walk one history and forget it, so that the next begins with the same people."""
        with self.env.cr.savepoint() as savepoint:
            walk(rows)
            self.env.flush_all()
            savepoint.rollback()
        self.env.invalidate_all()
        self.env.registry.clear_cache()

    def _person(self, login):
        return getattr(self, login)

    # sheets

    def _walk_sheet(self, rows):
        moment = self.local(f"2026-03-{rows[0][0]}")
        with self.mock_datetime_and_now(moment):
            case = self.new_case(user=self.first_contact)
            case.sudo().user_id = self.handler
            sheet = self.new_sheet(case, send=False)
        for when, who, action, state, waits_for, clock in rows:
            text = f"{when} {who} {action}"
            if action == "cron":
                self.run_cron(f"2026-03-{when}")
            else:
                with self.mock_datetime_and_now(self.local(f"2026-03-{when}")):
                    self._do(sheet, who, action)
            self.env.flush_all()
            self.env.invalidate_all()
            self.assertEqual(sheet.state, state, text)
            self.assertEqual(self._waiting(sheet), waits_for, text)
            self.assertEqual(self._clock(sheet), clock, text)

    def _do(self, sheet, who, action):
        refused = action.endswith(" refused")
        action = action.removesuffix(" refused")
        user = self._person(who) if who != "-" else self.env.user
        theirs = sheet.with_user(user)
        calls = {
            "send": theirs.action_send,
            "accept": theirs.action_accept,
            "return": lambda: theirs.action_return(REASON),
            "again": lambda: theirs.action_send_again("It is yours."),
            "again to office": lambda: theirs.action_send_again("They say it is yours.", self.office),
            "answer": lambda: (theirs.write({"findings": "Heard by phone."}), theirs.action_answer()),
            "sign": lambda: (
                theirs.findings or theirs.write({"findings": "The valve was stuck."}),
                theirs.action_sign(),
            ),
            "confirm": theirs.action_confirm,
            "back": lambda: theirs.action_send_back("The date is missing."),
            "withdraw": lambda: theirs.action_withdraw("The customer found the fault."),
            "new head": lambda: self.workshop.write({"manager_id": self.employee_of[self.deputy].id}),
            "head archived": lambda: self.employee_of[self.foreman].action_archive(),
            "director archived": lambda: self.director.action_archive(),
            "foreman concerned": lambda: theirs.complaint_id.write(
                {"employee_ids": self.employee_of[self.foreman].ids}
            ),
            "assign colleague": lambda: theirs.complaint_id.write({"user_id": self.colleague.id}),
        }
        self._call(calls[action], refused)

    def _call(self, call, refused):
        if not refused:
            call()
            return
        with (
            mute_logger("odoo.addons.base.models.ir_rule"),
            self.assertRaises(UserError),
            self.env.cr.savepoint(),
        ):
            call()

    def _waiting(self, sheet):
        """Return the logins of those who have an open activity on the sheet."""
        kinds = self.env.ref("complaint_management.mail_activity_type_sheet_answer") | self.env.ref(
            "complaint_management.mail_activity_type_sheet_check"
        )
        activities = self.env["mail.activity"].search(
            [
                ("res_model", "=", sheet._name),
                ("res_id", "=", sheet.id),
                ("activity_type_id", "in", kinds.ids),
            ]
        )
        return " ".join(activities.user_id.mapped("login")) or "-"

    def _clock(self, sheet):
        clock = sheet.sudo().deadline_ids.sorted("round")[-1:]
        if clock.state != "running":
            return clock.state
        local = clock.due.replace(tzinfo=None)
        text = next(
            moment
            for moment in (f"2026-03-{day:02} 17:00" for day in range(2, 32))
            if self.local(moment) == local
        )
        return f"running until {text[8:]}"

    # hand-overs

    def _walk_handover(self, rows):
        with self.mock_datetime_and_now(self.local(f"2026-03-{rows[0][0]}")):
            case = self.new_complaint(user=self.first_contact, nature="complaint", founded="founded")
            case.sudo().user_id = self.handler
            clocks = {clock.milestone: clock.due for clock in case.sudo().deadline_ids}
        for when, who, action, holder, offered in rows:
            text = f"{when} {who} {action}"
            if action == "cron":
                self.run_cron(f"2026-03-{when}")
            else:
                with self.mock_datetime_and_now(self.local(f"2026-03-{when}")):
                    self._hand(case, who, action)
            self.env.flush_all()
            self.env.invalidate_all()
            pending = case.sudo()._get_pending_handover()
            self.assertEqual(case.sudo().user_id.login, holder, text)
            self.assertEqual(pending.to_user_id.login or pending.to_team_id.name or "-", offered, text)
            self.assertEqual(case.sudo().received_by_id, self.first_contact, text)
            self.assertEqual({clock.milestone: clock.due for clock in case.sudo().deadline_ids}, clocks, text)

    def _hand(self, case, who, action):
        refused = action.endswith(" refused")
        action = action.removesuffix(" refused")
        theirs = case.with_user(self._person(who))
        pending = theirs._get_pending_handover()
        calls = {
            "accept": lambda: pending.action_accept(),
            "return": lambda: pending.action_return(REASON),
            "withdraw": lambda: pending.action_withdraw(),
            "hand to other team": lambda: theirs._hand_over("team", REASON, team=self.other_team),
            "hand back": lambda: theirs._hand_over("back", "Decided.", result="Repair it free of charge."),
        }
        if action.startswith("assign "):
            calls[action] = lambda: theirs.write({"user_id": self._person(action.split()[-1]).id})
        elif action not in calls:
            user = self._person(action.split()[-1])
            calls[action] = lambda: theirs._hand_over("person", REASON, user=user)
        self._call(calls[action], refused)
