"""Which cases are drawn for a spot check: a simple random sample per stratum that anybody can draw again.

Every id gets a random number that follows from the seed, the stratum and the id alone; those with the
smallest numbers are drawn. That is simple random sampling with permanent random numbers (Eurostat, CROS
portal: "Sample Co-ordination Using Simple Random Sampling with Permanent Random Numbers", after Ohlsson,
1992): each subset of a size is as likely as any other, and a sample that has to grow later takes the next
ids instead of starting anew. Strata have nothing in common but the seed, so the cases of one team do not
change what is drawn from another. Seed and share are kept with what was drawn, because a random sample that
is to prove something must be open to review (ISO 24153:2009, which treats that along with the procedures).

The numbers are SHA-256 digests, not Python's ``random``: of that module only ``random()`` promises the same
sequence in later versions, ``sample()`` does not.

Plain Python without the ORM.
"""

from fractions import Fraction
from hashlib import sha256


def size(count, share):
    """Return how many of a number of cases a share asks for: rounded up, so that no stratum goes unchecked.

    :param int count: how many there are
    :param float share: percent; what lies beyond 0 and 100 counts as these

    >>> [size(count, 5) for count in (0, 1, 20, 21, 100)]
    [0, 1, 1, 2, 5]
    >>> size(100, 7)  # 7.000000000000001 in floating point
    7
    >>> size(50, 0), size(50, 100), size(50, 120)
    (0, 50, 50)
    """
    # People enter decimals; what binary fractions add to them is not meant.
    exact = Fraction(str(round(share, 6)))
    return max(0, min(count, -(-count * exact // 100)))


def rank(ids, seed, stratum=""):
    """Return ids in the order in which they are drawn; the order in which they come does not matter.

    :param ids: what is drawn from, each counts once
    :param int seed: the same seed gives the same order
    :param str stratum: what the ids have in common, such as team and month

    >>> rank([1, 2, 3, 4, 5], seed=7, stratum="3/2026-10")
    [1, 2, 3, 5, 4]
    >>> rank([5, 3, 1, 2, 4, 4], seed=7, stratum="3/2026-10")
    [1, 2, 3, 5, 4]
    """
    return sorted(set(ids), key=lambda id_: (sha256(f"{seed}/{stratum}/{id_}".encode()).digest(), id_))


def draw(ids, share, seed, stratum="", drawn=()):
    """Return the ids that a sample takes, in the order in which they are drawn.

    :param ids: all there are, with those drawn already
    :param float share: percent of them that the whole sample is to have
    :param drawn: those of the ids drawn earlier; they count, and are not drawn again

    >>> draw(range(1, 41), share=5, seed=7)
    [5, 39]
    >>> draw(range(1, 41), share=10, seed=7, drawn=[5, 39])
    [9, 17]
    >>> draw(range(1, 41), share=5, seed=7, drawn=[5, 39])
    []
    """
    ids, drawn = set(ids), set(drawn)
    drawn &= ids
    lacking = size(len(ids), share) - len(drawn)
    return rank(ids - drawn, seed, stratum)[: max(lacking, 0)]
