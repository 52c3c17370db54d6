from odoo.tests import TransactionCase, tagged

from ..translation import TranslationChecks


@tagged("post_install", "-at_install")
class TestTranslation(TranslationChecks, TransactionCase):
    """The add-on speaks Simplified Chinese throughout."""

    addon = "complaint_management"
    # Identifiers, parts of addresses, units and marks.
    same = frozenset(
        {
            "ID",
            "complaints",
            "https://",
            "front-desk",
            # a line to write on
            "________________",
            # what is filled in says it all
            "%(size)s KB",
            "%(size)s MB",
            '<span class="o_complaint_required" aria-hidden="true"> *</span>',
            # How printed files are called.
            "(object.number or '').replace('/', '-')",
            "(object.number or object.name).replace('/', '-')",
            "'%s-%s' % ((object.sudo().complaint_id.number or '').replace('/', '-'), object.version)",
            "object.number or object.name",
            "object.web_key or ''",
        }
    )

    def test_words_of_the_process(self):
        """Stages, channels, categories and a refusal reach a Chinese user in Chinese (IN-1, TR-2)."""
        self.env["res.lang"]._activate_lang(self.language)
        self.env["ir.module.module"]._load_module_terms([self.addon], [self.language], overwrite=True)
        env = self.env(context={"lang": self.language})

        stages = {
            stage.step: stage.name
            for stage in env["complaint.stage"].search([])
            if stage.get_external_id()[stage.id].startswith(self.addon)
        }
        self.assertEqual(
            stages,
            {
                "new": "接收",
                "triage": "初步判断",
                "dispatch": "派单",
                "investigation": "调查核实",
                "solution": "解决方案",
                "execution": "执行",
                "feedback": "结果反馈",
                "follow_up": "回访",
                "closed": "已关闭",
                "rejected": "已驳回",
                "cancelled": "已取消",
            },
        )
        self.assertEqual(env.ref(f"{self.addon}.complaint_channel_phone").name, "电话")
        category = env.ref(f"{self.addon}.complaint_category_service_attitude")
        self.assertEqual(category.display_name, "服务 / 服务态度")
        severities = dict(env["complaint.complaint"]._fields["severity"]._description_selection(env))
        self.assertEqual(severities, {"normal": "一般", "important": "重要", "urgent": "紧急"})
        complaint = env["complaint.complaint"].create({"name": "刹车异响"})
        with self.assertRaisesRegex(Exception, "暂不能进入“初步判断”，请先完成：\n- 请注明投诉人"):
            complaint.action_next_step()
