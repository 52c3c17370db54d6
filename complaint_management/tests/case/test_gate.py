import random

from odoo import models
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from odoo.addons.complaint_management.tests.case.common import (
    CATEGORY,
    CHANNEL,
    GATE_OF,
    OUTCOME,
    READ_BACK,
    RECEIVER,
    RESPONSIBLE,
    SEVERITY,
    TEAM,
    WHAT,
    WHO,
    CaseCommon,
)
from odoo.addons.complaint_management.tools.process import STEPS, Requirement

#: What closing a complaint that has nothing asks for; without a channel nothing has to be read back.
ALL = [line for line in GATE_OF if line != READ_BACK]


@tagged("post_install", "-at_install")
class TestGate(CaseCommon):
    """What is missing for a move is refused in one message, whatever way the move takes."""

    # what is asked for

    def test_each_requirement_alone(self):
        """IN-2, TR-1: one thing missing, one line."""
        for line, (taken, _given) in self.parts.items():
            gate = GATE_OF[line]
            complaint = self.new_whole()
            complaint.move_to(gate)
            if "received_by_id" in taken:
                complaint = self.new_whole(received_by_id=False)
            else:
                complaint.write(taken)
            following = STEPS[STEPS.index(gate) + 1]
            with self.subTest(line=line):
                self.assertRefused([line], complaint.move_to, following)
                self.assertRefused([line], complaint.move_to, "closed")
                self.assertEqual(complaint.step, gate)
                self.assertEqual(self.shown(complaint.missing), [line])

    def test_each_way_to_supply_it(self):
        """IN-2: where one of two things will do, either does."""
        for vals in (
            {"partner_name": False, "partner_id": self.customer.id},
            {"partner_phone": False, "partner_email": "li.si@example.com"},
            {"partner_phone": "010-62345678", "partner_email": False},
        ):
            with self.subTest(vals=vals):
                complaint = self.new_whole(**vals)
                complaint.move_to("triage")
                self.assertEqual(complaint.step, "triage")

    def test_read_back(self):
        """IN-4: what was said is read back before it goes on; who did it and when is kept."""
        complaint = self.new_whole(channel_id=self.oral_channel.id)
        self.assertTrue(complaint.must_read_back)
        self.assertRefused([READ_BACK], complaint.move_to, "triage")
        complaint.action_read_back()
        self.assertEqual(complaint.read_back_by_id, self.handler)
        self.assertFalse(complaint.must_read_back)
        complaint.move_to("triage")
        self.assertEqual(complaint.step, "triage")

    def test_anonymous_channel(self):
        """IN-1: a comment book gives no name; all else is asked for."""
        book = self.env["complaint.channel"].create({"name": "Test book", "anonymous": True})
        complaint = self.new_whole(
            partner_name=False, partner_phone=False, description=False, channel_id=book.id
        )
        self.assertRefused([WHAT], complaint.move_to, "triage")

    def test_everything_missing(self):
        """TR-1, CL-1: all of it in one message, in the order of the process."""
        complaint = self.new_bare()
        self.assertRefused(ALL, complaint.move_to, "closed")
        for step in STEPS[1:]:
            with self.subTest(step=step):
                gates = self.gates_before(step)
                self.assertRefused([line for line in ALL if GATE_OF[line] in gates], complaint.move_to, step)
        complaint.channel_id = self.oral_channel
        lines = [line for line in GATE_OF if line != CHANNEL]
        self.assertRefused(lines, complaint.move_to, "closed")
        self.assertEqual(complaint.step, "new")

    def test_message_names_complaint_and_stage(self):
        complaint = self.new_whole(description=False)
        with self.assertRaises(UserError) as caught:
            complaint.move_to("triage")
        self.assertEqual(
            str(caught.exception),
            f"{complaint.number} The bill is wrong cannot move to “Triage” yet:\n- {WHAT}",
        )

    def test_several_complaints_in_one_write(self):
        """One message for the whole selection names each complaint that cannot go, and none goes."""
        fit = self.new_whole()
        one = self.new_whole(name="One", description=False)
        two = self.new_whole(name="Two", partner_name=False, nature=False)
        batch = fit | one | two
        for way, move in (
            ("write", lambda: batch.write({"stage_id": self.stage("dispatch").id})),
            ("move_to", lambda: batch.move_to("dispatch")),
            ("next", batch.action_next_step),
        ):
            with self.subTest(way=way):
                with self.assertRaises(UserError) as caught:
                    move()
                blocks = self.refused(caught.exception)
                self.assertEqual(len(blocks), 2)
                self.assertEqual([head.split()[0] for head in blocks], [one.number, two.number])
                wanted = [WHO] if way == "next" else [WHO, "Choose the nature: complaint, inquiry, praise …"]
                self.assertEqual(list(blocks.values()), [[WHAT], wanted])
                self.assertEqual(batch.mapped("step"), ["new"] * 3)

    def test_several_complaints_of_teams_with_own_stages(self):
        """One message also where the complaints go to different stages of the step."""
        self.Stage.create({"name": "Elsewhere", "step": "triage", "team_ids": self.other_team.ids})
        one = self.new_whole(name="One", description=False)
        two = self.new_whole(name="Two", partner_name=False, team_id=self.other_team.id)
        with self.assertRaises(UserError) as caught:
            (one | two).with_user(self.manager).move_to("triage")
        blocks = self.refused(caught.exception)
        self.assertEqual(list(blocks.values()), [[WHAT], [WHO]])
        self.assertIn("“Triage”", list(blocks)[0])
        self.assertIn("“Elsewhere”", list(blocks)[1])

    def test_ended_complaint_among_several(self):
        """An ended complaint in the selection is named too."""
        ended = self.new_whole("closed", name="Ended")
        one = self.new_whole(name="One", end_reason=False)
        with self.assertRaises(UserError) as caught:
            (ended | one).write({"stage_id": self.stage("rejected").id})
        message = str(caught.exception)
        self.assertIn(ended.number, message)
        self.assertIn("- It has ended. Reopen it first.", message)
        self.assertIn(one.number, message)
        self.assertIn("Give the reason for rejecting it.", message)

    # the list on the form

    def test_form_lists_what_the_refusal_lists(self):
        """TR-1: before anything is pressed, the form shows what the move will ask for."""
        for step in STEPS[:-1]:
            complaint = self.new_whole(step)
            # Who received it cannot be taken away again.
            lines = [line for line in ALL if GATE_OF[line] == step and line != RECEIVER]
            for line in lines:
                complaint.write(self.parts[line][0])
            with self.subTest(step=step):
                form = Form(complaint)
                self.assertEqual(self.shown(form.missing), lines)
                self.assertEqual(form.next_step, STEPS[STEPS.index(step) + 1])
                read = complaint.web_read({"missing": {}, "next_step": {}})[0]
                self.assertEqual(self.shown(read["missing"]), lines)
                if lines:
                    self.assertRefused(lines, complaint.action_next_step)
                else:
                    complaint.action_next_step()
                    self.assertEqual(complaint.step, form.next_step)

    def test_form_of_an_ended_complaint(self):
        complaint = self.new_whole("closed")
        form = Form(complaint)
        self.assertFalse(form.missing)
        self.assertFalse(form.next_step)

    def test_supplying_in_any_order(self):
        """TR-1: the list on the form shrinks with each thing typed, in any order; then the gate opens."""
        rng = random.Random(20240229)
        for turn in range(6):
            complaint = self.new_bare(team_id=self.centre.id, received_by_id=self.handler.id)
            missing = [line for line in ALL if GATE_OF[line] == "new" and line != RECEIVER]
            order = rng.sample(missing, len(missing))
            form = Form(complaint)
            for line in order:
                with self.subTest(turn=turn, order=order, line=line):
                    self.assertEqual(self.shown(form.missing), missing)
                    ((fname, value),) = self.parts[line][1].items()
                    form[fname] = self.channel if fname == "channel_id" else value
                    missing.remove(line)
            self.assertEqual(self.shown(form.missing), [])
            form.save()
            complaint.action_next_step()
            self.assertEqual(complaint.step, "triage")

    def test_form_follows_each_field(self):
        """TR-1: each later requirement leaves the list on the form as soon as it is met there."""
        for line, (taken, given) in self.parts.items():
            gate = GATE_OF[line]
            if gate == "new":
                continue
            complaint = self.new_whole(gate)
            complaint.write(taken)
            ((fname, value),) = given.items()
            form = Form(complaint)
            with self.subTest(line=line):
                self.assertEqual(self.shown(form.missing), [line])
                field = complaint._fields[fname]
                form[fname] = self.env[field.comodel_name].browse(value) if field.relational else value
                self.assertEqual(self.shown(form.missing), [])

    def test_supplying_in_any_order_by_api(self):
        """All the way to the end: each write takes exactly its lines off the refusal."""
        rng = random.Random(7)
        for turn in range(10):
            complaint = self.new_bare()
            missing = list(ALL)
            for line in rng.sample(ALL, len(ALL)):
                if line not in missing:
                    continue
                self.assertRefused(missing, complaint.move_to, "closed")
                complaint.write(self.parts[line][1])
                missing.remove(line)
                # A category brings its severity and a team, a customer's taker receives it.
                if line == CHANNEL:
                    self.assertNotIn(CHANNEL, self.shown(complaint.missing))
                missing = [left for left in missing if not self._brought_along(complaint, left)]
            with self.subTest(turn=turn):
                complaint.move_to("closed")
                self.assertEqual(complaint.step, "closed")

    def _brought_along(self, complaint, line):
        return (
            (line == SEVERITY and complaint.severity)
            or (line == TEAM and complaint.team_id)
            or (line == RECEIVER and complaint.received_by_id)
        )

    def test_form_of_a_new_complaint(self):
        """The list follows the typing already before the first save."""
        form = Form(self.Complaint.with_user(self.handler))
        self.assertEqual(form.next_step, "triage")
        self.assertIn(WHO, self.shown(form.missing))
        form.partner_id = self.customer
        form.channel_id = self.channel
        form.name = "Short"
        self.assertEqual(self.shown(form.missing), [WHAT])

    # every way of moving

    def _ways(self):
        """Return the ways that move a complaint to a stage."""
        return {
            "button": lambda complaint, stage: complaint.action_next_step(),
            "move_to": lambda complaint, stage: complaint.move_to(stage.step),
            "write": lambda complaint, stage: complaint.write({"stage_id": stage.id}),
            "assignment": lambda complaint, stage: setattr(complaint, "stage_id", stage),
            "board": lambda complaint, stage: complaint.web_save({"stage_id": stage.id}, {"stage_id": {}}),
            "list": lambda complaint, stage: complaint.web_save_multi(
                [{"stage_id": stage.id}], {"stage_id": {}}
            ),
            "import": lambda complaint, stage: self._import(complaint, stage),
            "related": lambda complaint, stage: self._through_relation(complaint, stage),
        }

    def _import(self, complaint, stage):
        self.env.cr.flush()
        complaint._export_rows([["id"]])
        result = complaint.load(
            ["id", "stage_id/.id"], [[complaint._export_rows([["id"]])[0][0], str(stage.id)]]
        )
        if result["messages"]:
            raise UserError(result["messages"][0]["message"])

    def _through_relation(self, complaint, stage):
        other = self.new_whole(name="Other")
        other.write({"related_ids": [(4, complaint.id, 0)]})
        other.write({"related_ids": [(1, complaint.id, {"stage_id": stage.id})]})

    def test_every_way_obeys(self):
        """DESIGN 4.2: buttons, board, list, import and calls from outside meet the same gate."""
        for way, move in self._ways().items():
            complaint = self.new_whole(description=False)
            with self.subTest(way=way):
                with self.assertRaises(UserError) as caught:
                    move(complaint, self.stage("triage"))
                self.assertIn(WHAT, str(caught.exception))
                self.assertEqual(complaint.step, "new")
                complaint.description = "The bill is wrong."
                move(complaint, self.stage("triage"))
                self.assertEqual(complaint.step, "triage")

    def test_creation_in_a_later_stage(self):
        """Import and calls from outside that create a complaint further on show what the way asks for."""
        Complaint = self.Complaint.with_user(self.handler)
        whole = {}
        for _taken, given in self.parts.values():
            whole.update(given)
        whole.update(name="Imported", stage_id=self.stage("execution").id)
        self.assertRefused(
            [WHAT, SEVERITY], Complaint.create, {**whole, "description": False, "severity": False}
        )
        self.assertRefused(
            [WHAT],
            Complaint.with_context(default_stage_id=self.stage("triage").id).create,
            {"name": "From the board", "partner_id": self.customer.id, "channel_id": self.channel.id},
        )
        count = Complaint.search_count([])
        with self.assertRaises(UserError) as caught:
            Complaint.create([whole, {**whole, "description": False}, {**whole, "nature": False}])
        self.assertEqual(len(self.refused(caught.exception)), 2)
        self.assertEqual(Complaint.search_count([]), count)
        complaint = Complaint.create(whole)
        self.assertEqual(complaint.step, "execution")
        self.assertFalse(complaint.closed_at)

    def test_copy(self):
        """A copy starts at receipt, with a number of its own, whoever answered for the first."""
        complaint = self.new_whole("closed")
        complaint.category_id = False
        copy = complaint.with_user(self.colleague).copy()
        self.assertEqual(copy.step, "new")
        self.assertEqual(copy.name, "The bill is wrong (copy)")
        self.assertNotEqual(copy.number, complaint.number)
        self.assertFalse(copy.closed_at or copy.outcome)
        self.assertEqual(copy.user_id | copy.received_by_id, self.colleague)
        self.assertRefused(
            [CATEGORY, OUTCOME],
            complaint.copy,
            {"stage_id": self.stage("closed").id},
        )

    def test_nothing_half_written(self):
        """A refused move keeps nothing of the same write, neither values nor moments nor notes."""
        complaint = self.new_whole(description=False)
        self.flush_tracking()
        self.env.invalidate_all()
        before = complaint.read()[0]
        messages = complaint.message_ids
        with self.assertRaises(UserError):
            complaint.write(
                {
                    "stage_id": self.stage("closed").id,
                    "name": "Changed",
                    "outcome": "Told",
                    "user_id": self.colleague.id,
                    "tag_ids": [(0, 0, {"name": "Half-written"})],
                }
            )
        self.flush_tracking()
        self.env.invalidate_all()
        self.assertEqual(complaint.read()[0], before)
        self.assertEqual(complaint.message_ids, messages)
        self.assertFalse(self.env["complaint.tag"].search([("name", "=", "Half-written")]))

    def test_no_way_round(self):
        """Neither the step nor what moves keep is written from outside, and no stage is taken away."""
        complaint = self.new_whole(description=False)
        for vals in (
            {"step": "follow_up"},
            {"closed_at": "2024-01-01 00:00:00"},
            {"reopen_count": 0},
            {"backfilled_at": "2024-01-01 00:00:00"},
            {"stage_id": False},
            {"stage_id": False, "description": "x"},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                complaint.write(vals)
        for vals in ({"step": "closed"}, {"stage_id": False}, {"closed_at": "2024-01-01 00:00:00"}):
            with self.subTest(created=vals):
                created = self.Complaint.with_user(self.handler).create({"name": "From outside", **vals})
                self.assertEqual(created.stage_id, self.stage("new"))
                self.assertEqual(created.step, "new")
                self.assertFalse(created.closed_at)
                found = self.Complaint.search([("step", "=", "new"), ("id", "=", created.id)])
                self.assertEqual(found, created)

    def test_ended_elsewhere(self):
        """A case that is taken over as ended keeps the moment of its end, or gets that of the take-over."""
        values = {"stage_id": self.stage("closed").id, "received_at": "2024-01-01 00:00:00"}
        complaint = self.new_whole(**values, closed_at="2024-01-09 00:00:00")
        self.assertEqual(str(complaint.closed_at), "2024-01-09 00:00:00")
        with self.mock_datetime_and_now("2024-03-05 10:00:00"):
            complaint = self.new_whole(**values)
        self.assertEqual(str(complaint.closed_at), "2024-03-05 10:00:00")

    def test_supplied_in_the_same_write(self):
        """What a write brings along counts for its move."""
        complaint = self.new_whole(description=False)
        complaint.write({"stage_id": self.stage("triage").id, "description": "Now it is written."})
        self.assertEqual(complaint.step, "triage")

    def test_taken_and_moved_in_the_same_write(self):
        """IN-5: who takes a mailed complaint is its first receiver, also in the write that moves it on."""
        complaint = self.new_whole(received_by_id=False, user_id=False)
        complaint.with_user(self.colleague).write(
            {"stage_id": self.stage("triage").id, "user_id": self.colleague.id}
        )
        self.assertEqual(complaint.step, "triage")
        self.assertEqual(complaint.received_by_id, self.colleague)

    # skipping, back, sideways

    def test_skipping(self):
        """IN-6: a step is skipped only where its requirements are met anyway."""
        complaint = self.new_whole(user_id=False)
        complaint.move_to("dispatch")
        self.assertRefused([RESPONSIBLE], complaint.move_to, "execution")
        complaint.user_id = self.handler
        complaint.move_to("execution")
        self.assertEqual(complaint.step, "execution")

    def test_backwards_is_free(self):
        """Back to any step, even where the record lost what it had."""
        complaint = self.new_whole("follow_up")
        complaint.write({"description": False, "category_id": False, "outcome": False})
        for step in ("feedback", "execution", "investigation", "new"):
            complaint.move_to(step)
            self.assertEqual(complaint.step, step)
        self.assertRefused([WHAT], complaint.move_to, "triage")

    def test_several_stages_of_a_step(self):
        """Between stages of one step nothing is asked for; `move_to` enters by the first one."""
        second, first = self.Stage.create(
            [
                {"name": "Waiting", "step": "investigation", "sequence": 41},
                {"name": "Sorting", "step": "investigation", "sequence": 39},
            ]
        )
        complaint = self.new_whole("investigation")
        self.assertEqual(complaint.stage_id, first)
        complaint.description = False
        complaint.stage_id = second
        self.assertEqual(complaint.stage_id, second)
        # Already in the step: `move_to` does not throw it back.
        complaint.move_to("investigation")
        self.assertEqual(complaint.stage_id, second)

    def test_stage_of_a_team(self):
        """A team's own stage comes first for it, and no other team's complaint enters it."""
        own = self.Stage.create(
            {"name": "At the workshop", "step": "execution", "sequence": 99, "team_ids": self.other_team.ids}
        )
        theirs = self.new_whole(team_id=self.other_team.id)
        ours = self.new_whole()
        theirs.move_to("execution")
        ours.move_to("execution")
        self.assertEqual(theirs.stage_id, own)
        self.assertEqual(ours.stage_id, self.stage("execution"))
        with self.assertRaises(UserError) as caught:
            ours.write({"stage_id": own.id})
        self.assertIn("At the workshop", str(caught.exception))
        self.assertEqual(ours.stage_id, self.stage("execution"))

    def test_change_of_team(self):
        """A complaint that goes to another team stays in its step, in a stage of that team."""
        own = self.Stage.create(
            {"name": "At the workshop", "step": "investigation", "team_ids": self.other_team.ids}
        )
        complaint = self.new_whole("investigation")
        complaint.description = False
        complaint.team_id = self.other_team
        self.assertEqual(complaint.stage_id, self.stage("investigation"))
        complaint.stage_id = own
        complaint.team_id = self.centre
        self.assertEqual(complaint.stage_id, self.stage("investigation"))
        self.assertEqual(complaint.step, "investigation")

    def test_handing_it_to_a_team_out_of_sight(self):
        """Who passes a complaint on may lose sight of it; the move itself succeeds."""
        complaint = self.new_whole(
            "investigation",
            self.manager,
            user_id=self.colleague.id,
            received_by_id=self.colleague.id,
            team_id=self.other_team.id,
        )
        complaint.team_id = self.centre
        self.env.invalidate_all()
        complaint.with_user(self.leader).write({"team_id": self.other_team.id})
        self.assertEqual(complaint.sudo().team_id, self.other_team)
        self.assertFalse(complaint.with_user(self.leader).has_access("read"))

    def test_archived_stage(self):
        """An archived stage is no longer entered; what stands in it can leave it."""
        old = self.Stage.create({"name": "Old", "step": "investigation", "sequence": 1})
        complaint = self.new_whole("investigation")
        self.assertEqual(complaint.stage_id, old)
        old.active = False
        other = self.new_whole("investigation")
        self.assertEqual(other.stage_id, self.stage("investigation"))
        self.assertNotEqual(other.stage_id, old)
        complaint.action_next_step()
        self.assertEqual(complaint.step, "solution")

    def test_unknown_step(self):
        complaint = self.new_whole()
        with self.assertRaises(UserError) as caught:
            complaint.move_to("nowhere")
        self.assertIn("nowhere", str(caught.exception))

    def test_moment_of_the_last_move(self):
        complaint = self.new_whole()
        complaint.date_last_stage_update = "2024-01-01 00:00:00"
        with self.mock_datetime_and_now("2024-03-05 10:00:00"):
            complaint.move_to("triage")
        self.assertEqual(str(complaint.date_last_stage_update), "2024-03-05 10:00:00")

    def test_severity_that_moves_the_team(self):
        """TR-3: when the severity sends a complaint to the team above, it enters a stage of that team."""
        head = self.env["complaint.team"].create({"name": "Head office"})
        self.centre.write({"parent_id": head.id, "max_severity": "important"})
        own = self.Stage.create({"name": "Branch only", "step": "triage", "team_ids": self.centre.ids})
        complaint = self.new_whole("triage", category_id=False)
        self.assertEqual(complaint.stage_id, own)
        complaint.date_last_stage_update = "2024-01-01 00:00:00"
        with self.mock_datetime_and_now("2024-03-05 10:00:00"):
            complaint.severity = "urgent"
        self.assertEqual(complaint.team_id, head)
        self.assertEqual(complaint.stage_id, self.stage("triage"))
        self.assertEqual(str(complaint.date_last_stage_update), "2024-03-05 10:00:00")


@tagged("post_install", "-at_install")
class TestGateOfAnArea(CaseCommon):
    """An area adds its own requirements in one place, and they are asked for everywhere."""

    LINE = "Enter the order number."

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        from odoo.orm.model_classes import add_to_registry

        line = cls.LINE

        class Area(models.Model):
            _inherit = "complaint.complaint"
            _module = None

            def _gate_fields(self):
                return [*super()._gate_fields(), "reference"]

            def _gate_requirements(self):
                return [
                    *super()._gate_requirements(),
                    Requirement("investigation", line, lambda complaint: complaint.reference),
                ]

        model_class = cls.registry["complaint.complaint"]
        former = model_class._base_classes__
        add_to_registry(cls.registry, Area)
        cls.registry._setup_models__(cls.env.cr, ["complaint.complaint"])

        def restore():
            model_class._base_classes__ = former
            model_class._setup_done__ = False
            cls.registry._setup_models__(cls.env.cr, ["complaint.complaint"])

        cls.addClassCleanup(restore)

    def test_requirement_of_an_area(self):
        """DESIGN Steps: it appears in the refusal and on the form, and follows what is typed."""
        complaint = self.new_whole("investigation")
        self.assertEqual(self.shown(complaint.missing), [self.LINE])
        self.assertRefused([self.LINE], complaint.action_next_step)
        complaint.outcome = False
        self.assertRefused([self.LINE, OUTCOME], complaint.move_to, "closed")
        with Form(complaint) as form:
            self.assertEqual(self.shown(form.missing), [self.LINE])
            form.reference = "SO-1"
            self.assertEqual(self.shown(form.missing), [])
        complaint.action_next_step()
        self.assertEqual(complaint.step, "solution")
