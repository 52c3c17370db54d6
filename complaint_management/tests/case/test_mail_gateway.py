from odoo.tests import tagged
from odoo.tools import mute_logger

from .mail_common import MailGatewayCommon

THREAD_LOGGER = "odoo.addons.mail.models.mail_thread"


@tagged("post_install", "-at_install")
class TestThreading(MailGatewayCommon):
    """A reply becomes part of its complaint only where its sender takes part in it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.firm = cls.env["res.partner"].create(
            {"name": "Firm", "is_company": True, "email": "info@firm.example"}
        )
        cls.clerk, cls.boss = cls.env["res.partner"].create(
            [
                {"name": "Clerk", "email": "clerk@firm.example", "parent_id": cls.firm.id},
                {"name": "Boss", "email": "boss@firm.example", "parent_id": cls.firm.id},
            ]
        )

    def assert_threaded(self, complaint, sender, **values):
        made, added = self.receive_reply(complaint, self.answer, sender=sender, **values)
        self.assertFalse(made)
        self.assertEqual(added.mapped("message_type"), ["email"])
        self.assertEqual(added.parent_id, self.answer)
        return added

    def assert_apart(self, complaint, sender, **values):
        """The mail is a complaint of its own and nothing of it is on the other one."""
        made, added = self.receive_reply(complaint, self.answer, sender=sender, **values)
        self.assertEqual(len(made), 1)
        self.assertEqual(made.team_id, self.centre)
        self.assertFalse(added)
        self.assertFalse(made.message_ids.parent_id)
        return made

    def test_customer(self):
        complaint = self.new_case()
        message = self.assert_threaded(complaint, "Zhang San <ZHANG.SAN@example.com>")
        self.assertEqual(message.author_id, self.customer)
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_comment"))

    def test_references(self):
        """Of 300 references the newest count."""
        complaint = self.new_case()
        references = " ".join([f"<old-{n}@example.com>" for n in range(299)] + [self.answer.message_id])
        self.assert_threaded(complaint, "zhang.san@example.com", In_Reply_To=None, References=references)

    def test_typed_address(self):
        """A complainant who is no contact takes part by the address they gave."""
        complaint = self.new_case(partner_id=False, partner_name="Li", partner_email="li@example.com")
        self.assert_threaded(complaint, "li@example.com")

    def test_colleague_of_customer(self):
        complaint = self.new_case(partner_id=self.clerk.id)
        self.assert_threaded(complaint, "boss@firm.example")
        self.assert_threaded(complaint, "info@firm.example")
        self.assert_apart(complaint, "nobody@firm.example")

    def test_on_behalf_of(self):
        complaint = self.new_case(on_behalf_of_id=self.clerk.id)
        self.assert_threaded(complaint, "clerk@firm.example")

    def test_in_copy(self):
        """Who was in copy of a participant's mail takes part, from the first mail on."""
        made = self.receive(self.compose(Cc="Lawyer <law@example.net>, other@example.net"))
        self.assertEqual(made.email_cc, '"Lawyer" <law@example.net>, other@example.net')
        self.answer = made.message_ids
        self.assert_threaded(made, "law@example.net", Cc=f"Expert <expert@example.net>, {self.address}")
        self.assertNotIn(self.address, made.email_cc)
        self.assert_threaded(made, "expert@example.net")

    def test_addressed(self):
        """Who was written to on the case, or was a recipient beside the team, takes part."""
        complaint = self.new_case()
        expert = self.env["res.partner"].create({"name": "Expert", "email": "expert@example.net"})
        with self.mock_mail_gateway():
            self.answer = complaint.message_post(
                body="What do you think?", partner_ids=expert.ids, subtype_xmlid="mail.mt_comment"
            )
        self.assert_threaded(complaint, "expert@example.net", to=f"{self.address}, <friend@example.net>")
        self.assert_threaded(complaint, "friend@example.net")

    def test_follower(self):
        complaint = self.new_case()
        follower = self.env["res.partner"].create({"name": "Follower", "email": "follower@example.net"})
        complaint.message_subscribe(follower.ids)
        self.assert_threaded(complaint, "follower@example.net")

    def test_merged_complainant(self):
        """The complainant of a merged complaint goes on in the one it went into."""
        complaint = self.new_case()
        other = self.receive(self.compose(sender="sister@example.net"))
        self.answer = other.message_ids
        other.with_user(self.manager).merge_into(complaint.with_user(self.manager))
        self.assert_threaded(complaint, "sister@example.net")

    def test_colleagues(self):
        """Colleagues who may read the case take part; others' mail is apart (OR-1)."""
        complaint = self.new_case()
        self.assert_threaded(complaint, self.colleague.email_formatted)
        self.assert_threaded(complaint, self.manager.email_formatted)
        for user in (self.stranger, self.plain_user, self.foreign_manager):
            with self.subTest(user.login):
                self.assert_apart(complaint, user.email_formatted)

    def test_confidential(self):
        """Who wrote on a case that became confidential does not take part any more."""
        complaint = self.new_case(user_id=self.handler.id)
        self.assert_threaded(complaint, self.colleague.email_formatted)
        complaint.confidential = True
        self.flush_tracking()
        self.assert_apart(complaint, self.colleague.email_formatted)

    def test_stranger(self):
        """A stranger who knows a message id neither enters the case nor is lost."""
        complaint = self.new_case()
        made = self.assert_apart(complaint, "Eve <eve@example.org>")
        self.assertFalse(made.partner_id)
        self.assertFalse(made.message_ids.is_internal)
        self.assert_apart(complaint, "zhang.san@example.com.evil.example")
        self.assert_apart(complaint, None)

    @mute_logger(THREAD_LOGGER)
    def test_stranger_to_catchall(self):
        complaint = self.new_case()
        made, added = self.receive_reply(complaint, self.answer, sender="eve@example.org", to=self.catchall)
        self.assertFalse(made)
        self.assertFalse(added)
        self.assert_threaded(complaint, "zhang.san@example.com", to=self.catchall)

    def test_number_in_subject(self):
        """A stranger's mail that quotes a number is a complaint of its own (zammad #5064)."""
        complaint = self.new_case()
        known, number = complaint.message_ids, complaint.number
        for sender, subject in (
            ("eve@example.org", f"Re: {complaint.display_name}"),
            ("eve@example.org", f"Re: Re: AW: [{number}]"),
            ("zhang.san+x@example.com", number),
            ('"zhang.san@example.com" <eve@example.org>', number),
            ("zhang.san@example.com <eve@example.org>", number),
            ("eve@example.org, zhang.san@example.com", number),
            ("zhang.san@example.com.example.org", number),
            (self.plain_user.email_formatted, f"Fwd: {number}"),
        ):
            with self.subTest(sender):
                made = self.receive(
                    self.compose(sender=None, subject=subject, body="I know it.").replace(
                        b"To:", f"From: {sender}\nTo:".encode(), 1
                    )
                )
                self.assertEqual(len(made), 1)
                self.assertFalse(made.related_ids)
        made = self.receive(
            self.compose(sender="eve@example.org", subject=number, Reply_To="zhang.san@example.com")
        )
        self.assertEqual(len(made), 1)
        complaint.invalidate_recordset()
        self.assertEqual(complaint.message_ids, known)

    def test_own_number_in_subject(self):
        """The complainant's own mail that quotes the number is part of the complaint, in any language."""
        complaint = self.new_case()
        number = complaint.number
        for subject in (
            number,
            f"Re: Re: {number} heating",
            f"关于{number}的投诉",
            f"[{number}]",
            f"({number}).",
        ):
            with self.subTest(subject):
                known = complaint.message_ids
                self.assertFalse(self.receive(self.compose(subject=subject, Reply_To="eve@example.org")))
                complaint.invalidate_recordset(["message_ids"])
                self.assertEqual((complaint.message_ids - known).message_type, "email")
        for subject in (f"{number}9", f"x{number}", number[:-1], "No heating"):
            with self.subTest(subject):
                self.assertEqual(len(self.receive(self.compose(subject=subject))), 1)

    def test_own_number_elsewhere(self):
        """To another team it is still that complaint, to another company it is not (OR-3)."""
        complaint = self.new_case()
        to = f"{self.address}, {self.other_address}"
        known = complaint.message_ids
        self.assertFalse(self.receive(self.compose(subject=complaint.number, to=to)))
        complaint.invalidate_recordset(["message_ids"])
        self.assertEqual(len(complaint.message_ids - known), 1)
        made = self.receive(self.compose(subject=complaint.number, to=self.foreign_address))
        self.assertEqual(made.company_id, self.company_2)
        known = complaint.message_ids
        made = self.receive(
            self.compose(subject=complaint.number, to=f"{self.address}, {self.foreign_address}")
        )
        self.assertEqual(made.company_id, self.company_2)
        complaint.invalidate_recordset(["message_ids"])
        self.assertEqual(len(complaint.message_ids - known), 1)

    def test_copy_of_quoting_mail(self):
        """A copy of such a mail for another team is the same reply."""
        complaint = self.new_case()
        raw = self.compose(subject=complaint.number)
        self.assertFalse(self.receive(raw))
        known = complaint.message_ids
        self.assertFalse(self.receive(f"Delivered-To: {self.other_address}\n".encode() + raw))
        complaint.invalidate_recordset(["message_ids"])
        self.assertEqual(complaint.message_ids, known)

    def test_quoted_link(self):
        """The link of a quoted letter tells the complaint, to the complainant's own mail alone."""
        complaint, link = self.new_case(), "https://example.com/my/complaints/%s?access_token=%s"
        complaint.received_at = "2025-01-01"
        right = link % (complaint.id, complaint._ensure_access_token())
        wrong = link % (complaint.id, "0" * 8 + "-0000-0000-0000-" + "0" * 12)
        known = complaint.message_ids
        self.assertEqual(len(self.receive(self.compose(subject="Hello", body=f"> {wrong}"))), 1)
        self.assertEqual(len(self.receive(self.compose(sender="eve@example.org", body=f"> {right}"))), 1)
        # Long after, the number in a text is what the writer wants to say.
        self.assertEqual(len(self.receive(self.compose(body=f"Not about {complaint.number}!"))), 1)
        complaint.invalidate_recordset(["message_ids"])
        self.assertEqual(complaint.message_ids, known)
        self.assertFalse(self.receive(self.compose(subject="Hello", body=f"> {right}")))
        complaint.invalidate_recordset(["message_ids"])
        self.assertEqual(len(complaint.message_ids - known), 1)

    def test_link_is_no_text(self):
        """A quoted link is not kept in what a new complaint says happened."""
        complaint = self.new_case()
        token = complaint._ensure_access_token()
        made = self.receive(self.compose(sender="eve@example.org", body=complaint._get_customer_link()))
        self.assertIn("/my/complaints/", made.description)
        self.assertNotIn(token, made.description)
        self.assertNotIn(token, made.message_ids.body)

    def test_several_senders(self):
        """A mail in the name of several people is nobody's reply."""
        complaint = self.new_case()
        for sender in ("zhang.san@example.com, eve@example.org", "zhang.san@example.com <eve@example.org>"):
            raw = self.compose(sender=None, In_Reply_To=self.answer.message_id)
            raw = raw.replace(b"To:", f"From: {sender}\nTo:".encode(), 1)
            known = complaint.message_ids
            self.assertEqual(len(self.receive(raw)), 1)
            complaint.invalidate_recordset(["message_ids"])
            self.assertEqual(complaint.message_ids, known)

    def test_sender_and_reply_to(self):
        """Who a mail is from counts, not where its answers go."""
        complaint = self.new_case()
        self.assert_apart(complaint, "eve@example.org", Reply_To="zhang.san@example.com")
        self.assert_apart(complaint, "zhang.san+eve@example.com")
        self.assert_apart(complaint, '"zhang.san@example.com" <eve@example.org>')
        self.assert_threaded(complaint, "zhang.san@example.com", Reply_To="eve@example.org")
        self.assert_threaded(complaint, '"zhang.san@example.com" <zhang.san@example.com>')

    def test_former_customer(self):
        """odoo #69281: whose complaint it was before neither writes into it nor gets anything of it."""
        complaint = self.new_case()
        first = self.assert_threaded(complaint, "zhang.san@example.com", Cc="law@example.net")
        sister = self.env["res.partner"].create({"name": "Li", "email": "li@example.com"})
        complaint.with_user(self.handler).partner_id = sister
        self.flush_tracking()
        self.assert_apart(complaint, "zhang.san@example.com")
        made = self.receive(self.compose(subject=complaint.number))
        self.assertEqual(len(made), 1)
        self.assertFalse(made.related_ids)
        self.assert_threaded(complaint, "li@example.com")
        self.assert_threaded(complaint, "law@example.net")
        self.assert_threaded(complaint, self.colleague.email_formatted)
        # What answers a message of theirs does not go to them.
        for sender in ("li@example.com", self.handler.email_formatted):
            made, added = self.receive_reply(complaint, first, sender=sender)
            self.assertFalse(made)
            self.assertNotIn(self.customer, added.partner_ids | added.notified_partner_ids)
            self.assertNotIn(self.customer, self._new_mails.recipient_ids)
        # Taken back, or let in on purpose, they take part again.
        complaint.message_subscribe(self.customer.ids)
        self.assert_threaded(complaint, "zhang.san@example.com")
        complaint.message_unsubscribe(self.customer.ids)
        self.assert_apart(complaint, "zhang.san@example.com")
        complaint.with_user(self.handler).partner_id = self.customer
        self.flush_tracking()
        self.assert_threaded(complaint, "zhang.san@example.com")
        self.assert_apart(complaint, "li@example.com")

    def test_contact_found_later(self):
        """Who wrote from one address and turns out to be a contact with another one is the same person."""
        complaint = self.receive(self.compose(sender="li@home.example"))
        self.answer = complaint.message_ids
        complaint.partner_id = self.customer
        self.flush_tracking()
        self.assert_threaded(complaint, "li@home.example")
        self.assert_threaded(complaint, "zhang.san@example.com")

    def test_former_customer_same_company(self):
        """Another contact of the same company takes over: both are its people."""
        complaint = self.new_case(partner_id=self.clerk.id)
        complaint.partner_id = self.boss
        self.flush_tracking()
        self.assert_threaded(complaint, "clerk@firm.example")

    def test_former_customers_merged(self):
        """Merging makes nobody a former customer, and keeps those who are."""
        complaint = self.new_case()
        sister = self.env["res.partner"].create({"name": "Li", "email": "li@example.com"})
        other = self.new_case(partner_id=self.clerk.id)
        other.partner_id = sister
        complaint = complaint.with_user(self.manager)
        other.with_user(self.manager).merge_into(complaint, {"partner_id": other.with_user(self.manager)})
        complaint = complaint.with_user(self.user_root).sudo()
        self.answer = complaint.message_ids.filtered(lambda message: message.message_type == "comment")[:1]
        self.assertEqual(complaint.partner_id, sister)
        for sender in ("zhang.san@example.com", "li@example.com"):
            made, _added = self.receive_reply(complaint, self.answer, sender=sender)
            self.assertFalse(made)
        self.assert_apart(complaint, "clerk@firm.example")

    def test_merged_route(self):
        """A reply that still names a merged complaint reaches the one it went into."""
        complaint, target = self.new_case(), self.new_case(partner_id=self.clerk.id)
        complaint.with_user(self.manager).merge_into(target.with_user(self.manager))
        self.flush_tracking()
        self.answer = complaint._message_log(body="Merged")
        known = target.message_ids
        made, added = self.receive_reply(complaint, self.answer)
        self.assertFalse(made)
        self.assertFalse(added)
        target.invalidate_recordset(["message_ids"])
        self.assertEqual((target.message_ids - known).message_type, "email")

    def test_employee_concerned(self):
        """The employee concerned writes nothing into the case and gets nothing of it (OR-2)."""
        employee = self.new_employee(self.colleague, private_email="home@example.net")
        complaint = self.new_case()
        self.assert_threaded(complaint, "zhang.san@example.com", Cc="home@example.net")
        with self.mock_mail_gateway():
            complaint.message_post(
                body="Ask them.", partner_ids=self.colleague.partner_id.ids, subtype_xmlid="mail.mt_comment"
            )
        complaint.message_subscribe(self.colleague.partner_id.ids)
        complaint.employee_ids = employee
        for sender in (self.colleague.email_formatted, "home@example.net"):
            with self.subTest(sender):
                self.assert_apart(complaint, sender)
        concerned = self.colleague.partner_id
        message = self.assert_threaded(complaint, "zhang.san@example.com", Cc=self.colleague.email)
        self.assertNotIn(concerned, message.partner_ids)
        self.assertNotIn(concerned, message.notified_partner_ids)
        self.assertNotIn(self.colleague.email_normalized, complaint.email_cc or "")
        self.assertNotIn(concerned, self._new_mails.recipient_ids)

    def test_typed_copy(self):
        """Who was entered as being in copy takes part."""
        complaint = self.new_case(email_cc="Law <law@example.net>")
        self.assert_threaded(complaint, "law@example.net")

    def test_reply_to_note(self):
        """A colleague's answer to an internal note stays internal; a stranger's has nothing to do with it."""
        complaint = self.new_case()
        self.answer = complaint.with_user(self.handler).message_post(
            body="Between us", subtype_xmlid="mail.mt_note"
        )
        message = self.assert_threaded(complaint, self.colleague.email_formatted)
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_note"))
        made = self.assert_apart(complaint, "eve@example.org")
        self.assertFalse(made.message_ids.is_internal)
        self.assertEqual(made.message_ids.subtype_id, self.env.ref("mail.mt_comment"))


@tagged("post_install", "-at_install")
class TestCopies(MailGatewayCommon):
    """One message makes one complaint in each team that it is addressed to."""

    def test_twice(self):
        raw = self.compose()
        self.assertEqual(len(self.receive(raw)), 1)
        self.assertFalse(self.receive(raw))

    def test_two_teams_at_once(self):
        raw = self.compose(to=f"{self.address}, {self.other_address}")
        made = self.receive(raw)
        self.assertEqual(made.team_id, self.centre | self.other_team)
        self.assertEqual(len(made), 2)
        self.assertEqual(len(made.mapped("number")), 2)
        self.assertFalse(self.receive(raw))

    def test_later_copy_for_another_team(self):
        """A blind copy that arrives later reaches its team, once, and may be answered there."""
        raw = self.compose()
        first = self.receive(raw)
        copy = f"Delivered-To: {self.other_address}\n".encode() + raw
        second = self.receive(copy)
        self.assertEqual(first.team_id, self.centre)
        self.assertEqual(second.team_id, self.other_team)
        self.assertEqual(second.description, first.description)
        self.assertNotEqual(second.message_ids.message_id, first.message_ids.message_id)
        self.assertFalse(self.receive(copy))
        self.assertFalse(self.receive(raw))
        made, added = self.receive_reply(second, to=self.other_address)
        self.assertFalse(made)
        self.assertEqual(len(added), 1)

    def test_copies_for_three_teams(self):
        """Each of many copies goes to the teams that do not have it; the company is that of each (OR-3)."""
        raw = self.compose()
        self.assertEqual(self.receive(raw).team_id, self.centre)
        copy = f"Delivered-To: {self.foreign_address}\nCc: {self.other_address}\n".encode() + raw
        made = self.receive(copy)
        self.assertEqual(made.team_id, self.other_team | self.foreign_team)
        self.assertEqual(made.company_id, self.company | self.company_2)
        self.assertFalse(self.receive(copy))

    def test_copy_after_merge(self):
        """A team whose complaint was merged into another one's does not get the copy again."""
        raw = self.compose()
        copy = f"Delivered-To: {self.other_address}\n".encode() + raw
        first, second = self.receive(raw), self.receive(copy)
        second.with_user(self.manager).merge_into(first.with_user(self.manager))
        self.assertFalse(self.receive(copy))

    def test_long_message_id(self):
        """A message id that no index holds is shortened, and still tells copies."""
        raw = self.compose().replace(b"<test-", b"<" + self.incompressible().encode())
        self.assertEqual(len(self.receive(raw)), 1)
        self.assertFalse(self.receive(raw))
        second = self.receive(f"Delivered-To: {self.other_address}\n".encode() + raw)
        self.assertEqual(second.team_id, self.other_team)

    def test_copy_of_reply(self):
        """A reply that comes twice is one reply, also where the second copy went to another team."""
        complaint = self.new_case()
        raw = self.compose(In_Reply_To=self.answer.message_id)
        self.receive(raw)
        known = complaint.message_ids
        self.assertFalse(self.receive(raw))
        self.assertFalse(self.receive(f"Delivered-To: {self.other_address}\n".encode() + raw))
        complaint.invalidate_recordset()
        self.assertEqual(complaint.message_ids, known)

    def test_other_model(self):
        """What another model got of a message before, it does not get again with our copy."""
        self.env["mail.alias"].create(
            {
                "alias_name": "newleads",
                "alias_domain_id": self.mail_alias_domain.id,
                "alias_model_id": self.env["ir.model"]._get_id("crm.lead"),
            }
        )
        raw = self.compose(to=f"newleads@{self.alias_domain}")
        self.assertFalse(self.receive(raw))
        leads = self.env["crm.lead"].search([("name", "=", "No heating")])
        self.assertEqual(len(leads), 1)
        self.assertEqual(len(self.receive(f"Delivered-To: {self.address}\n".encode() + raw)), 1)
        self.assertFalse(self.receive(f"Delivered-To: {self.address}\n".encode() + raw))
        self.assertEqual(self.env["crm.lead"].search([("name", "=", "No heating")]), leads)
        self.assertEqual(
            leads.message_ids.filtered(lambda message: message.message_type == "email").mapped("model"),
            ["crm.lead"],
        )


@tagged("post_install", "-at_install")
class TestCompanies(MailGatewayCommon):
    """The company is that of the address, whoever the gateway runs as (OR-3)."""

    def test_company_of_alias(self):
        prefix = self.company_2._get_complaint_sequence().prefix.partition("%")[0]
        for user in (self.user_root, self.user_admin, self.user_employee_c2):
            with self.subTest(user.login):
                made = self.receive(self.compose(to=self.foreign_address), user=user)
                self.assertEqual(made.company_id, self.company_2)
                self.assertEqual(made.team_id, self.foreign_team)
                self.assertTrue(made.number.startswith(prefix), made.number)
                self.assertFalse(made.user_id | made.received_by_id)
        made = self.receive(self.compose(), user=self.user_employee_c2)
        self.assertEqual(made.company_id, self.company)

    def test_stale_alias(self):
        """An address follows its team into another company."""
        team = self.env["complaint.team"].create({"name": "Moving", "alias_name": "moving"})
        team.write({"company_id": self.company_2.id, "alias_domain_id": self.mail_alias_domain_c2.id})
        made = self.receive(self.compose(to=team.alias_email))
        self.assertEqual(made.company_id, self.company_2)
        self.assertEqual(made.team_id, team)

    def test_address_for_team_of_other_company(self):
        """A manager of both companies gives a team an address: it is in the domain of the team's company."""
        team = self.env["complaint.team"].create({"name": "Abroad", "company_id": self.company_2.id})
        self.assertEqual(self.env.company, self.company)
        team.alias_name = "abroad"
        self.assertEqual(team.alias_id.alias_domain_id, self.mail_alias_domain_c2)
        self.assertEqual(self.receive(self.compose(to=team.alias_email)).team_id, team)

    def test_contact_of_other_company(self):
        """A contact of another company is not linked; an own or shared one is."""
        self.customer.company_id = self.company
        made = self.receive(self.compose(to=self.foreign_address))
        self.assertFalse(made.partner_id)
        self.assertEqual((made.partner_name, made.partner_email), ("Zhang San", "zhang.san@example.com"))
        shared = self.customer.copy({"company_id": False, "email": self.customer.email})
        self.assertEqual(self.receive(self.compose(to=self.foreign_address)).partner_id, shared)
        own = self.customer.copy({"company_id": self.company_2.id, "email": self.customer.email})
        self.assertEqual(self.receive(self.compose(to=self.foreign_address)).partner_id, own)
        self.assertEqual(self.receive(self.compose()).partner_id, self.customer)

    def test_sender_of_company(self):
        """Of several contacts with one address the company's own comes first."""
        self.customer.company_id = self.company
        shared = self.customer.copy({"company_id": False, "email": self.customer.email})
        own = self.customer.copy({"company_id": self.company_2.id, "email": self.customer.email})
        for company, found in (
            (self.company, self.customer),
            (self.company_2, own),
            (self.company_3, shared),
        ):
            self.assertEqual(self.Complaint._find_sender("Zhang.San@example.com", company), found)
        self.assertFalse(self.Complaint._find_sender("nonsense", self.company))

    def test_answer(self):
        """Answers leave with the team's address to reply to, in the thread, and find their way back."""
        for address, user in ((self.address, self.handler), (self.foreign_address, self.foreign_manager)):
            with self.subTest(address):
                raw = self.compose(to=address)
                made = self.receive(raw)
                with self.mock_mail_gateway():
                    answer = made.with_user(user).message_post(
                        body="We come.", partner_ids=self.customer.ids, subtype_xmlid="mail.mt_comment"
                    )
                sent = self._mails[0]
                self.assertIn(address, sent["reply_to"])
                self.assertIn(made.message_ids.sorted("id")[0].message_id, sent["references"])
                self.assertEqual(sent["message_id"], answer.message_id)
                reply, added = self.receive_reply(made, answer, to=sent["reply_to"])
                self.assertFalse(reply)
                self.assertEqual(len(added), 1)

    def test_no_alias(self):
        """Without an address of the team the answers come to the catchall address, as ever."""
        self.centre.alias_name = False
        complaint = self.new_case()
        self.assertIn(self.catchall, self.answer.reply_to)
        made, added = self.receive_reply(complaint, self.answer, to=self.catchall)
        self.assertFalse(made)
        self.assertEqual(len(added), 1)


@tagged("post_install", "-at_install")
class TestLoops(MailGatewayCommon):
    """Machines are not answered, and the 21st mail of a sender in two hours makes no complaint."""

    @mute_logger(THREAD_LOGGER)
    def test_many_mails(self):
        for number in range(20):
            self.assertEqual(len(self.receive(self.compose(sender=f"Bot {number} <bot@example.com>"))), 1)
        self.assertFalse(self.receive(self.compose(sender="bot@example.com")))
        self.assertEqual(len(self.receive(self.compose())), 1)

    @mute_logger(THREAD_LOGGER)
    def test_told_once(self):
        """Whoever writes too much is told so once, not with each further mail, and it is noted."""
        complaint = self.new_case()
        bounces = []
        for _number in range(25):
            made, _added = self.receive_reply(complaint, self.answer)
            self.assertFalse(made)
            bounces += [mail for mail in self._mails if "zhang.san@example.com" in str(mail["email_to"])]
        self.assertEqual(len(bounces), 1)
        mails = complaint.message_ids.filtered(lambda message: message.message_type == "email")
        self.assertEqual(len(mails), 20)
        notes = complaint.message_ids.filtered(lambda message: "Too many mails" in (message.body or ""))
        self.assertEqual(len(notes), 1)
        bounces = []
        for _number in range(25):
            self.receive(self.compose(sender="bot@example.com"))
            bounces += [mail for mail in self._mails if "bot@example.com" in str(mail["email_to"])]
        self.assertEqual(len(bounces), 1)

    def test_delivery_report_to_bounce_address(self):
        """A report that comes to the address for bounces is noted on the case as well."""
        complaint = self.new_case()
        known = complaint.message_ids
        raw = self.compose(
            sender="MAILER-DAEMON@example.com",
            to=f"{self.alias_bounce}@{self.alias_domain}",
            subject="Undelivered",
            body="No such user.",
        ).replace(b"Subject:", f"In-Reply-To: {self.answer.message_id}\nSubject:".encode(), 1)
        self.assertFalse(self.receive(raw))
        complaint.invalidate_recordset(["message_ids"])
        added = complaint.message_ids - known
        self.assertIn(
            "No such user.", added.filtered(lambda message: "Undelivered" in (message.body or "")).body
        )
        self.assertTrue(all(added.subtype_id.mapped("internal")))
        self.assertFalse(self._new_mails)

    def test_other_channels_do_not_count(self):
        """Complaints that somebody entered, or that have no address at all, block nobody's mail."""
        by_mail = self.env.ref("complaint_management.complaint_channel_email").id
        self.Complaint.create(
            [{"name": "By phone", "partner_email": "ann@example.com"}] * 20
            + [{"name": "Passed on by a colleague", "channel_id": by_mail}] * 20
        )
        self.assertEqual(len(self.receive(self.compose(sender="ann@example.com"))), 1)
        self.assertEqual(len(self.receive(self.compose(sender="Nonsense"))), 1)

    def test_indexed(self):
        """The loop check reads an index, not the whole table."""
        domain = self.Complaint._detect_loop_sender_domain("ann@example.com")
        self.assertIn(("email_normalized", "=", "ann@example.com"), domain)
        self.assertEqual(self.Complaint._mail_get_primary_email_field(), "partner_email")

    def test_vacation_reply(self):
        """A vacation notice on a case stays there as a silent note."""
        complaint = self.new_case()
        complaint.message_subscribe(self.colleague.partner_id.ids)
        body = "I am away until Monday."
        made, added = self.receive_reply(
            complaint, self.answer, subject="Out of office", body=body, Auto_Submitted="auto-replied"
        )
        self.assertFalse(made)
        self.assertEqual(added.message_type, "notification")
        self.assertTrue(added.subtype_id.internal)
        self.assertIn(body, added.body)
        self.assertFalse(added.notification_ids)
        self.assertFalse(self._new_mails)

    def test_delivery_report(self):
        """That a mail did not arrive stays on the case as a silent note."""
        complaint = self.new_case()
        made, added = self.receive_reply(
            complaint, self.answer, sender="postmaster@example.com", subject="Failed", body="No such user."
        )
        self.assertFalse(made)
        self.assertTrue(added.subtype_id.internal)
        self.assertIn("No such user.", added.body)
        self.assertFalse(added.notification_ids)
        self.assertFalse(self._new_mails)

    def test_vacation_reply_of_stranger(self):
        """Not even a note gets into a case by a stranger."""
        complaint = self.new_case()
        made, added = self.receive_reply(
            complaint, self.answer, sender="eve@example.org", Auto_Submitted="auto-replied"
        )
        self.assertFalse(made)
        self.assertFalse(added)
        self.assertFalse(self._new_mails)

    def test_automatic_mail_to_alias(self):
        for header in ({"Auto_Submitted": "auto-replied"}, {"Return_Path": "<>"}):
            with self.subTest(header):
                self.assertFalse(self.receive(self.compose(**header)))
                self.assertFalse(self._new_mails)

    def test_automatic_mail_without_alias(self):
        """A mailbox that is fetched for complaints takes people's mail only, and complains of none."""
        to = "mailbox@example.net"
        self.assertEqual(len(self.receive(self.compose(to=to), model="complaint.complaint")), 1)
        robot = self.compose(to=to, Auto_Submitted="auto-replied")
        self.assertFalse(self.receive(robot, model="complaint.complaint"))
        self.assertFalse(self._new_mails)


@tagged("post_install", "-at_install")
class TestIntakeByMail(MailGatewayCommon):
    """What a complaint takes over from a mail (IN-1, IN-2, IN-5)."""

    def test_known_sender(self):
        made = self.receive(self.compose(body="It is cold.\n\nVery cold.  Please help"))
        self.assertEqual(made.name, "No heating")
        self.assertEqual(made.description, "It is cold.\n\nVery cold.  Please help")
        self.assertEqual(made.partner_id, self.customer)
        self.assertEqual(made.partner_email, "zhang.san@example.com")
        self.assertEqual(made.partner_phone, self.customer.phone)
        self.assertEqual(made.team_id, self.centre)
        self.assertEqual(made.channel_id, self.env.ref("complaint_management.complaint_channel_email"))
        self.assertEqual(made.step, "new")
        self.assertEqual(len(made.message_ids), 1)
        self.assertFalse(made.message_partner_ids)
        self.assertFalse(self._new_mails)

    def test_unknown_sender(self):
        """No contact is made of an unknown sender; name and address are kept."""
        count = self.env["res.partner"].search_count([])
        made = self.receive(self.compose(sender='"Li, Si" <Li.Si@Example.net>'))
        self.assertEqual(self.env["res.partner"].search_count([]), count)
        self.assertFalse(made.partner_id)
        self.assertEqual(made.partner_name, "Li, Si")
        self.assertEqual(made.partner_email, "Li.Si@Example.net")
        self.assertEqual(made.email_normalized, "li.si@example.net")

    def test_first_receiver(self):
        """Nobody has received a mail; who takes the complaint first is its first receiver (IN-5)."""
        made = self.receive(self.compose())
        self.assertFalse(made.user_id | made.received_by_id)
        made.with_user(self.handler).action_assign_to_me()
        made.with_user(self.leader).action_assign_to_me()
        self.assertEqual(made.received_by_id, self.handler)
        self.assertEqual(made.user_id, self.leader)
        values = {"subject": "Cold", "email_from": "a@example.com", "body": ""}
        made = self.Complaint.with_user(self.handler).message_new(values, {"team_id": self.centre.id})
        self.assertFalse(made.user_id | made.received_by_id)

    def test_forwarded_by_colleague(self):
        """A colleague who passes a customer's mail on is not the complainant (IN-8)."""
        text = (
            "For you.\n\n---------- Forwarded message ---------\nFrom: {sender}\nDate: Thu, 1 Jan 2026\n"
            "Subject: Cold\n\nMy heating is broken.\n\n> From: Other <other@example.net>\n> Older.\n"
        )
        for sender, expected in (
            ("Zhang San <zhang.san@example.com>", ("Zhang San", "zhang.san@example.com", self.customer)),
            ("Li Si <li@example.net>", ("Li Si", "li@example.net", self.env["res.partner"])),
            # Passed on twice: the nearest sender outside of the company counts.
            (self.colleague.email_formatted, ("Other", "other@example.net", self.env["res.partner"])),
        ):
            with self.subTest(sender):
                raw = self.compose(
                    sender=self.plain_user.email_formatted,
                    subject="Fwd: Cold",
                    body=text.format(sender=sender),
                )
                made = self.receive(raw)
                self.assertEqual((made.partner_name, made.partner_email, made.partner_id), expected)
                self.assertFalse(made.user_id | made.received_by_id)
                self.assertEqual(made.message_ids.author_id, self.plain_user.partner_id)
                made.with_user(self.handler).action_assign_to_me()
                self.assertEqual(made.received_by_id, self.handler)

    def test_forwarded_without_trace(self):
        """Where a colleague's mail does not say whose complaint it is, nobody is guessed."""
        for subject, body in (("Called", "From: Li <li@example.net>\nhe is angry"), ("WG: x", "Von: jemand")):
            made = self.receive(
                self.compose(sender=self.handler.email_formatted, subject=subject, body=body),
                user=self.handler,
            )
            self.assertFalse(made.partner_id)
            self.assertFalse(made.partner_name)
            self.assertFalse(made.partner_email)
            self.assertFalse(made.user_id | made.received_by_id)

    def test_portal_customer(self):
        """A customer with a login is a customer."""
        user = self._create_portal_user()
        made = self.receive(self.compose(sender=user.email_formatted))
        self.assertEqual(made.partner_id, user.partner_id)

    def test_alias_defaults(self):
        """What an administrator sets on the address holds; the team's company is not up to it."""
        self.centre.alias_id.alias_defaults = {
            "team_id": self.centre.id,
            "company_id": self.company_2.id,
            "category_id": self.category.id,
            "user_id": self.handler.id,
        }
        made = self.receive(self.compose())
        self.assertEqual(made.category_id, self.category)
        self.assertEqual(made.user_id, self.handler)
        self.assertEqual(made.company_id, self.company)

    def test_cost(self):
        """One mail of a known sender: 42 queries, 3 for its clocks, 1 for what it quotes, 3 for its letters.

        A bare thread takes 33.
        """
        for _warm_up in range(3):
            self.receive(self.compose())
        raw = self.compose()
        gateway = self.env["mail.thread"].with_user(self.user_root)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        gateway.message_process(None, raw)
        self.env.cr.flush()
        self.assertLessEqual(self.env.cr.sql_log_count - before, 49)

    def test_attachments(self):
        message = (
            b"From: zhang.san@example.com\nSubject: Photo\nMIME-Version: 1.0\n"
            b"Content-Type: multipart/mixed; boundary=b\n\n"
            b"--b\nContent-Type: text/plain\n\nSee the photo.\n"
            b"--b\nContent-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\n\n"
            b"iVBORw0KGgo=\n--b--\n"
        )
        made = self.receive(f"To: {self.address}\n".encode() + message)
        self.assertEqual(made.message_ids.attachment_ids.mapped("name"), ["a.png"])
        self.assertEqual(made.message_ids.attachment_ids.raw, b"\x89PNG\r\n\x1a\n")
        self.assertEqual(made.message_ids.attachment_ids.res_model, made._name)
        self.assertEqual(made.message_ids.attachment_ids.res_id, made.id)


@tagged("post_install", "-at_install")
class TestHostileMail(MailGatewayCommon):
    def test_no_subject(self):
        made = self.receive(self.compose(subject=None, body="It is cold.\nVery."))
        self.assertEqual(made.name, "It is cold.")
        made = self.receive(self.compose(subject="  \t ", body=" \n"))
        self.assertEqual(made.name, "(no subject)")

    def test_long_subject(self):
        subject = "cold " * 1000
        made = self.receive(self.compose(subject=subject))
        self.assertEqual(len(made.name), 250)
        self.assertEqual(len(made.message_ids.subject.strip()), 4999)

    def test_long_text(self):
        made = self.receive(self.compose(body="word " * 100_000))
        self.assertEqual(len(made.description), 50_000)
        self.assertGreater(len(made.message_ids.body), 499_000)

    def test_only_html(self):
        html = (
            "<style>p {color: red}</style><p>It is <b>cold</b>.</p><p>Please<br>come</p>"
            "<script>alert(1)</script>"
        )
        made = self.receive(self.compose(body=html).replace(b"text/plain", b"text/html"))
        self.assertEqual(made.description, "It is cold.\n\nPlease\ncome")
        self.assertNotIn("script", made.message_ids.body)

    def test_senders(self):
        """A From header that is missing, empty or broken loses no complaint."""
        for sender, expected in (
            (None, False),
            ("Nonsense", "Nonsense"),
            ("<>", None),
            ("a@", False),
            ("Li <li@example.net", "li@example.net"),
            ("one@example.net, two@example.net", "one@example.net"),
        ):
            with self.subTest(str(sender)[:40]):
                raw = self.compose(sender=None)
                if sender:
                    raw = f"From: {sender}\n".encode() + raw
                made = self.receive(raw)
                if expected is None:
                    self.assertLessEqual(len(made), 1)
                else:
                    self.assertEqual(made.partner_email, expected)

    def test_long_address(self):
        """An address that no index holds is cut."""
        name = self.incompressible()
        made = self.receive(
            self.compose(sender=None).replace(b"To:", f"From: {name}@example.net\nTo:".encode(), 1)
        )
        self.assertEqual(len(made.partner_email), 254)

    def test_control_characters(self):
        raw = (
            self.compose(subject="a b", body="It is\nXcold")
            .replace(b"a b", b"a\x00\x0b b")
            .replace(b"X", b"\x00\x1b\xff")
        )
        made = self.receive(raw)
        self.assertEqual(made.name, "a b")
        self.assertIn("cold", made.description)

    def test_broken_headers(self):
        for header in (
            b"Date: Thu, 32 Foo 0000 99:99:99 +9999",
            b"Date: Mon, 01 Jan 0001 00:00:00 +1400",
            b"Date: Mon, 2 Apr <2012 21:47:37 +0800",
            b"Cc: a@[b",
            b"From: a@[b",
            b"Cc: <<<>>>, @, \xff\xfe, a@b@c, group: x@example.net;",
            b"References: \xff <a@> <<b>> " + b"x" * 3000,
            b"In-Reply-To: <a@example.com> <b@example.com>",
            b"Content-Type: text/plain; charset=; =; boundary",
            b"Content-Type: ;;;/",
            b"Content-Type: text/plain; charset*=x'y'%ff%00; name*0=a; name*=b",
            b"Content-Type: multipart/mixed",
            b"Content-Type: text/plain; charset=unicode_escape",
            b"Content-Type: text/plain; charset=idna",
            b"Content-Type: font/woff",
            b"Content-Type: message/rfc822",
            b"Content-Type: message/partial",
            b"Content-Disposition: attachment; filename*=utf-99''%00",
            b"Content-Disposition: ;;;",
            b"Content-ID: <",
            b"Content-Transfer-Encoding: base64",
            b"Content-Transfer-Encoding: 8bit\nContent-Transfer-Encoding: base64",
            b"Return-Path: \xff",
            b"Auto-Submitted: =?x?q?=ff?=",
            b"no header at all",
            b"Subject: one\nSubject: two\nFrom: a@example.net",
            b"Message-Id: \nMessage-Id: <b\x00@example.net>",
        ):
            with self.subTest(header[:60]):
                type(self).serial += 1
                head = f"Delivered-To: {self.address}\nReply-To: b@example.com\n".encode() + header
                tail = f"\nFrom: b{self.serial}@example.com\n\nIt is \\ud800 cold.\n".encode()
                self.assertEqual(len(self.receive(head + tail)), 1)

    def test_broken_parts(self):
        """Parts that the parser cannot read are kept as files, and the rest is read."""
        for part in (
            b"Content-Type: model/stl; name=part.stl\n\nsolid",
            b"Content-Type: x/y\n\nabc",
            b"Content-Type: text/csv; charset=nonsense; name=a.csv\n\na;\xe4",
            b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nAAAA",
            b"Content-Type: message/rfc822\n\nSubject: \xff\xfe\nContent-Type: x\n\n\xff",
            b"Content-Type: message/external-body\n\n",
            b"Content-Type: message/rfc822\n\nTo: a@[b\nSubject: x=?utf-8?b?/w==?=" + b"y" * 80 + b"\n\nx",
            b"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgoAAAANxcXFxQ==",
            b"Content-Type: multipart/mixed; boundary=\n\n",
            b'Content-Type: application/pdf; name="=?utf-8?b?//?="\nContent-Transfer-Encoding: base64\n\n!!',
            b"Content-Type: text/html\n\n<!-- only a comment -->",
            b"Content-Type: text/html\n\n<?xml version='1.0' encoding='utf-8'?><p>x</p>",
            b"Content-Type: text/html\n\n" + b"<div>" * 5000,
        ):
            with self.subTest(part[:60]):
                raw = (
                    f"To: {self.address}\nFrom: b@example.com\nSubject: s\nMIME-Version: 1.0\n".encode()
                    + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nIt is cold.\n--b\n"
                    + part
                    + b"\n--b--\n"
                )
                made = self.receive(raw)
                self.assertEqual(len(made), 1)
                self.assertIn("It is cold.", made.description)
                self.assertNotIn("original_email.eml", made.message_ids.attachment_ids.mapped("name"))

    def test_only_attachment(self):
        """A mail without a word but with a photo is a complaint about its subject."""
        raw = (
            f"To: {self.address}\nFrom: b@example.com\nSubject: Look\nMIME-Version: 1.0\n"
            "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n\n"
            "--b\nContent-Type: image/png; name=a.png\n\nno picture\n--b--\n"
        )
        made = self.receive(raw)
        self.assertEqual(made.description, "Look")
        self.assertEqual(made.message_ids.attachment_ids.mapped("name"), ["a.png"])

    def test_unquoted_boundary(self):
        raw = (
            f"To: {self.address}\nFrom: b@example.com\nSubject: s\nMIME-Version: 1.0\n"
            "Content-Type: multipart/mixed; boundary=----=_Part_1.2\n\n"
            "------=_Part_1.2\nContent-Type: text/plain\n\nIt is cold.\n"
            "------=_Part_1.2\nContent-Type: application/pdf; name=a.pdf\n\n%PDF\n------=_Part_1.2--\n"
        )
        made = self.receive(raw)
        self.assertEqual(made.description, "It is cold.")
        self.assertEqual(made.message_ids.attachment_ids.mapped("name"), ["a.pdf"])

    def test_last_resort(self):
        """Whatever the parsers fail on, the complaint is there with the original mail."""
        raw = self.compose(body="It is cold.")

        def fail(*args, **kwargs):
            raise ValueError("hostile")

        self.patch(type(self.env["mail.thread"]), "_message_parse_extract_payload_postprocess", fail)
        with self.assertLogs("odoo.addons.complaint_management.models.case.mail_thread", "WARNING"):
            made = self.receive(raw)
        self.assertEqual(made.description, "It is cold.")
        self.assertEqual(made.message_ids.attachment_ids.name, "original_email.eml")
        self.assertIn(b"It is cold.", made.message_ids.attachment_ids.raw)

    def test_charsets(self):
        """Text in the right characters, whatever charset the mail names or does not name."""
        text = "朱镕基说：你好，暖气坏了"
        for claim, encoding in (
            ("; charset=gb2312", "gbk"),
            ("; charset=GBK", "gb18030"),
            ("; charset=x-unknown", "utf-8"),
            ("; charset=us-ascii", "utf-8"),
            ("; charset=iso-8859-1", "utf-8"),
            ("", "utf-8"),
            ("", "gb18030"),
        ):
            with self.subTest(claim=claim, encoding=encoding):
                head = f"To: {self.address}\nFrom: b@example.com\nContent-Type: text/plain{claim}\n"
                raw = f"{head}Content-Transfer-Encoding: 8bit\nSubject: {text}\n\n{text}\n".encode(encoding)
                made = self.receive(raw)
                self.assertEqual(made.description, text)
                self.assertEqual(made.name, text)
        for claim, encoding, text in (
            ("iso-8859-1", "cp1252", "“Größe” – 5 €"),
            ("windows-1251", "cp1251", "Не греет батарея"),
            ("iso-2022-jp", "iso2022_jp", "暖房が壊れた"),
            ("big5", "big5hkscs", "暖氣壞了"),
            ("ks_c_5601-1987", "cp949", "난방이 똠 고장"),
        ):
            with self.subTest(claim=claim):
                head = (
                    f"To: {self.address}\nFrom: b@example.com\nContent-Type: text/plain; charset={claim}\n\n"
                )
                self.assertEqual(self.receive(head.encode() + text.encode(encoding)).description, text)

    def test_other_mail_unchanged(self):
        """Mail for other models is not mended: it is none of ours."""
        self.env["mail.alias"].create(
            {
                "alias_name": "newleads",
                "alias_domain_id": self.mail_alias_domain.id,
                "alias_model_id": self.env["ir.model"]._get_id("crm.lead"),
            }
        )
        raw = f"To: newleads@{self.alias_domain}\nFrom: b@example.com\nSubject: lead\n\nGr\xf6\xdfe\n".encode(
            "latin-1"
        )
        self.assertFalse(self.receive(raw))
        lead = self.env["crm.lead"].search([("name", "=", "lead")])
        self.assertIn(
            "\ufffd", lead.message_ids.filtered(lambda message: message.message_type == "email").body
        )
