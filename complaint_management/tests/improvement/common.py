from contextlib import contextmanager

from odoo.tests import new_test_user

from odoo.addons.complaint_management.tests.common import GROUP, ComplaintCommon


class InspectionCommon(ComplaintCommon):
    """Closed cases and people who check them. Months begin in China; half of the cases is drawn."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Inspection = cls.env["complaint.inspection"]
        cls.Draw = cls.env["complaint.inspection.draw"]
        cls.company.partner_id.tz = "Asia/Shanghai"
        cls.company.complaint_inspection_share = 50
        cls.second_quality = cls._new_user("quality", "second_quality")
        cls.foreign_quality = new_test_user(
            cls.env,
            "foreign_quality",
            groups=f"{GROUP}quality",
            company_id=cls.company_2.id,
            company_ids=[(6, 0, cls.company_2.ids)],
        )

    @classmethod
    def new_closed(cls, count=1, closed_at="2026-02-10 04:00:00", **vals):
        """Create cases that were answered on the spot, closed at a moment."""
        values = {"received_at": "2026-01-05 04:00:00", **vals}
        cases = cls.Complaint.browse()
        for _number in range(count):
            case = cls.new_complaint(**values)
            case.action_answer_on_the_spot("We have told them where to ask.")
            cases |= case
        cases.sudo().with_context(tracking_disable=True).write({"closed_at": closed_at})
        return cases.sudo(False).with_env(cls.env)

    @classmethod
    def new_draw(cls, user=None, month="2026-02", **vals):
        return cls.Draw.with_user(user or cls.quality).create({"month": month, "seed": 7, **vals})

    @classmethod
    def draw(cls, user=None, month="2026-02", **vals):
        """Draw as a user (quality by default); return what was drawn now, as that user sees it."""
        action = cls.new_draw(user, month, **vals).action_draw()
        return cls.Inspection.with_user(user or cls.quality).search(action["domain"])

    @classmethod
    def inspect(cls, case, user=None, **vals):
        """Return a spot check of a case in which the whole of its team and month is drawn."""
        cls.company.complaint_inspection_share = 100
        drawn = cls.draw(user, month=f"{case.closed_at:%Y-%m}", **vals)
        return drawn.filtered(lambda inspection: inspection.complaint_id == case)

    @contextmanager
    def refused(self, exception, pattern):
        """Something is refused with a message, and undone."""
        with self.assertRaisesRegex(exception, pattern), self.env.cr.savepoint():
            yield
