from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.complaint_management.tests.deadline.common import DeadlineCommon

#: Models whose records belong to a complaint.
PARTS = (
    "complaint.deadline",
    "complaint.deadline.event",
    "complaint.deadline.extension",
    "complaint.pause",
    "complaint.deadline.report",
)
CONFIGURATION = ("complaint.deadline.policy", "complaint.deadline.rule", "complaint.deadline.escalation")


@tagged("post_install", "-at_install")
class TestDeadlineAccess(DeadlineCommon):
    """DESIGN 4.1, OR-1, OR-2, OR-3: who reads a complaint reads its limits, nobody else, by no way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.policy.rule_ids.filtered(lambda rule: rule.milestone == "respond")
        cls.rule.escalation_ids = [Command.create({"after": 1, "whom": "leader"})]

    def setUp(self):
        super().setUp()
        with self.mock_datetime_and_now(self.local("2026-03-02 08:30")):
            self.complaint = self.new_complaint(self.handler, received_at=self.local("2026-03-02 08:30"))
            self.env["complaint.deadline.extension"].with_user(self.handler).create(
                {
                    "deadline_id": self.clock(self.complaint, "investigate").id,
                    "amount": 1,
                    "reason": "Because.",
                }
            )
            self.complaint.action_pause("Photos")
        with self.mock_datetime_and_now(self.local("2026-03-02 08:40")):
            self.complaint.action_resume()
        self.run_cron("2026-03-02 17:00")

    def seen(self, user, model):
        records = self.env[model].with_user(user).with_context(allowed_company_ids=user._get_company_ids())
        found = records.search([("complaint_id", "=", self.complaint.id)])
        self.assertEqual(records.search_count([("complaint_id", "=", self.complaint.id)]), len(found))
        groups = records._read_group(
            [("complaint_id", "=", self.complaint.id)], ["complaint_id"], ["__count"]
        )
        self.assertEqual(sum(count for _complaint, count in groups), len(found))
        return found

    def test_who_reads(self):
        sees = (
            self.handler,
            self.colleague,
            self.leader,
            self.manager,
            self.quality,
            self.auditor,
            self.first_contact,
        )
        for model in PARTS:
            everything = self.env[model].sudo().search([("complaint_id", "=", self.complaint.id)])
            self.assertTrue(everything, model)
            for user in sees:
                with self.subTest(model=model, user=user.login):
                    self.assertEqual(self.seen(user, model), everything)
            for user in (self.stranger, self.foreign_manager):
                with self.subTest(model=model, user=user.login):
                    self.assertFalse(self.seen(user, model))
                    with self.assertRaises(AccessError):
                        everything[:1].with_user(user).read(["complaint_id"])
            with self.subTest(model=model, user="plain"), self.assertRaises(AccessError):
                self.env[model].with_user(self.plain_user).search([])

    def test_excluded(self):
        """OR-2: the employee concerned sees no limit of the case, whatever their role."""
        for user in (self.colleague, self.leader, self.auditor):
            self.complaint.sudo().employee_ids = [Command.set(self.new_employee(user).ids)]
            for model in PARTS:
                with self.subTest(model=model, user=user.login):
                    self.assertFalse(self.seen(user, model))

    def test_confidential(self):
        self.complaint.sudo().confidential = True
        for model in PARTS:
            self.assertFalse(self.seen(self.colleague, model))
            self.assertTrue(self.seen(self.handler, model))

    def test_archived(self):
        """OR-1: a case that was put away keeps its limits, for the same people."""
        self.complaint.sudo().active = False
        for model in PARTS:
            with self.subTest(model=model):
                self.assertTrue(self.seen(self.handler, model))
                self.assertFalse(self.seen(self.stranger, model))

    def test_nobody_writes_clocks(self):
        """Clocks, events and pauses are changed by what happens, not by hand."""
        for user in (self.handler, self.leader, self.manager):
            for model in ("complaint.deadline", "complaint.deadline.event", "complaint.pause"):
                record = self.env[model].search([("complaint_id", "=", self.complaint.id)], limit=1)
                with self.subTest(user=user.login, model=model):
                    for operation in ("write", "create", "unlink"):
                        self.assertFalse(record.with_user(user).has_access(operation), operation)

    def test_configuration(self):
        """Managers set the limits of their companies and the shared ones; others read them."""
        foreign = self.new_policy(vals={"company_id": self.company_2.id}, respond=(1, "hours", {}))
        for model in CONFIGURATION[:2]:
            for user in (self.first_contact, self.handler, self.quality, self.auditor):
                with self.subTest(model=model, user=user.login):
                    records = self.env[model].with_user(user)
                    self.assertTrue(records.search([]))
                    self.assertFalse(records.has_access("write"))
                    self.assertFalse(records.has_access("create"))
            self.assertTrue(self.env[model].with_user(self.manager).has_access("create"))
        mine = self.Policy.with_user(self.manager).with_context(allowed_company_ids=self.company.ids)
        self.assertNotIn(foreign, mine.search([]))
        self.assertNotIn(foreign.rule_ids, mine.env["complaint.deadline.rule"].search([]))
        self.assertIn(self.policy, mine.search([]))

    def test_name_of_a_clock(self):
        """A record that points to a clock shows no more of the case than its number."""
        clock = self.clock(self.complaint, "respond")
        self.assertIn(self.complaint.name, clock.with_user(self.handler).display_name)
        shown = clock.with_user(self.stranger).sudo().display_name
        self.assertNotIn(self.complaint.name, shown)

    def test_report(self):
        """TL-6, EW-4: the figures are those of the clocks."""
        Report = self.env["complaint.deadline.report"]
        for moment, step in (
            ("2026-03-02 12:00", "triage"),
            ("2026-03-03 08:30", "dispatch"),
            ("2026-03-10 08:30", "solution"),
        ):
            with self.mock_datetime_and_now(self.local(moment)):
                self.complaint.move_to(step)
        rows = Report.search([("complaint_id", "=", self.complaint.id)])
        clocks = self.complaint.sudo().deadline_ids
        self.assertEqual(len(rows), len(clocks))
        by_milestone = {row.milestone: row for row in rows}
        self.assertEqual(by_milestone["respond"].kept_share, 0)
        self.assertEqual((by_milestone["respond"].missed_count, by_milestone["respond"].kept_count), (1, 0))
        self.assertAlmostEqual(by_milestone["respond"].hours_taken, 3.5)
        [[median]] = Report._read_group([("complaint_id", "=", self.complaint.id)], [], ["median_hours:avg"])
        self.assertAlmostEqual(median, 24)
        [[share, kept, missed]] = Report._read_group(
            [("complaint_id", "=", self.complaint.id)],
            [],
            ["kept_share:avg", "kept_count:sum", "missed_count:sum"],
        )
        decided = clocks.filtered(lambda clock: clock.state in ("met", "late", "breached"))
        in_time = decided.filtered(lambda clock: clock.state == "met")
        self.assertEqual((kept, missed), (len(in_time), len(decided) - len(in_time)))
        self.assertAlmostEqual(share, 100 * len(in_time) / len(decided))
