"""What several test files of the area need: bare complaints, and reading what is missing."""

import itertools
import random

from lxml import html

from odoo.addons.complaint_management.tests.common import ComplaintCommon
from odoo.addons.complaint_management.tools.process import STEPS

#: Values of a complaint that fulfils nothing, and those that fulfil each requirement, in the gate's order.
BARE = {
    "name": "Bare complaint",
    "partner_id": False,
    "description": False,
    "channel_id": False,
    "received_by_id": False,
    "nature": False,
    "category_id": False,
    "severity": False,
    "team_id": False,
    "user_id": False,
}
WHO = "Say who complains: choose a customer or enter a name."
REACH = "Enter a phone number or an e-mail address of the complainant."
CHANNEL = "Choose the channel it came in by."
WHAT = "Write down what happened."
RECEIVER = "Enter who received the complaint."
READ_BACK = "Read the record back to the complainant and press Read Back."
NATURE = "Choose the nature: complaint, inquiry, praise …"
CATEGORY = "Choose the category."
SEVERITY = "Choose the severity."
TEAM = "Choose the team that handles it."
RESPONSIBLE = "Name the person responsible."
OUTCOME = "Write down the result that was told to the complainant."
GATE_OF = {
    WHO: "new",
    REACH: "new",
    CHANNEL: "new",
    WHAT: "new",
    RECEIVER: "new",
    READ_BACK: "new",
    NATURE: "triage",
    CATEGORY: "triage",
    SEVERITY: "triage",
    TEAM: "dispatch",
    RESPONSIBLE: "dispatch",
    OUTCOME: "feedback",
}


class CaseCommon(ComplaintCommon):
    """Adds to the users and teams of all tests what the tests of the process need."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Stage = cls.env["complaint.stage"]
        #: requirement: what takes it away, what fulfils it again
        cls.parts = {
            WHO: ({"partner_name": False}, {"partner_name": "Li Si"}),
            REACH: ({"partner_phone": False, "partner_email": False}, {"partner_phone": "010-62345678"}),
            CHANNEL: ({"channel_id": False}, {"channel_id": cls.channel.id}),
            WHAT: ({"description": " \n"}, {"description": "The bill is wrong."}),
            RECEIVER: ({"received_by_id": False}, {"received_by_id": cls.handler.id}),
            NATURE: ({"nature": False}, {"nature": "inquiry"}),
            CATEGORY: ({"category_id": False}, {"category_id": cls.category.id}),
            SEVERITY: ({"severity": False}, {"severity": "normal"}),
            TEAM: ({"team_id": False}, {"team_id": cls.centre.id}),
            RESPONSIBLE: ({"user_id": False}, {"user_id": cls.handler.id}),
            OUTCOME: ({"outcome": "  "}, {"outcome": "The bill was corrected."}),
        }

    @classmethod
    def new_bare(cls, user=None, **vals):
        """Create a complaint that fulfils no requirement at all, as a user (manager by default)."""
        return cls.Complaint.with_user(user or cls.manager).create({**BARE, **vals})

    @classmethod
    def new_whole(cls, step="new", user=None, **vals):
        """Create a complaint that has all it needs up to the end, in a step. Its person is no contact."""
        values = {}
        for _taken, given in cls.parts.values():
            values.update(given)
        # A category brings defaults of its own, which are not meant here.
        values.update({"name": "The bill is wrong", **vals})
        complaint = cls.Complaint.with_user(user or cls.handler).create(values)
        if step != "new":
            complaint.move_to(step)
        return complaint

    @classmethod
    def stage(cls, step):
        """Return the first shared stage of a step."""
        return cls.Stage.browse(cls.Stage._first_of_step(step, False))

    @staticmethod
    def shown(missing):
        """Return the lines of the list that the form shows."""
        return [item.text_content() for item in html.fromstring(missing).iter("li")] if missing else []

    @staticmethod
    def refused(error):
        """Return what a refusal lists: lines by the first words of its block."""
        blocks = {}
        for block in str(error).split("\n\n"):
            head, *lines = block.split("\n")
            blocks[head] = [line.removeprefix("- ") for line in lines]
        return blocks

    def assertRefused(self, lines, move, *args):
        """Check that a move of one complaint is refused with exactly these lines, and nothing else."""
        from odoo.exceptions import UserError

        with self.assertRaises(UserError) as caught:
            move(*args)
        blocks = self.refused(caught.exception)
        self.assertEqual(list(blocks.values()), [list(lines)], str(caught.exception))

    @staticmethod
    def gates_before(step):
        """Return the steps that lie before one, whose gates a complaint passes on its way there."""
        return STEPS[: STEPS.index(step)]


class GateOrders:
    """Tries in which order what a gate lacks is supplied. The class names ``every`` message in order."""

    every = ()

    def assertMissing(self, complaint, step, messages):
        """Check what the form lists, and that a move is refused with exactly these lines."""
        complaint.invalidate_recordset()
        self.assertEqual(self.shown(complaint.missing), messages)
        if messages:
            self.assertRefused(messages, complaint.move_to, step)

    def _in_any_order(self, build, next_step, repairs):
        """Supply what is missing in many orders; after each supply exactly the rest is missing.

        :param build: makes a complaint that lacks everything
        :param dict repairs: name to (messages that it takes away, callable that supplies it)
        """
        orders = list(itertools.permutations(repairs))
        # Seeded, so that a failure can be seen again.
        for order in random.Random(4).sample(orders, min(len(orders), 12)):
            with self.subTest(order=order), self.env.cr.savepoint() as savepoint:
                complaint = build()
                missing = [message for message in self.every if self._concerns(message, repairs)]
                for name in order:
                    self.assertMissing(complaint, next_step, missing)
                    taken, supply = repairs[name]
                    supply(complaint)
                    missing = [message for message in missing if message not in taken]
                self.assertMissing(complaint, next_step, [])
                complaint.move_to(next_step)
                self.assertEqual(complaint.step, next_step)
                savepoint.rollback()
            self.env.invalidate_all()

    @staticmethod
    def _concerns(message, repairs):
        return any(message in taken for taken, _supply in repairs.values())
