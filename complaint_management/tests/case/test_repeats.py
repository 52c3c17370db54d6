from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.complaint_management.models.case import complaint_repeat
from odoo.addons.complaint_management.tests.case.common import CaseCommon
from odoo.addons.complaint_management.tests.common import GROUP

NOW = datetime(2024, 6, 1, 12)


@tagged("post_install", "-at_install")
class TestRepeats(CaseCommon):
    """Repeated complaints are found while typing (IN-9)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.household = cls.env["res.partner"].create({"name": "Acme", "is_company": True})
        cls.ann, cls.bob = cls.env["res.partner"].create(
            [
                {"name": "Ann", "parent_id": cls.household.id, "type": "contact"},
                {"name": "Bob", "parent_id": cls.household.id, "type": "contact"},
            ]
        )
        cls.product = cls.env["product.product"].create({"name": "Boiler"})
        cls.order = cls.env["sale.order"].create({"partner_id": cls.ann.id})

    def _old(self, name="Something else entirely", user=None, **vals):
        """Register an earlier complaint, which shares nothing with others but what is given."""
        values = {"name": name, "description": name, **vals}
        return self.Complaint.with_user(user or self.handler).create(values)

    def _typed(self, user=None, **vals):
        """Return what the form shows while a complaint is typed, before it is saved."""
        form = Form(self.Complaint.with_user(user or self.handler))
        for fname, value in vals.items():
            form[fname] = value
        return self.Complaint.browse(form.repeat_ids.ids)

    def test_what_is_shared(self):
        """IN-9: the same person, house, address, number, order; and nothing where nothing is shared."""
        anns = self._old(partner_id=self.ann.id)
        mailed = self._old(partner_email="Wang.Wu@Example.com")
        phoned = self._old(partner_phone="+86 (10) 6234-5678")
        ordered = self._old(sale_order_id=self.order.id, partner_id=False)
        productive = self._old(product_id=self.product.id)
        for vals, found in (
            ({"partner_id": self.ann}, anns),
            ({"partner_id": self.bob}, anns),
            ({"partner_id": self.household}, anns),
            ({"partner_id": self.customer}, self.Complaint),
            ({"partner_email": "wang.wu@example.com"}, mailed),
            ({"partner_email": "wang.wei@example.com"}, self.Complaint),
            ({"partner_phone": "010 62345678"}, phoned),
            ({"partner_phone": "010 62345679"}, self.Complaint),
            ({"product_id": self.product}, productive),
            ({"partner_id": self.customer, "product_id": self.product}, self.Complaint),
            ({"partner_id": self.ann, "sale_order_id": self.order}, anns | ordered),
            ({"partner_id": self.ann, "partner_email": "wang.wu@example.com"}, anns | mailed),
            ({}, self.Complaint),
        ):
            with self.subTest(vals=vals):
                self.assertEqual(self._typed(**vals), found.sorted("id", reverse=True))

    def test_similar_words(self):
        """IN-9: a subject in similar words, whoever complains."""
        same = self._old("The heating in my flat does not work")
        self._old("The lift is out of order")
        for name, found in (
            ("Heating does not work in the flat", same),
            ("THE HEATING IN MY FLAT DOES NOT WORK", same),
            ("Heating", self.Complaint),
            ("Billing of the parking place", self.Complaint),
            ("100% wrong: 'heating' \\ \"flat\" _ %s", self.Complaint),
        ):
            with self.subTest(name=name):
                self.assertEqual(self._typed(name=name), found)

    def test_similar_words_in_chinese(self):
        same = self._old("我家的暖气已经三天不热了没有人来修")
        self._old("电梯经常坏")
        self.assertEqual(self._typed(name="我家的暖气已经三天不热了还没有人来"), same)

    def test_similar_among_the_newest(self):
        """However many complaints there are, the wording is compared with a bounded number of them."""
        older, newer = (
            self._old("The heating does not work", received_at=NOW - timedelta(days=days)) for days in (2, 1)
        )
        with self.mock_datetime_and_now(NOW):
            self.assertEqual(self._typed(name="The heating does not work"), newer | older)
            with patch.object(complaint_repeat, "MAX_COMPARED", 1):
                self.assertEqual(self._typed(name="The heating does not work"), newer)

    def test_without_trigrams(self):
        """A database without the extension for similar words still shows the rest."""
        same = self._old("The heating in my flat does not work", partner_id=self.ann.id)
        self.patch(self.env.registry, "has_trigram", False)
        self.assertFalse(self._typed(name="The heating in my flat does not work"))
        self.assertEqual(self._typed(name="The heating in my flat does not work", partner_id=self.ann), same)

    def test_how_far_back(self):
        """IN-9: as far back as the company looks, and whatever is still open."""
        self.company.complaint_repeat_days = 30
        with self.mock_datetime_and_now(NOW):
            cases = {
                (days, done): self._old(partner_id=self.ann.id, received_at=NOW - timedelta(days=days))
                for days in (5, 29, 31, 900)
                for done in (False, True)
            }
            for (_days, done), complaint in cases.items():
                if done:
                    complaint.action_cancel("Withdrawn.")
            found = self._typed(partner_id=self.ann)
            shown = self.Complaint.union(*(case for key, case in cases.items() if key[0] < 30 or not key[1]))
            self.assertEqual(found, shown.sorted(lambda case: (case.received_at, case.id), reverse=True))
            similar = self._old("The heating does not work", received_at=NOW - timedelta(days=29))
            self._old("The heating does not work", received_at=NOW - timedelta(days=31))
            self.assertEqual(self._typed(name="The heating does not work"), similar)

    def test_not_other_companies(self):
        """OR-3: not even for somebody who may see both."""
        both = new_test_user(
            self.env,
            "both",
            groups=f"{GROUP}manager",
            company_id=self.company.id,
            company_ids=[Command.set((self.company | self.company_2).ids)],
        )
        theirs = self._old("The heating does not work", self.foreign_manager, partner_email="a@example.com")
        env = dict(allowed_company_ids=(self.company | self.company_2).ids)
        self.assertTrue(theirs.with_user(both).with_context(**env).has_access("read"))
        form = Form(self.Complaint.with_user(both).with_context(**env))
        form.partner_email = "a@example.com"
        form.name = "The heating does not work"
        self.assertFalse(form.repeat_ids.ids)

    def test_not_to_excluded_users(self):
        """OR-2: the employee concerned is not shown the complaint about them."""
        employee = self.new_employee(self.handler)
        theirs = self._old(
            "The clerk was rude to me", self.manager, partner_id=self.ann.id, employee_ids=employee.ids
        )
        vals = {"partner_id": self.ann, "name": "The clerk was rude to me"}
        self.assertFalse(self._typed(**vals))
        self.assertEqual(self._typed(self.colleague, **vals), theirs)

    def test_not_what_is_out_of_sight(self):
        """Nor complaints of teams that the user does not see."""
        theirs = self._old(user=self.stranger, partner_id=self.ann.id)
        self.assertFalse(self._typed(partner_id=self.ann))
        self.assertEqual(self._typed(self.manager, partner_id=self.ann), theirs)

    def test_only_up_to_triage(self):
        """Later on it is decided what the complaint is."""
        other = self._old(partner_phone="010-62345678")
        complaint = self.new_whole()
        self.assertEqual(complaint.repeat_ids, other)
        complaint.move_to("triage")
        self.assertEqual(complaint.repeat_ids, other)
        complaint.move_to("dispatch")
        self.assertFalse(complaint.repeat_ids)

    def test_at_most_eight(self):
        """The newest eight; similar ones fill up what is left."""
        with self.mock_datetime_and_now(NOW):
            similar = self._old("The heating does not work")
            cases = self.Complaint
            for day in range(12):
                cases |= self._old(partner_id=self.ann.id, received_at=NOW - timedelta(days=day))
            self.assertEqual(self._typed(partner_id=self.ann, name="The heating does not work"), cases[:8])
            cases[6:].action_archive()
            self.assertEqual(
                self._typed(partner_id=self.ann, name="The heating does not work"), cases[:6] | similar
            )
            # Those of the customer that are similar as well do not take the room of others.
            cases[:6].write({"name": "The heating does not work"})
            self.assertEqual(
                self._typed(partner_id=self.ann, name="The heating does not work"), cases[:6] | similar
            )

    def test_not_itself_nor_linked_nor_merged(self):
        complaint, other, third = (
            self._old("The heating does not work", partner_id=self.ann.id) for _ in "123"
        )
        self.assertEqual(complaint.repeat_ids, other | third)
        complaint.action_link_related(other)
        self.assertEqual(complaint.repeat_ids, third)
        fourth = self._old("Quite another matter")
        third.merge_into(fourth)
        self.env.invalidate_all()
        # The other complaint took the customer over with the rest.
        self.assertEqual(complaint.repeat_ids, fourth)

    # linking

    def test_link(self):
        """IN-9: linked in both directions, with a note on each; both go on."""
        one, two, three = (self._old(f"Case {number}") for number in range(3))
        one.with_user(self.colleague).action_link_related(two | three)
        self.env.invalidate_all()
        self.assertEqual(one.related_ids, two | three)
        self.assertEqual((two | three).related_ids, one)
        self.assertIn(f"Linked with {two.number}, {three.number}.", one.message_ids.mapped("preview"))
        for other in (two, three):
            notes = other.message_ids.filtered(
                lambda message: message.preview == f"Linked with {one.number}."
            )
            self.assertEqual(notes.author_id, self.colleague.partner_id)
        self.assertEqual((one | two | three).mapped("step"), ["new"] * 3)

    def test_link_again(self):
        """What is linked already is neither linked nor noted again."""
        one, two = self._old("One"), self._old("Two")
        one.action_link_related(two)
        count = len(one.message_ids | two.message_ids)
        one.action_link_related(two)
        two.action_link_related(one.ids)
        self.env.invalidate_all()
        self.assertEqual(len(one.message_ids | two.message_ids), count)
        self.assertEqual(one.related_ids, two)

    def test_link_with_itself(self):
        one = self._old("One")
        with self.assertRaises(UserError):
            one.action_link_related(one.ids)

    def test_link_button(self):
        """The button beside a possible repeat links it with the complaint on the form, once that is saved."""
        one, two = self._old("One"), self._old("Two")
        two.with_context(repeat_of=one.id).action_link_repeat()
        self.assertEqual(one.related_ids, two)
        with self.assertRaises(UserError) as caught:
            two.with_context(repeat_of=False).action_link_repeat()
        self.assertIn("Save the complaint first", str(caught.exception))

    def test_link_without_access(self):
        """Who may not change one of them links neither."""
        one = self._old("One", self.stranger)
        two = self._old("Two", self.stranger)
        with self.assertRaises(AccessError):
            one.with_user(self.handler).action_link_related(two.ids)
        mine = self._old("Mine")
        with self.assertRaises(AccessError):
            mine.action_link_related(two.ids)
        self.assertFalse((one | two | mine).sudo().related_ids)

    def test_link_is_not_copied(self):
        one, two = self._old("One"), self._old("Two")
        one.action_link_related(two)
        self.assertFalse(one.copy().related_ids)
