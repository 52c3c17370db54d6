"""The fixed order of steps and which gates lie between two of them.

Plain Python without the ORM: what a step demands is said by the areas (see
``complaint.complaint._gate_requirements``), here is only the order of things.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

#: The way of a complaint (ISO 10002:2018, clause 7; requirements A and D).
STEPS = (
    "new",
    "triage",
    "dispatch",
    "investigation",
    "solution",
    "execution",
    "feedback",
    "follow_up",
    "closed",
)
#: Ends that are no success; with ``closed`` they end the work.
REFUSED = ("rejected", "cancelled")
ENDS = ("closed", *REFUSED)

#: How far an emergency may run ahead of its record (IN-7).
EMERGENCY_LIMIT = "execution"

#: Gates that are entered, not left: the end or the way back that they guard.
ENTRY_GATES = ("emergency", "reject", "cancel", "reopen")
GATES = (*STEPS[:-1], *ENTRY_GATES)


@dataclass(frozen=True)
class Requirement:
    """One thing that must be there before a complaint passes a gate.

    :param gate: a step that is to be left, or one of :data:`ENTRY_GATES`
    :param message: what to do, as a translated sentence for the user
    :param met: takes one complaint, tells whether it fulfils the requirement
    """

    gate: str
    message: str
    met: Callable[[Any], Any]

    def __post_init__(self):
        if self.gate not in GATES:
            raise ValueError(f"There is no gate {self.gate!r}.")


def gates_between(old, new, emergency=False):
    """Return the gates between two steps, in the order of the process.

    :param str old: step that is left
    :param str new: step that is entered
    :param bool emergency: the case is handled first and its record completed later
    :return: tuple of gate names; empty where nothing has to be shown (backwards, no change)
    :raises ValueError: the way does not exist (from one end to another)
    """
    if old == new:
        return ()
    if old in ENDS:
        if new in ENDS:
            raise ValueError(f"A complaint cannot go from {old!r} to {new!r}: reopen it first.")
        return ("reopen", *STEPS[: STEPS.index(new)])
    if new in REFUSED:
        return ("reject",) if new == "rejected" else ("cancel",)
    start, stop = STEPS.index(old), STEPS.index(new)
    if stop <= start:
        return ()
    if emergency:
        if stop <= STEPS.index(EMERGENCY_LIMIT):
            return ("emergency",)
        start = 0
    return STEPS[start:stop]


def next_step(step):
    """Return the step that ordinarily follows, or None after an end."""
    return None if step in ENDS else STEPS[STEPS.index(step) + 1]
