from collections import Counter
from datetime import datetime, timedelta
from itertools import product

from odoo.tests import tagged

from odoo.addons.complaint_management.tests.case.common import CaseCommon

NOW = datetime(2024, 6, 15, 12)


@tagged("post_install", "-at_install")
class TestReport(CaseCommon):
    """The analysis says what the complaints themselves say (EW-2)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerks = cls.new_employee(cls.plain_user) | cls.env["hr.employee"].create({"name": "No user"})
        cls.tags = cls.env["complaint.tag"].create([{"name": "Test one"}, {"name": "Test two"}])
        cls.second = cls.env["complaint.category"].create({"name": "Second", "severity": "normal"})
        cls.department = cls.env["hr.department"].create({"name": "Workshop"})
        cls.item = cls.env["product.product"].create({"name": "Boiler"})
        cls.cases = cls.Complaint
        choices = product((cls.category, cls.second), ("open", "closed", "rejected", "cancelled"), range(3))
        for number, (category, fate, month) in enumerate(choices):
            case = cls.new_whole(
                user=cls.manager,
                name=f"Case {number}",
                category_id=category.id,
                received_at=NOW - timedelta(days=31 * month + number % 5),
                team_id=(cls.centre if number % 3 else cls.other_team).id,
                employee_ids=cls.clerks[: number % 3].ids,
                tag_ids=cls.tags[: number % 2 + 1].ids,
                severity=("normal", "important", "urgent")[number % 3],
                department_id=cls.department.id if number % 4 else False,
                product_id=cls.item.id if number % 2 else False,
                end_reason="Because.",
                user_id=(cls.handler if number % 2 else cls.colleague).id,
            )
            if fate != "open":
                case.move_to(fate)
            cls.cases |= case
        cls.cases.filtered(lambda case: case.step == "closed")[0].action_reopen("Once more.")
        cls.env.flush_all()
        cls.Report = cls.env["complaint.report"].with_user(cls.manager)
        cls.own = [("id", "in", cls.cases.ids)]

    def _grouped(self, groupby, aggregates=("__count",)):
        return self.Report._read_group(self.own, [groupby], aggregates)

    def test_one_row_each(self):
        rows = self.Report.search(self.own)
        self.assertEqual(set(rows.ids), set(self.cases.ids))
        self.assertEqual(len(self.cases), 24)
        shared = set(rows._fields) & set(self.cases._fields) - {
            "id",
            "display_name",
            "create_uid",
            "create_date",
        }
        shared -= {"write_uid", "write_date"}
        for row in rows:
            case = self.cases.browse(row.id)
            self.assertEqual(row.complaint_id, case)
            for fname in shared:
                with self.subTest(case=case.name, fname=fname):
                    self.assertEqual(row[fname], case[fname])

    def test_figures_by_group(self):
        """EW-2: by whatever a complaint is sorted by, the figures are the sums of the ORM."""
        for fname in (
            "team_id",
            "origin_team_id",
            "category_id",
            "user_id",
            "received_by_id",
            "severity",
            "nature",
            "channel_id",
            "product_id",
            "department_id",
            "stage_id",
            "step",
            "company_id",
        ):
            expected = Counter(case[fname] for case in self.cases)
            reopened = Counter()
            for case in self.cases:
                reopened[case[fname]] += case.reopen_count
            rows = self._grouped(fname, ("__count", "reopen_count:sum"))
            with self.subTest(fname=fname):
                self.assertEqual({value: count for value, count, _times in rows}, dict(expected))
                self.assertEqual({value: times for value, _count, times in rows}, dict(reopened))

    def test_figures_by_period(self):
        """EW-2: by month of receipt."""
        expected = Counter(case.received_at.strftime("%Y-%m") for case in self.cases)
        rows = self._grouped("received_at:month")
        self.assertEqual({start.strftime("%Y-%m"): count for start, count in rows}, dict(expected))
        self.assertGreater(len(rows), 2)

    def test_figures_by_employee(self):
        """EW-2: a complaint counts under each of its employees, and under each of its tags."""
        for fname in ("employee_ids", "tag_ids"):
            expected = Counter()
            for case in self.cases:
                expected.update(case[fname] or [case[fname]])
            with self.subTest(fname=fname):
                self.assertEqual(dict(self._grouped(fname)), dict(expected))
        self.assertEqual(self._grouped("employee_ids", ("open_count:sum",))[0][0]._name, "hr.employee")

    def test_figures_of_the_state(self):
        steps = Counter(self.cases.mapped("step"))
        self.assertEqual((steps["closed"], steps["rejected"]), (5, 6))
        ((opened, closed, rejected),) = self.Report._read_group(
            self.own, [], ["open_count:sum", "closed_count:sum", "rejected_count:sum"]
        )
        self.assertEqual(opened, len(self.cases.filtered(lambda case: not case.closed_at)))
        self.assertEqual((closed, rejected), (5, 6))

    def test_days_to_close(self):
        """EW-4: days from receipt to end; what is open has none and does not count."""
        with self.mock_datetime_and_now(NOW):
            quick, slow, waiting = (
                self.new_whole(received_at=NOW - timedelta(days=days)) for days in (0.5, 10, 100)
            )
            (quick | slow).move_to("closed")
            self.env.flush_all()
        rows = self.Report.browse((quick | slow | waiting).ids)
        self.assertEqual([round(row.handling_days, 4) for row in rows], [0.5, 10, 0])
        ((mean,),) = self.Report._read_group([("id", "in", rows.ids)], [], ["handling_days:avg"])
        self.assertAlmostEqual(mean, 5.25, places=4)

    def test_archived_complaints(self):
        """What is archived is left out, and found where it is asked for."""
        self.cases[:2].action_archive()
        self.env.flush_all()
        self.assertEqual(self.Report.search_count(self.own), 22)
        self.assertEqual(self.Report.with_context(active_test=False).search_count(self.own), 24)

    def test_pivot(self):
        """What the pivot asks: two levels, with all measures."""
        rows = self.Report.formatted_read_group(
            self.own,
            ["category_id", "received_at:month"],
            ["__count", "handling_days:avg", "open_count:sum", "closed_count:sum"],
        )
        self.assertEqual(sum(row["__count"] for row in rows), 24)

    def test_as_each_sees_it(self):
        """OR-2, OR-3: figures of a user are those of the complaints that user may see."""
        employee = self.new_employee(self.colleague)
        self.cases[:4].write({"user_id": self.handler.id})
        self.cases[:4].write({"employee_ids": [(4, employee.id)]})
        self.cases[4:6].confidential = True
        self.env.flush_all()
        for user in (
            self.first_contact,
            self.handler,
            self.colleague,
            self.stranger,
            self.leader,
            self.manager,
            self.quality,
            self.auditor,
            self.foreign_manager,
        ):
            with self.subTest(user=user.login):
                seen = self.Complaint.with_user(user).search_count(self.own)
                self.assertEqual(self.Report.with_user(user).search_count(self.own), seen)
        self.assertLessEqual(self.Report.with_user(self.colleague).search_count(self.own), 20)
        self.assertEqual(self.Report.with_user(self.foreign_manager).search_count(self.own), 0)

    def test_analysis_page(self):
        """The page opens for those who oversee, and its rows lead to their complaint."""
        action = self.env["ir.actions.act_window"]._for_xml_id("complaint_management.complaint_report_action")
        self.assertEqual(action["res_model"], "complaint.report")
        for user in (self.manager, self.quality, self.auditor):
            views = self.Report.with_user(user).get_views(
                [(False, view) for view in action["view_mode"].split(",")] + [(False, "search")]
            )
            self.assertIn("pivot", views["views"])
