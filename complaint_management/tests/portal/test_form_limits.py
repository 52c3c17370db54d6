"""How many complaints the public form takes in an hour."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from odoo.addons.complaint_management.models.portal.form_guard import FormRefused
from odoo.addons.complaint_management.tests.portal.form_common import FormCommon


@tagged("post_install", "-at_install")
class TestFormLimits(FormCommon):
    def take(self, address="192.0.2.1", company=None, **values):
        return self.Complaint._take_form(
            self.filled(**values),
            [],
            company or self.company,
            self.env["complaint.team"],
            self.env["res.partner"],
            self.env["sale.order"],
            address,
        )

    def assertLimited(self, **values):
        before = self.counts()
        with self.assertRaises(FormRefused) as caught:
            self.take(**values)
        self.assertEqual(caught.exception.status, 429)
        self.assertEqual(self.counts(), before)

    def test_per_address(self):
        """IN-1: one network address sends so many an hour; another one is not held up by it."""
        self.company.complaint_form_per_address = 2
        for index in range(2):
            self.take(email=f"a{index}@example.com")
        self.assertLimited(email="a3@example.com")
        self.take(address="192.0.2.2")
        # The other company counts for itself.
        self.take(company=self.company_2)
        self.company.complaint_form_per_address = 0
        self.take()

    def test_networks_of_the_newer_kind(self):
        self.company.complaint_form_per_address = 1
        self.take(address="2001:db8:1:2::1")
        self.assertLimited(address="2001:db8:1:2:ffff::9")
        self.take(address="2001:db8:1:3::1")
        self.take(address="198.51.100.7")
        self.assertLimited(address="::ffff:198.51.100.7")
        for odd in (None, "", "no address", "1.2.3.4.5"):
            self.env["complaint.form.hit"]._get_network(odd)

    def test_per_contact(self):
        """However an address or a number is written, it is the same one."""
        self.company.complaint_form_per_contact = 1
        self.take(email="Li.Si@Example.com")
        self.assertLimited(email="li.si@example.COM")
        self.take(email="", phone="+86 138 0000 0000")
        self.assertLimited(email="", phone="0086-138-00000000")
        self.assertLimited(email="new@example.com", phone="138 0000 0000")
        self.take(email="new@example.com")

    def test_an_hour_later(self):
        self.company.complaint_form_per_contact = 1
        self.take()
        later = fields.Datetime.now() + timedelta(hours=1, seconds=1)
        with patch.object(fields.Datetime, "now", lambda *args: later):
            self.take()

    def test_refused_ones_do_not_count(self):
        self.company.complaint_form_per_contact = 1
        for _index in range(3):
            with self.assertRaises(FormRefused):
                self.take(description="")
        self.take()

    def test_nothing_is_kept_that_tells_who_it_was(self):
        """CP-5: neither the network address nor the contact stands in the table; old rows go."""
        self.company.write({"complaint_form_per_address": 9, "complaint_form_per_contact": 9})
        Hit = self.env["complaint.form.hit"]
        Hit.search([]).unlink()
        self.take(phone="13800000000")
        hits = Hit.search([])
        self.assertEqual(len(hits), 3)
        for hit in hits:
            self.assertRegex(hit.key, r"^[0-9a-f]{64}$")
        self.env.flush_all()
        Hit._gc_hits()
        self.env.invalidate_all()
        self.assertEqual(Hit.search_count([]), 3)
        hits[0].moment -= timedelta(hours=2)
        self.env.flush_all()
        Hit._gc_hits()
        self.env.invalidate_all()
        self.assertEqual(Hit.search([]), hits[1:])

    def test_page(self):
        """The answer says so, with its own status, and keeps what was typed."""
        self.company.complaint_form_per_contact = 1
        self.sent()
        response = self.refused(status=429)
        self.assertEqual(response.headers["Retry-After"], "1800")
        self.assertIn("within the last hour", self.alert(response))
        self.assertIn("It has been cold", self.value(response, "description"))
