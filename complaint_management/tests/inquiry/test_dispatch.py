from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.tests.inquiry.common import InquiryCommon


@tagged("post_install", "-at_install")
class TestDispatch(InquiryCommon):
    def test_smoke(self):
        """DI-2: sent, answered, signed, confirmed."""
        case = self.new_case()
        sheet = self.new_sheet(case)
        self.assertEqual(sheet.head_id, self.foreman)
        self.assertEqual(sheet.number, f"{case.number}/1")
        theirs = self.answer(sheet)
        self.assertEqual(theirs.state, "signed")
        sheet.action_confirm()
        self.assertEqual(sheet.state, "confirmed")

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_head_reads(self):
        """DI-2: the head reads the case and changes nothing."""
        case = self.new_case()
        with self.assertRaises(AccessError):
            case.with_user(self.foreman).read(["name"])
        self.new_sheet(case)
        self.assertEqual(case.with_user(self.foreman).name, case.name)
        with self.assertRaises(AccessError):
            case.with_user(self.foreman).name = "Other"
        with self.assertRaises(AccessError):
            case.with_user(self.foreman).message_post(body="Hello")
        with self.assertRaises(UserError):
            self.new_sheet(case).with_user(self.foreman).question = "Other"
