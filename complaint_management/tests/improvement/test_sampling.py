import doctest
import random
from hashlib import sha256

from odoo.tests import BaseCase, tagged

from odoo.addons.complaint_management.tools import sampling


@tagged("post_install", "-at_install")
class TestSampling(BaseCase):
    """CL-3: how many are drawn and which, without a database."""

    def test_examples(self):
        """What the documentation of the functions shows is true."""
        self.assertEqual(doctest.testmod(sampling).failed, 0)

    def test_size_by_hand(self):
        for count, share, expected in (
            (0, 5, 0),
            (1, 5, 1),
            (19, 5, 1),
            (20, 5, 1),
            (21, 5, 2),
            (40, 5, 2),
            (41, 5, 3),
            (10_000, 5, 500),
            (10_001, 5, 501),
            (3, 50, 2),
            (4, 50, 2),
            (1000, 0.1, 1),
            (1001, 0.1, 2),
            (1000, 2.5, 25),
            (7, 100, 7),
            (7, 0, 0),
            (7, 250, 7),
            (7, -5, 0),
            # in floating point 1000 * 0.07 is a little more than 70, and 300 * 0.29 than 87
            (100_000, 0.07, 70),
            (30_000, 0.29, 87),
            (100, 7, 7),
        ):
            with self.subTest(count=count, share=share):
                self.assertEqual(sampling.size(count, share), expected)

    def test_rank_by_hand(self):
        """The documented order: by the SHA-256 of seed, stratum and id, whatever runs it."""
        digests = {id_: sha256(b"42/3/2026-02/%d" % id_).hexdigest() for id_ in range(1, 30)}
        self.assertEqual(
            sampling.rank(range(29, 0, -1), 42, "3/2026-02"), sorted(digests, key=digests.__getitem__)
        )
        # Counted once with another program: printf 42/3/2026-02/1 | sha256sum
        self.assertEqual(digests[1][:12], "85325d40634b")
        self.assertEqual(sampling.rank(range(1, 30), 42, "3/2026-02")[:3], [21, 8, 28])

    def test_properties(self):
        """A thousand populations: size, subset, determinism, growth, independence of teams."""
        dice = random.Random(20260222)
        for number in range(1000):
            ids = dice.sample(range(1, 5000), dice.randint(1, 120))
            share, seed = round(dice.uniform(0.01, 100), 2), dice.randint(1, 999_999)
            with self.subTest(number=number, count=len(ids), share=share, seed=seed):
                drawn = sampling.draw(ids, share, seed, "1/2026-02")
                self.assertGreaterEqual(len(drawn) * 100, round(len(ids) * share, 6))
                self.assertLess((len(drawn) - 1) * 100, len(ids) * share, "no more than asked for")
                self.assertGreaterEqual(len(drawn), 1)
                self.assertEqual(len(set(drawn)), len(drawn))
                self.assertLessEqual(set(drawn), set(ids))
                # whatever the order
                shuffled = dice.sample(ids, len(ids))
                self.assertEqual(sampling.draw(shuffled, share, seed, "1/2026-02"), drawn)
                # a larger share keeps what a smaller one drew
                larger = sampling.draw(ids, min(100, share * 1.5), seed, "1/2026-02")
                self.assertEqual(larger[: len(drawn)], drawn)
                # nothing is missing after a draw
                self.assertEqual(sampling.draw(ids, share, seed, "1/2026-02", drawn), [])
                # later closings: only the rest is added, nothing twice, and never too much
                later = [*ids, *range(6000, 6000 + dice.randint(0, 50))]
                added = sampling.draw(later, share, dice.randint(1, 999_999), "1/2026-02", drawn)
                self.assertFalse(set(added) & set(drawn))
                self.assertEqual(len(added) + len(drawn), sampling.size(len(later), share))

    def test_even_chances(self):
        """Each case is drawn equally often: 20,000 seeds, one of ten."""
        counts = dict.fromkeys(range(10), 0)
        for seed in range(20_000):
            counts[sampling.rank(range(10), seed)[0]] += 1
        # chi-square with 9 degrees of freedom: 27.9 is exceeded by chance once in a thousand
        self.assertLess(sum((count - 2000) ** 2 / 2000 for count in counts.values()), 27.9)

    def test_strata_differ(self):
        """The same seed orders the cases of another team or month in another way."""
        orders = {
            tuple(sampling.rank(range(50), 7, f"{team}/{month}")) for team in (1, 2) for month in (1, 2)
        }
        self.assertEqual(len(orders), 4)

    def test_drawn_elsewhere_does_not_count(self):
        """What is drawn but not of this population leaves it alone."""
        self.assertEqual(sampling.draw([1, 2, 3], 34, 7, drawn=[8, 9]), sampling.draw([1, 2, 3], 34, 7))
        self.assertEqual(len(sampling.draw([1, 2, 3], 34, 7)), 2)
