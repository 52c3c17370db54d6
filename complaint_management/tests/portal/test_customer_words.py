from odoo.tests import BaseCase, tagged

from odoo.addons.complaint_management.tools.customer_words import first_line, is_thanks, own_words


@tagged("post_install", "-at_install")
class TestCustomerWords(BaseCase):
    def test_thanks(self):
        """Bare thanks are known in several languages, whatever stands around them (X-10)."""
        for text in (
            "Thanks",
            "Thank you!",
            "Thank you very much for your help.",
            "Hi,\n\nmany thanks again!\n\nKind regards\nZhang San",
            "ok, thx 👍",
            "Great, thanks a lot 🙏❤️",
            "谢谢",
            "好的，谢谢您！",
            "收到，非常感谢！辛苦了",
            "谢谢你们的帮助。张三",
            "Vielen Dank!",
            "Danke schön. Mit freundlichen Grüßen, Zhang San",
            "Merci beaucoup !",
            "¡Muchas gracias".lstrip("¡"),
            "ありがとうございます。",
            "Большое спасибо",
        ):
            with self.subTest(text):
                self.assertTrue(is_thanks(text, ["Zhang San", "张三"]))

    def test_more_than_thanks(self):
        """Whatever says more, or may, is no bare thanks."""
        for text in (
            "",
            "👍",
            "ok",
            "好的",
            "Best regards",
            "Thanks for nothing",
            "No thanks",
            "Thanks, but it is broken again",
            "Thank you?",
            "谢谢，但是还没修好",
            "谢谢，什么时候修？",
            "不谢谢",
            "谢谢个鬼",
            "Thanksgiving",
            "thank you " * 13,
            "Thanks. 3000",
            "Thanks, John",
            "Danke, aber nein",
        ):
            with self.subTest(text):
                self.assertFalse(is_thanks(text, ["Zhang San"]))

    def test_own_words(self):
        """What is quoted, and the signature, is not what was written."""
        for body in (
            "<p>Thanks!</p><blockquote>It was repaired.</blockquote>",
            '<div>Thanks!</div><div class="gmail_quote">On Monday we wrote …</div>',
            '<p>Thanks!</p><div class="x gmail_signature y">Grain Trading</div>',
            '<p>Thanks!</p><div id="divRplyFwdMsg">From: us</div><div>It was repaired.</div>',
            "<pre>Thanks!\n\n&gt; It was repaired.\n&gt; Bye</pre>",
            "<pre>Thanks!\n\nOn Mon, 2 Mar 2026 at 10:00, Centre wrote:\nIt was repaired.</pre>",
            "<pre>Thanks!\n\n-----Original Message-----\nFrom: a@example.com\n\nIt was.</pre>",
            "<pre>Thanks!\n在 2026年3月2日，投诉中心 写道：\n已修好。</pre>",
            "<pre>Thanks!\n发件人: 投诉中心 &lt;a@example.com&gt;\n已修好。</pre>",
            "<pre>Thanks!\n-- \nZhang San\nSteel Works</pre>",
            "<p>Thanks!</p><p>Sent from my iPhone</p>",
            "<p>Thanks!</p><p>发自我的iPhone</p>",
        ):
            with self.subTest(body):
                self.assertEqual(own_words(body), "Thanks!")
        self.assertEqual(
            own_words("<p>It broke.</p><p>On Monday already.</p>"), "It broke.\n\nOn Monday already."
        )
        for body in (False, "", " ", "<blockquote>x</blockquote>", "<!-- -->"):
            self.assertEqual(own_words(body), "")
        self.assertEqual(own_words("<div>" * 3000 + "deep"), "deep")

    def test_first_line(self):
        self.assertEqual(first_line("\n  \n It broke. \nAgain"), "It broke.")
        self.assertEqual(first_line("x" * 200), "x" * 119 + "…")
        self.assertEqual(first_line(""), "")
