from datetime import datetime, timedelta

from odoo.fields import Command

from odoo.addons.complaint_management.tests.case.common import CaseCommon


class DeadlineCommon(CaseCommon):
    """A calendar of eight hours from Monday to Friday in China, and one policy of our own.

    No policy of the database interferes: they are archived first.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Policy = cls.env["complaint.deadline.policy"]
        cls.Deadline = cls.env["complaint.deadline"]
        cls.Policy.search([]).active = False
        cls.env["complaint.deadline.recompute"].search([]).unlink()
        cls.calendar = cls.env["resource.calendar"].create(
            {
                "name": "Centre's hours",
                "tz": "Asia/Shanghai",
                "company_id": cls.company.id,
                "attendance_ids": [Command.clear()]
                + [
                    Command.create(
                        {
                            "name": f"{day} {period}",
                            "dayofweek": str(day),
                            "hour_from": start,
                            "hour_to": stop,
                            "day_period": period,
                        }
                    )
                    for day in range(5)
                    for period, start, stop in (("morning", 8, 12), ("afternoon", 13, 17))
                ],
            }
        )
        (cls.centre | cls.other_team).calendar_id = cls.calendar
        cls.policy = cls.new_policy(
            respond=(1, "hours", {"warn_before": 20, "warn_unit": "minutes"}),
            triage=(2, "hours", {}),
            investigate=(7, "days", {"warn_before": 1, "warn_unit": "days", "max_extension": 5}),
            report=(20, "days", {"max_extension": 10}),
        )

    @classmethod
    def new_policy(cls, name="Test limits", vals=None, **limits):
        """Create a policy with one rule per milestone.

        :param limits: milestone to (duration, unit, further values of the rule)
        """
        return cls.Policy.create(
            {
                "name": name,
                "rule_ids": [
                    Command.create({"milestone": milestone, "duration": duration, "unit": unit, **more})
                    for milestone, (duration, unit, more) in limits.items()
                ],
                **(vals or {}),
            }
        )

    @staticmethod
    def local(text):
        """Return the naive UTC moment of a time in China: ``local("2026-03-02 08:30")``."""
        return datetime.strptime(text, "%Y-%m-%d %H:%M") - timedelta(hours=8)

    def run_cron(self, moment, name="ir_cron_deadline"):
        """Run a cron at a local moment, as Odoo does; return the events it did."""
        Event = self.env["complaint.deadline.event"]
        before = Event.search([])
        self.env.flush_all()
        with self.mock_datetime_and_now(self.local(moment)), self.enter_registry_test_mode():
            self.env.ref(f"complaint_management.{name}").method_direct_trigger()
        self.env.invalidate_all()
        return (Event.search([]) - before).sorted()

    def open_clocks(self, complaint):
        return complaint.sudo().deadline_ids.filtered(lambda clock: not clock.reached_at)

    def clock(self, complaint, milestone, number=None):
        """Return one clock of a complaint, that of the latest round."""
        clocks = complaint.sudo().deadline_ids.filtered(lambda clock: clock.milestone == milestone)
        if number is not None:
            clocks = clocks.filtered(lambda clock: clock.round == number)
        return clocks.sorted("round")[-1:]
