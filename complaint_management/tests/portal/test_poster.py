"""The poster of a team's form (IN-1)."""

import base64
import io

from lxml import html
from PIL import Image

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from odoo.addons.complaint_management.tests.common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestPoster(ComplaintCommon):
    def _print(self, team, user=None):
        report = self.env["ir.actions.report"].with_user(user or self.manager)
        content, _kind = report._render_qweb_html("complaint_management.team_poster_report", team.ids)
        return html.fromstring(content)

    def test_code_and_address(self):
        """IN-1: the code is in the page itself, sharp, and the address stands below it in words."""
        page = self._print(self.centre)
        self.assertIn(self.centre.form_url, page.text_content())
        self.assertIn("Centre", page.text_content())
        source = page.xpath("//img[contains(@class, 'o_poster_code')]/@src")[0]
        kind, _comma, data = source.partition(",")
        self.assertEqual(kind, "data:image/png;base64")
        self.assertGreaterEqual(Image.open(io.BytesIO(base64.b64decode(data))).width, 400)

    def test_several_teams(self):
        codes = self._print(self.centre | self.other_team).xpath(
            "//img[contains(@class, 'o_poster_code')]/@src"
        )
        self.assertEqual(len(set(codes)), 2)

    def test_language_of_who_prints(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        view = self.env.ref("complaint_management.team_poster_pages")
        view.update_field_translations(
            "arch_db", {"zh_CN": {"Something went wrong? Tell us.": "不满意？请告诉我们。"}}
        )
        self.manager.lang = "zh_CN"
        self.centre.with_context(lang="zh_CN").name = "前台"
        text = self._print(self.centre).text_content()
        self.assertIn("不满意？请告诉我们。", text)
        self.assertIn("前台", text)

    def test_button(self):
        action = self.centre.with_user(self.first_contact).action_print_poster()
        self.assertEqual(action["report_name"], "complaint_management.report_team_poster")
        self.centre.web_key = False
        with self.assertRaises(ValidationError):
            self.centre.action_print_poster()
        with self.assertRaises(AccessError):
            self._print(self.foreign_team, self.handler)
