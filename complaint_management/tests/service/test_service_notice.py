from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.complaint_management.tests.service.service_portal_common import TEMPLATE, NoticesCommon


@tagged("post_install", "-at_install")
class TestServiceNotice(NoticesCommon):
    """SV-5, SV-7, TL-3: what the customer of an order is told by machine."""

    def new_planned(self, **vals):
        return self.new_order(**{"scheduled_start": self.soon, **vals})

    # the appointment

    def test_confirmed(self):
        """SV-7, TL-3: the appointment is confirmed once, and that answers the request."""
        order = self.new_planned()
        self.assertEqual(self.events(order), ["confirmed:0"])
        self.assertFalse(self.milestone(order, "respond").reached_at)
        mails = self.send()
        self.assertEqual(len(mails), 1)
        self.assertEqual(mails.recipient_ids, self.customer)
        self.assertIn(order.number, mails.subject)
        self.assertIn(order._tell_moment(self.soon), mails.body_html)
        self.assertTrue(self.milestone(order, "respond").reached_at)
        order.name = "Something else"
        self.assertFalse(self.send())

    def test_sender(self):
        """CO-3: letters come from the company or the team, and name nobody who works here."""
        # What goes to the address of a team becomes a complaint, answers too.
        self.workshop.alias_name = "workshop"
        self.new_planned(user_id=self.advisor.id)
        mail = self.send()
        self.assertIn(self.company.name, mail.email_from)
        for text in (mail.email_from, mail.reply_to):
            self.assertNotIn(self.workshop.alias_email, text)
        for user in (self.advisor, self.technician_user, self.workshop_manager):
            for text in (mail.body_html, mail.email_from, mail.reply_to, mail.subject):
                self.assertNotIn(user.name, text)
        self.assertEqual(mail.author_id, self.company.partner_id)

    def test_headers(self):
        """Mail programs show the letters of one order as one conversation, and robots keep quiet."""
        order = self.new_planned()
        first = self.send()
        order.scheduled_start += timedelta(days=1)
        second = self.send()
        self.assertIn(first.message_id, second.references)
        self.assertIn("auto-generated", second.headers)

    def test_language(self):
        """The customer reads their language."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.customer.lang = "zh_CN"
        order = self.new_planned()
        template = self.env.ref(f"{TEMPLATE}confirmed")
        template.with_context(lang="zh_CN").subject = "{{ object.number }}：您的预约"
        mail = self.send()
        self.assertEqual(mail.subject, f"{order.number}：您的预约")
        self.assertIn("年", mail.body_html)

    def test_token_stays_out_of_the_chatter(self):
        """Whoever reads the order does not get the customer's key with it."""
        order = self.new_planned()
        mail = self.send()
        token = order.sudo().access_token
        self.assertIn(f"/my/service/{order.id}?access_token={token}", mail.body_html)
        self.assertNotIn(token, "".join(str(body) for body in order.sudo().message_ids.mapped("body")))

    def test_not_told(self):
        """Imports, walk-ins and appointments of yesterday are no news."""
        silent = self.new_order_silently()
        now = self.new_planned(scheduled_start=self.now - timedelta(minutes=5))
        without = self.new_planned(scheduled_start=False)
        for order in (silent, now, without):
            self.assertFalse(self.events(order))
        without.with_user(self.advisor).scheduled_start = self.soon
        self.assertEqual(self.events(without), ["confirmed:0"])

    def new_order_silently(self):
        orders = self.Order.with_context(import_file=True)
        return orders.create(
            {
                "name": "Taken over",
                "partner_id": self.customer.id,
                "type_id": self.repair.id,
                "team_id": self.workshop.id,
                "scheduled_start": self.soon,
            }
        )

    def test_rescheduled(self):
        """SV-5: each move is told, of several at once the last, and also the way back."""
        order = self.new_planned()
        order.scheduled_start = self.soon + timedelta(hours=1)
        # The confirmation that has not gone out yet tells the time that holds.
        self.assertEqual(self.kinds(order), ["confirmed"])
        self.assertIn(order._tell_moment(order.scheduled_start), self.send().body_html)
        for days in (1, 2):
            order.scheduled_start = self.soon + timedelta(days=days)
        mail = self.send()
        self.assertEqual(len(mail), 1)
        self.assertIn(order._tell_moment(self.soon + timedelta(days=2)), mail.body_html)
        order.scheduled_start = self.soon
        self.assertIn(order._tell_moment(self.soon), self.send().body_html)
        self.assertFalse(self.send())

    def test_given_up_and_agreed_anew(self):
        """SV-5: whose appointment was given up is told of the next one."""
        order = self.new_planned()
        self.assertTrue(self.send())
        order.scheduled_start = False
        self.assertFalse(self.send())
        order.scheduled_start = self.soon + timedelta(days=3)
        mail = self.send()
        self.assertEqual(len(mail), 1)
        self.assertIn(order._tell_moment(order.scheduled_start), mail.body_html)
        self.assertEqual(self.events(order, "sent"), ["confirmed:0", "rescheduled:1"])
        order.name = "Something else"
        self.assertFalse(self.send())

    def test_cancelled_meanwhile(self):
        """Nobody gets a confirmation of what was cancelled."""
        order = self.new_planned()
        order.with_user(self.advisor).action_cancel("The customer called.")
        self.assertFalse(self.send())
        self.assertEqual(self.Notice.search([("order_id", "=", order.id)]).reason, "ended")

    # cancelling

    def cancel(self, order):
        order.with_user(self.advisor).action_cancel("The customer is a nuisance")

    def test_cancelled(self):
        """SV-5: who counts on an appointment is told, once, that it does not take place; not why."""
        order = self.new_planned(user_id=self.advisor.id)
        self.send()
        self.cancel(order)
        mail = self.send()
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertIn("is cancelled", mail.subject)
        self.assertIn(order._tell_moment(self.soon), mail.body_html)
        self.assertNotIn("nuisance", f"{mail.subject} {mail.body_html}")
        self.assertFalse(self.send())
        with self.gates_open():
            order.with_user(self.advisor).action_reopen("It was a mistake", "appointment")
        self.send()
        self.cancel(order)
        self.assertEqual(len(self.send()), 1)
        self.assertIn("cancelled:1", self.events(order))

    def test_cancelled_as_wished(self):
        """The page only asks: the customer waits for the answer."""
        order = self.new_planned(user_id=self.advisor.id)
        self.send()
        order.sudo()._ask_for_change("cancel", "")
        self.cancel(order)
        self.assertIn("is cancelled", self.send().subject)

    def test_cancelled_request(self):
        """Who asked on the page for an appointment is told that there is none."""
        order = self.new_planned(scheduled_start=False, user_id=self.advisor.id)
        order.sudo().asked_online = True
        self.cancel(order)
        self.assertIn("there will be no appointment", self.send().body_html)

    def test_cancelled_and_not_told(self):
        """Nobody is told of what they do not count on, nor twice, nor after it was taken back."""
        past = self.new_planned(scheduled_start=self.now - timedelta(hours=1), user_id=self.advisor.id)
        without = self.new_planned(scheduled_start=False, user_id=self.advisor.id)
        begun = self.new_planned(user_id=self.advisor.id)
        back = self.new_planned(user_id=self.advisor.id)
        self.move(begun, "work")
        self.send()
        for order in (past, without, begun, back):
            self.cancel(order)
        with self.gates_open():
            back.with_user(self.advisor).action_reopen("It was a mistake", "appointment")
        cancelled = self.Notice.search([("event", "=like", "cancelled:%")])
        self.assertEqual(cancelled.order_id, back)
        self.send()
        self.assertEqual(cancelled.state, "skipped")
        # A company that has its own letter for this stage sends that one.
        stage = self.env["complaint.service.stage"].search([("step", "=", "cancelled")], limit=1)
        stage.mail_template_id = self.env.ref(f"{TEMPLATE}delay")
        order = self.new_planned(user_id=self.advisor.id)
        self.send()
        self.cancel(order)
        self.assertEqual(self.kinds(order), ["confirmed", "stage"])

    # who is not written to

    def test_never_written_to(self):
        """Robots, blacklisted and bounced addresses and our own get nothing; the reason is kept."""
        self.env["mail.blacklist"]._add("black@example.com")
        addresses = {
            False: "no_address",
            "no-reply@example.com": "robot",
            "black@example.com": "blacklisted",
            self.company.email: "own",
        }
        for address, reason in addresses.items():
            with self.subTest(reason=reason):
                partner = self.env["res.partner"].create({"name": "Li Si", "email": address})
                order = self.new_planned(partner_id=partner.id, asset_id=False, partner_phone="123456")
                order._notify_customer("confirmed:0", f"{TEMPLATE}confirmed")
                self.assertFalse(self.send())
                self.assertEqual(self.Notice.search([("order_id", "=", order.id)]).reason, reason)

    def test_bounced(self):
        """Where a letter came back nobody writes again: somebody calls, and a mail from there ends it."""
        order = self.new_planned(user_id=self.advisor.id).sudo()
        address = order._get_stated_address()
        order.with_context(complaint_mail_failed=True)._message_receive_bounce(address, self.customer)
        self.assertEqual(order.bounced_email, address)
        self.assertTrue(order.activity_ids.filtered(lambda activity: "does not work" in activity.summary))
        self.assertFalse(self.send())
        self.assertEqual(self.Notice.search([("order_id", "=", order.id)]).reason, "bounced")
        order.message_post(body="I am here.", message_type="email", email_from=address)
        self.assertFalse(order.bounced_email)

    def test_excluded(self):
        """OR-2: the employee concerned by the complaint behind it is not written to as its customer."""
        complaint = self.new_complaint(employee_ids=[(6, 0, self.technician.ids)])
        partner = self.technician_user.partner_id
        partner.email = "concerned@example.com"
        order = self.new_planned(
            partner_id=partner.id, asset_id=False, technician_ids=False, complaint_id=complaint.id
        )
        self.assertEqual(order.sudo()._get_letter_refusal(), "excluded")

    # the rest of the way

    def test_quotation(self):
        """SV-2, SV-4: each version that is offered is told; an answered one is not any more."""
        order = self.new_planned()
        self.send()
        self.offer(order)
        mail = self.send()
        self.assertIn(f"/my/service/{order.id}?access_token=", mail.body_html)
        self.assertIn("#quotation", mail.body_html)
        order.line_ids[:1].quantity = 3
        order.with_user(self.advisor).action_offer_quotation()
        order.sudo()._agree("phone", "Wang Fang")
        self.assertFalse(self.send())
        self.assertEqual(self.events(order, "sent"), ["confirmed:0", "quotation:1"])

    def test_ready_and_closed(self):
        """SV-2: ready for the hand-over, and thanks at the end; a card dropped wrongly is no news."""
        order = self.new_planned()
        self.send()
        self.move(order, "handover")
        self.move(order, "work")
        self.assertFalse(self.send())
        self.move(order, "work")
        self.env["complaint.service.notice"].search([("order_id", "=", order.id)]).unlink()
        self.move(order, "handover")
        self.assertIn("ready for you", self.send().subject)
        self.move(order, "closed")
        self.assertIn("thank you", self.send().subject)

    def test_delay(self):
        """SV-5: when the planned end has passed and the work goes on, the customer is told, once."""
        order = self.new_planned(scheduled_end=self.soon + timedelta(hours=2))
        self.send()
        self.move(order, "reception")
        self.move(order, "work")
        end = order.scheduled_end - fields.Datetime.now()
        self.assertFalse(self.send(after=end))
        self.assertIn("longer", self.send(after=end + timedelta(hours=1)).subject)
        self.assertFalse(self.send(after=end + timedelta(hours=5)))

    def test_no_delay(self):
        """Done in time, put off, or not begun: nothing takes longer."""
        done, put_off, waiting = (
            self.new_planned(scheduled_end=self.soon + timedelta(hours=2)) for _number in range(3)
        )
        self.send()
        for order in (done, put_off):
            self.move(order, "reception")
        self.move(done, "settlement")
        put_off.scheduled_end += timedelta(days=5)
        after = self.soon + timedelta(hours=3) - fields.Datetime.now()
        self.assertFalse(self.send(after=after))
        self.assertFalse([kind for kind in self.kinds(waiting) if kind == "delay"])
        self.assertIn("longer", self.send(after=after + timedelta(days=5)).subject)

    def test_limit_moved(self):
        """TL-7, SV-5: the customer is told the new date and the reason."""
        order = self.new_planned()
        self.send()
        self.move(order, "work")
        clock = self.milestone(order, "complete").with_user(self.workshop_manager)
        extension = (
            clock.env["complaint.deadline.extension"]
            .sudo()
            .create({"deadline_id": clock.id, "amount": 2, "unit": "days", "reason": "A part comes later."})
        )
        order._tell_limit_moved(extension)
        self.assertIn("A part comes later.", self.send().body_html)

    def test_words_of_a_colleague(self):
        """TL-3: what a colleague writes to the customer answers the request; a note does not."""
        order = self.new_planned(scheduled_start=False).with_user(self.advisor)
        words = {"message_type": "comment", "partner_ids": self.customer.ids}
        order.message_post(body="A note", subtype_xmlid="mail.mt_note", **words)
        self.assertFalse(self.milestone(order, "respond").reached_at)
        order.message_post(body="We look for a time.", subtype_xmlid="mail.mt_comment", **words)
        self.assertTrue(self.milestone(order, "respond").reached_at)

    def test_words_of_the_customer(self):
        """What the customer writes back by mail somebody has to read: one task, however often."""
        order = self.new_planned(user_id=self.advisor.id).sudo()
        for _number in range(2):
            order.message_post(
                body="When can I come?",
                message_type="email",
                author_id=self.customer.id,
                subtype_xmlid="mail.mt_comment",
            )
        tasks = order.activity_ids.filtered(lambda activity: "When can I come" in (activity.summary or ""))
        self.assertEqual(tasks.user_id, self.advisor)
        self.assertEqual(len(tasks), 1)

    def test_queries(self):
        """DESIGN 4.3: planning costs the same for one order and for many."""
        many = self.env["complaint.service.order"].union(*(self.new_planned() for _number in range(9)))
        many.mapped("company_id")
        counts = []
        for number, orders in enumerate((many[:1], many[:1], many)):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            orders._notify_customer(f"test:{number}", f"{TEMPLATE}confirmed")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts[1:])

    def test_access(self):
        """Who reads the order reads what was written; nobody writes it."""
        order = self.new_planned()
        notice = self.Notice.search([("order_id", "=", order.id)])
        self.assertTrue(notice.with_user(self.advisor).has_access("read"))
        self.assertFalse(notice.with_user(self.other_advisor).has_access("read"))
        self.assertFalse(notice.with_user(self.workshop_manager).has_access("write"))
        self.assertFalse(notice.with_user(self.plain_user).has_access("read"))
