from contextlib import contextmanager

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.hooks import uninstall_hook
from odoo.addons.complaint_management.models.case.complaint_number import SEQUENCE_CODE
from odoo.addons.complaint_management.tests.common import ComplaintCommon

#: Years of which no other test has complaints.
YEAR, NEXT_YEAR = 2020, 2021


@tagged("post_install", "-at_install")
class TestNumber(ComplaintCommon):
    """IN-3: one number per complaint, unique per company and year and never reused."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Sequence = cls.env["ir.sequence"]
        cls.sequence = cls.company._get_complaint_sequence()
        cls.foreign_sequence = cls.company_2._get_complaint_sequence()
        cls.sequence.prefix = "N-%(range_year)s-"
        cls.foreign_sequence.prefix = "F-%(range_year)s-"

    def new_sequence(self, prefix, **vals):
        return self.Sequence.create(
            {
                "name": f"Complaints {prefix}",
                "code": SEQUENCE_CODE,
                "company_id": self.company_2.id,
                "prefix": prefix,
                "use_date_range": True,
                **vals,
            }
        )

    @contextmanager
    def refused(self, pattern):
        """A change that is refused with a message, and undone."""
        with self.assertRaisesRegex(ValidationError, pattern), self.env.cr.savepoint():
            yield

    def received(self, *moments, **vals):
        """Create one complaint per moment, all in one call; return their numbers."""
        complaints = self.Complaint.create(
            [{"name": "Late parcel", "received_at": moment, **vals} for moment in moments]
        )
        return complaints.mapped("number")

    # what a number is made of

    def test_counts_by_year_of_receipt(self):
        """IN-3: each year starts again at one; the order of a batch is kept."""
        self.assertEqual(
            self.received("2020-05-01 10:00:00", "2021-05-01 10:00:00", "2020-06-01 10:00:00"),
            ["N-2020-00001", "N-2021-00001", "N-2020-00002"],
        )
        self.assertEqual(self.received("2020-07-01 10:00:00"), ["N-2020-00003"])

    def test_counts_by_company(self):
        """IN-3, OR-3: companies count apart, also within one call."""
        complaints = self.Complaint.create(
            [
                {"name": "Late parcel", "received_at": "2020-05-01 10:00:00", "company_id": company.id}
                for company in (self.company_2, self.company, self.company_2)
            ]
        )
        self.assertEqual(complaints.mapped("number"), ["F-2020-00001", "N-2020-00001", "F-2020-00002"])

    def test_year_begins_in_time_zone_of_company(self):
        """IN-3: on New Year's Eve the year is that of the company's clock, whoever enters the complaint."""
        self.company.partner_id.tz = "Asia/Shanghai"
        self.company_2.partner_id.tz = "America/New_York"
        self.handler.tz = "Pacific/Honolulu"
        eve = ("2020-12-31 15:59:59", "2020-12-31 16:00:00")
        self.assertEqual(
            self.Complaint.with_user(self.handler)
            .create([{"name": "Fireworks", "received_at": moment} for moment in eve])
            .mapped("number"),
            ["N-2020-00001", "N-2021-00001"],
        )
        night = ("2021-01-01 04:59:59", "2021-01-01 05:00:00")
        self.assertEqual(
            self.received(*night, company_id=self.company_2.id), ["F-2020-00001", "F-2021-00001"]
        )

    def test_defaults_of_the_action_count(self):
        """IN-3: a company and a moment that come from the context decide as those of the values do."""
        complaint = self.Complaint.with_context(
            default_company_id=self.company_2.id, default_received_at="2020-05-01 10:00:00"
        ).create({"name": "Late parcel"})
        self.assertEqual(complaint.company_id, self.company_2)
        self.assertEqual(complaint.number, "F-2020-00001")

    def test_prefix_suffix_and_padding_of_company(self):
        """A company forms its numbers as it likes, as long as they tell the years apart."""
        self.sequence.write({"prefix": "K%(range_y)s/", "suffix": "/%(range_year)s", "padding": 3})
        self.assertEqual(self.received("2020-05-01 10:00:00"), ["K20/001/2020"])
        self.sequence.date_range_ids.number_next_actual = 999
        self.assertEqual(
            self.received("2020-05-01 10:00:00", "2020-05-01 10:00:00"), ["K20/999/2020", "K20/1000/2020"]
        )

    # given once

    def test_number_handed_in_is_not_taken(self):
        """IN-3: only the sequence knows which numbers are free."""
        self.assertEqual(self.received("2020-05-01 10:00:00", number="N-2020-00077"), ["N-2020-00001"])

    def test_number_never_changes(self):
        """IN-3: neither a user nor a program rewrites a number."""
        complaint = self.new_complaint()
        for user in (self.manager, self.env.user):
            with self.assertRaisesRegex(UserError, "number of a complaint never changes"):
                complaint.with_user(user).write({"number": "N-2020-00077"})
        self.assertTrue(self.Complaint._fields["number"].readonly)

    def test_copy_gets_a_new_number(self):
        """IN-3: a copy is another complaint."""
        complaint = self.new_complaint()
        copies = (complaint | self.new_complaint()).copy()
        numbers = (complaint | copies).mapped("number")
        self.assertEqual(len(set(numbers)), 3)
        self.assertTrue(all(numbers))

    def test_not_reused_after_deletion(self):
        """IN-3: the number of a deleted complaint stays used."""
        complaint = self.Complaint.create({"name": "By mistake", "received_at": "2020-05-01 10:00:00"})
        self.assertEqual(complaint.number, "N-2020-00001")
        complaint.with_user(self.manager).unlink()
        self.assertEqual(self.received("2020-05-01 10:00:00"), ["N-2020-00002"])

    def test_not_reused_after_rollback(self):
        """IN-3: a number that somebody may have seen is not given again, though its record was undone."""
        self.received("2020-05-01 10:00:00")
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.assertEqual(self.received("2020-05-01 10:00:00"), ["N-2020-00002"])
            raise ZeroDivisionError
        self.assertEqual(self.received("2020-05-01 10:00:00"), ["N-2020-00003"])

    def test_unique_in_the_database(self):
        """IN-3: the database itself refuses the same number twice, whatever wrote it."""
        first, second = self.new_complaint() | self.new_complaint(company_id=self.company.id)
        self.env.flush_all()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env.cr.execute(
                "UPDATE complaint_complaint SET number = %s WHERE id = %s", (first.number, second.id)
            )

    def test_block_of_numbers_is_one_query(self):
        """IN-3: a thousand numbers cost what one costs, all different and in order."""
        self.received("2020-05-01 10:00:00")
        with self.assertQueryCount(1):
            numbers = self.Sequence._next_complaint_numbers(self.company, YEAR, 1000)
        self.assertEqual(numbers, [f"N-2020-{value:05}" for value in range(2, 1002)])

    # what a sequence must be like

    def test_prefix_must_tell_years_apart(self):
        """IN-3: without the year in it a number would come again after New Year."""
        message = r"prefix must hold the year as %\(range_year\)s \(or %\(range_y\)s\)"
        for prefix in (
            "N-",
            False,
            "N-%(range_month)s-",
            "N-%(year)s-",
            "N-%(range_year)s-%(month)s",
            "100%-",
        ):
            with self.subTest(prefix=prefix), self.refused(message):
                self.sequence.prefix = prefix
        with self.refused("one counter per date range"):
            self.sequence.use_date_range = False
        self.sequence.prefix = "N%(range_y)s-"

    def test_no_clerk_waits_for_another(self):
        """IN-3: a sequence without gaps would lock, so that intake waits."""
        with self.refused("need the standard implementation"):
            self.sequence.implementation = "no_gap"
        self.Sequence.create({"name": "Something else", "implementation": "no_gap", "prefix": "X"})

    def test_companies_never_collide(self):
        """IN-3, OR-3: prefixes that could lead to the same number are refused, whichever is longer."""
        self.foreign_sequence.prefix = "F%(range_y)s"
        for prefix in (
            "N-%(range_year)s-",  # the same
            "N-%(range_year)s-0",  # N-2026-0 and 0001 make N-2026-00001
            "F%(range_y)s9",
            "F9%(range_y)s",  # F92 and 6 make F926, F92 of 2092 and 6 as well
            "F%(range_year)s",
            "F",
        ):
            with self.subTest(prefix=prefix), self.refused("two complaints could get the same number"):
                self.new_sequence(prefix, suffix="/%(range_year)s")
        for prefix in ("N2-%(range_year)s-", "%(range_year)s-N-", "G%(range_y)s", "N-%(range_year)s/"):
            with self.subTest(prefix=prefix):
                self.new_sequence(prefix)

    def test_collision_names_both(self):
        """The message says which sequence stands in the way."""
        self.sequence.name = "Head office"
        with self.refused(r"“N-%\(range_year\)s-7” and “N-%\(range_year\)s-” \(Head office\)"):
            self.foreign_sequence.prefix = "N-%(range_year)s-7"

    def test_former_prefix_is_not_handed_on(self):
        """IN-3: a prefix under which complaints were numbered stays with its company."""
        self.received("2020-05-01 10:00:00")
        self.sequence.prefix = "P-%(range_year)s-"
        with self.refused("Complaints of another company bear numbers with the prefix “N-"):
            self.foreign_sequence.prefix = "N-%(range_year)s-"
        self.sequence.prefix = "N-%(range_year)s-"
        self.assertEqual(self.received("2020-05-01 10:00:00"), ["N-2020-00002"])

    def test_archived_sequence_still_keeps_its_prefix(self):
        """IN-3: numbers of an archived sequence were given, so its prefix stays taken."""
        self.sequence.active = False
        with self.assertRaises(ValidationError):
            self.foreign_sequence.prefix = self.sequence.prefix

    # where sequences come from

    def test_new_company_gets_its_sequence(self):
        """IN-3, OR-3: a company can take complaints from its first moment."""
        self.foreign_sequence.prefix = "CP-%(range_year)s-"
        company = self.env["res.company"].create({"name": "Branch in the north"})
        sequence = self.Sequence.search([("code", "=", SEQUENCE_CODE), ("company_id", "=", company.id)])
        self.assertEqual(len(sequence), 1)
        self.assertIn("Branch in the north", sequence.name)
        self.assertEqual(
            self.received("2020-05-01 10:00:00", company_id=company.id), [f"CP{company.id}-2020-00001"]
        )

    def test_new_company_finds_its_prefix_taken(self):
        """A prefix that somebody else has or had does not stop a company from being made."""
        self.foreign_sequence.prefix = "CP-%(range_year)s-"
        latest = self.env["res.company"].create({"name": "Last one so far"})
        self.received("2020-05-01 10:00:00", company_id=self.company_2.id)
        self.foreign_sequence.prefix = "F-%(range_year)s-"
        self.sequence.prefix = f"CP{latest.id + 1}-%(range_year)s-"
        company = self.env["res.company"].create({"name": "Branch in the north"})
        self.assertEqual(company.id, latest.id + 1)
        self.assertEqual(
            self.received("2020-05-01 10:00:00", company_id=company.id), [f"CP{company.id}.2-2020-00001"]
        )

    def test_deleted_counter_is_made_again(self):
        """IN-3: neither a deleted sequence nor a deleted year turns a complaint away or repeats a number."""
        self.received("2020-05-01 10:00:00", "2020-05-01 10:00:00", "2021-05-01 10:00:00")
        self.sequence.date_range_ids.unlink()
        self.assertEqual(self.received("2020-05-01 10:00:00"), ["N-2020-00003"])
        self.sequence.date_range_ids.unlink()
        self.sequence.unlink()
        self.company._get_complaint_sequence().write({"prefix": "N-%(range_year)s-"})
        self.assertEqual(
            self.received("2020-05-01 10:00:00", "2021-05-01 10:00:00", "2019-05-01 10:00:00"),
            ["N-2020-00004", "N-2021-00002", "N-2019-00001"],
        )

    def test_next_year_is_opened_ahead(self):
        """IN-3: nobody waits on New Year's Day for whoever takes the first number of the year."""
        self.sequence.date_range_ids.unlink()
        opened = self.Sequence.search([("code", "=", SEQUENCE_CODE)])
        self.assertGreater(len(opened), 1)
        with freeze_time("2020-12-01"):
            self.Sequence._cron_open_complaint_years()
            counters = opened.date_range_ids
            self.Sequence._cron_open_complaint_years()
            self.assertEqual(opened.date_range_ids, counters)
        for sequence in opened:
            years = [counter.date_from.year for counter in sequence.date_range_ids]
            self.assertEqual(years.count(YEAR), 1)
            self.assertEqual(years.count(NEXT_YEAR), 1)
        self.assertEqual(self.received("2021-05-01 10:00:00"), ["N-2021-00001"])

    def test_counter_opened_ahead_goes_on(self):
        """IN-3: also where complaints of that year bear numbers already."""
        self.received("2021-05-01 10:00:00", "2021-05-01 10:00:00")
        self.sequence.date_range_ids.unlink()
        with freeze_time("2020-12-01"):
            self.Sequence._cron_open_complaint_years()
        self.assertEqual(self.received("2021-05-01 10:00:00"), ["N-2021-00003"])

    def test_archived_sequence_comes_back(self):
        """IN-3: the counter goes on where it stood, whether or not it knows the year."""
        self.received("2020-05-01 10:00:00")
        self.sequence.active = False
        self.assertEqual(self.received("2020-05-01 10:00:00"), ["N-2020-00002"])
        self.assertTrue(self.sequence.active)
        self.assertEqual([counter.date_from.year for counter in self.sequence.date_range_ids].count(YEAR), 1)
        self.sequence.active = False
        self.assertEqual(self.received("2021-05-01 10:00:00"), ["N-2021-00001"])

    def test_second_sequence_takes_over_when_the_first_is_archived(self):
        """Two active sequences of one company do not double its numbers; the first one counts."""
        self.new_sequence("M-%(range_year)s-", company_id=self.company.id, padding=2)
        self.assertEqual(
            self.received("2020-05-01 10:00:00", "2020-05-01 10:00:00"), ["N-2020-00001", "N-2020-00002"]
        )
        self.sequence.active = False
        self.assertEqual(self.received("2020-05-01 10:00:00"), ["M-2020-01"])
        self.sequence.active = True
        self.assertEqual(self.received("2020-05-01 10:00:00"), ["N-2020-00003"])

    def test_user_without_right_on_sequences(self):
        """Whoever may enter complaints gets numbers, also when the year is opened by it."""
        self.assertFalse(self.Sequence.with_user(self.first_contact).has_access("create"))
        complaint = self.new_complaint(self.first_contact, received_at="2020-05-01 10:00:00")
        self.assertEqual(complaint.number, "N-2020-00001")

    def test_uninstall_takes_sequences_away(self):
        """Nothing of ours stays behind: neither the sequences nor their counters in the database."""
        self.received("2020-05-01 10:00:00", "2021-05-01 10:00:00")
        sequence_ids = (
            self.Sequence.with_context(active_test=False).search([("code", "=", SEQUENCE_CODE)]).ids
        )
        self.assertIn(self.sequence.id, sequence_ids)
        self.assertGreaterEqual(self.count_counters(sequence_ids), len(sequence_ids) + 2)
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            uninstall_hook(self.env)
            self.assertFalse(self.Sequence.browse(sequence_ids).exists())
            self.assertFalse(self.env["ir.sequence.date_range"].search([("sequence_id", "in", sequence_ids)]))
            self.assertEqual(self.count_counters(sequence_ids), 0)
            raise ZeroDivisionError
        self.assertTrue(self.sequence.exists())

    def count_counters(self, sequence_ids):
        """How many counters the database holds for some sequences and their years."""
        self.env.cr.execute(
            "SELECT count(*) FROM pg_class WHERE relkind = 'S' AND relname ~ ANY(%s)",
            ([rf"^ir_sequence_{sequence_id:03}(_\d+)?$" for sequence_id in sequence_ids],),
        )
        return self.env.cr.fetchone()[0]
