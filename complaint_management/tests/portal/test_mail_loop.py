"""Machines that answer each other: one complaint each at the most, and one acknowledgement (IN-1, IN-10)."""

from odoo.tests import tagged
from odoo.tools import mute_logger

from .reply_common import ReplyCommon

ROUNDS = 100


@tagged("post_install", "-at_install")
class TestMailLoop(ReplyCommon):
    """The other side is simulated: it answers whatever leaves us, in a hundred rounds."""

    def setUp(self):
        super().setUp()
        self.sent = []

    def run_notices(self):
        """Write the letters that are due; keep what leaves us."""
        with self.mock_mail_gateway():
            self.env["complaint.notice"]._run_due(100)
            self.flush_tracking()
            self.env["mail.mail"].sudo().search([("state", "=", "outgoing")]).send()
        self.sent += self._mails

    def play(self, sender, answer):
        """Let a machine write once, and answer each of our letters; go on for a hundred rounds.

        A machine that has nothing to answer any more writes again all the same, with the last letter quoted.

        :param sender: its address
        :param answer: takes the letter (or None) and the round, returns what ``compose`` needs
        :return: the complaints that were made
        """
        made, letter = self.env["complaint.complaint"], None
        for number in range(ROUNDS):
            before = len(self.sent)
            made |= self.receive(self.compose(sender=sender, **answer(letter, number)))
            self.sent += self._mails
            self.run_notices()
            letter = self.sent[-1] if len(self.sent) > before else letter
        return made

    def letters_to(self, address):
        return [mail for mail in self.sent if address in str(mail["email_to"])]

    def acknowledgements(self, complaints):
        notices = self.env["complaint.notice"].sudo().search([("complaint_id", "in", complaints.ids)])
        return notices.filtered(lambda notice: notice.event == "received" and notice.state == "sent")

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_proper_robot(self):
        """An out-of-office notice that says what it is makes nothing, however often it comes."""

        def answer(letter, number):
            if letter is None and not number:
                return {}
            return {
                "subject": "Automatic reply: No heating",
                "body": "I am away.",
                "Auto_Submitted": "auto-replied",
                "In_Reply_To": letter and letter["message_id"],
            }

        made = self.play("zhang.san@example.com", answer)
        self.assertEqual(len(made), 1)
        self.assertEqual(len(self.acknowledgements(made)), 1)
        self.assertEqual(len(self.letters_to("zhang.san@example.com")), 1)
        self.assertEqual((made.step, made.reopen_count), ("new", 0))

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_rude_robot(self):
        """One that answers with new mails, without a header that says so, stays in its one complaint."""

        def answer(letter, number):
            if letter is None:
                return {"subject": "Hello"}
            return {
                "subject": f"Ticket {number} was opened at our side",
                "body": f"We received this from you:\n\n{letter['body']}",
            }

        for sender in ("robot@example.net", "Zhang San <zhang.san@example.com>"):
            with self.subTest(sender):
                self.sent = []
                made = self.play(sender, answer)
                self.assertEqual(len(made), 1)
                self.assertEqual(len(self.acknowledgements(made)), 1)
                # Beside it one mail says that it writes too much.
                self.assertLessEqual(len(self.sent), 2)

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_rude_robot_quotes_subject(self):
        def answer(letter, number):
            return {
                "subject": f"[{number}] {letter['subject']}" if letter else "Hello",
                "body": f"No. {number}",
            }

        made = self.play("robot@example.net", answer)
        self.assertEqual(len(made), 1)
        self.assertEqual(len(self.acknowledgements(made)), 1)
        self.assertLessEqual(len(self.sent), 2)

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_robot_on_ended_case(self):
        """It opens a closed case once, and begins one complaint, not a hundred, where the period is over."""

        def answer(letter, number):
            return {"subject": f"{complaint.number}: {number}", "body": f"No. {number}"}

        complaint = self.new_answered("closed")
        self.assertFalse(self.play("zhang.san@example.com", answer))
        self.assertEqual(complaint.reopen_count, 1)
        self.assertEqual(len(self.todos(complaint)), 1)

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_own_alias(self):
        """Our own second address is never answered, so nothing goes round."""

        def answer(letter, number):
            return {"subject": "Passed on", "body": "Please look.", "In_Reply_To": first}

        first = None
        made = self.receive(self.compose(sender=self.other_address, subject="Passed on"))
        self.run_notices()
        first = made.message_ids.message_id
        self.assertFalse(self.play(self.other_address, answer))
        self.assertFalse(self.acknowledgements(made))
        self.assertFalse(self.letters_to(self.other_address)[1:])

    def test_two_aliases(self):
        """What one of two Odoo's acknowledges, the other acknowledges once, and there it ends."""
        other = "complaints@other.example.net"
        made = self.receive(self.compose(sender=other, subject="From the other side"))
        self.run_notices()
        self.assertEqual(len(self.sent), 1)
        for _round in range(ROUNDS // 10):
            letter = self.sent[-1]
            reply = self.compose(
                sender=f"Other <{other}>",
                subject=f"TS-1: Your complaint {letter['subject']}",
                body="We have received it.",
                In_Reply_To=letter["message_id"],
                References=letter["references"],
                Auto_Submitted="auto-generated",
            )
            self.assertFalse(self.receive(reply))
            self.run_notices()
        self.assertEqual(len(self.sent), 1)
        self.assertEqual(len(self.acknowledgements(made)), 1)

    def test_own_letter_comes_back(self):
        """Where a customer has their mail passed on to a team of ours, our letter is no complaint there."""
        complaint = self.new_answered()
        letter = (
            f"From: Company <{self.address}>\nTo: zhang.san@example.com\nDelivered-To: {self.other_address}\n"
            f"Subject: {complaint.number}: received\nMessage-Id: {self.answer.message_id}\n\nReceived.\n"
        )
        count = self.Complaint.search_count([])
        self.assertFalse(self.receive(letter.encode()))
        self.assertEqual(self.Complaint.search_count([]), count)
