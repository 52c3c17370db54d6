"""Fixed orders of steps and which gates lie between two of them; the way of a complaint.

Plain Python without the ORM: what a step demands is said by the areas (``_gate_requirements`` of
``models/case/staged.py``), here is only the order of things.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar


class Process:
    """A way of fixed steps to an end, beside ends that are no success.

    A step is a gate as well, which is passed when the step is left. Ends that are no success are entered by
    gates of their own, and all ends are left by another one.

    :param steps: names in their order; the last one is the good end
    :param dict refused: end that is no success to the name of its gate
    :param str reopen: name of the gate by which ends are left
    """

    def __init__(self, steps, refused, reopen="reopen"):
        self.steps = tuple(steps)
        self.refused = dict(refused)
        self.reopen = reopen
        self.ends = (self.steps[-1], *self.refused)
        #: All that a record can stand in.
        self.every = (*self.steps, *self.refused)
        self.gates = (*self.steps[:-1], *self.refused.values(), reopen)

    def gates_between(self, old, new):
        """Return the gates between two steps, in the order of the process.

        :param str old: step that is left
        :param str new: step that is entered
        :return: tuple of gate names; empty where nothing has to be shown (backwards, no change)
        :raises ValueError: the way does not exist (from one end to another, unknown steps)
        """
        if old == new:
            return ()
        if old in self.ends:
            if new in self.ends:
                raise ValueError(f"There is no way from {old!r} to {new!r}: reopen it first.")
            return (self.reopen, *self.steps[: self.steps.index(new)])
        if new in self.refused:
            return (self.refused[new],)
        return self.steps[self.steps.index(old) : self.steps.index(new)]

    def next_step(self, step):
        """Return the step that ordinarily follows, or None after an end."""
        return None if step in self.ends else self.steps[self.steps.index(step) + 1]

    def is_before(self, step, other):
        """Tell whether a step comes before another one; an end that is no success comes before none."""
        return step in self.steps and self.steps.index(step) < self.steps.index(other)


#: The way of a complaint (ISO 10002:2018, clause 7; requirements A and D).
COMPLAINT = Process(
    (
        "new",
        "triage",
        "dispatch",
        "investigation",
        "solution",
        "execution",
        "feedback",
        "follow_up",
        "closed",
    ),
    {"rejected": "reject", "cancelled": "cancel"},
)
STEPS = COMPLAINT.steps
#: Ends that are no success; with ``closed`` they end the work.
REFUSED = tuple(COMPLAINT.refused)
ENDS = COMPLAINT.ends

#: How far an emergency may run ahead of its record (IN-7), and the gate that lets it.
EMERGENCY_LIMIT = "execution"
EMERGENCY_GATE = "emergency"
GATES = (*COMPLAINT.gates, EMERGENCY_GATE)


@dataclass(frozen=True)
class Requirement:
    """One thing that must be there before a record passes a gate.

    :param gate: a step that is to be left, or the gate of an end
    :param message: what to do, as a translated sentence for the user
    :param met: takes one record, tells whether it fulfils the requirement
    """

    #: The gates that there are.
    gates: ClassVar[tuple] = GATES

    gate: str
    message: str
    met: Callable[[Any], Any]

    def __post_init__(self):
        if self.gate not in self.gates:
            raise ValueError(f"There is no gate {self.gate!r}.")


def gates_between(old, new, emergency=False):
    """Return the gates between two steps of a complaint, in the order of the process.

    :param str old: step that is left
    :param str new: step that is entered
    :param bool emergency: the case is handled first and its record completed later
    :return: tuple of gate names; empty where nothing has to be shown (backwards, no change)
    :raises ValueError: the way does not exist (from one end to another)
    """
    gates = COMPLAINT.gates_between(old, new)
    if not emergency or not gates or old in ENDS or new in REFUSED:
        return gates
    if STEPS.index(new) <= STEPS.index(EMERGENCY_LIMIT):
        return (EMERGENCY_GATE,)
    return STEPS[: STEPS.index(new)]


next_step = COMPLAINT.next_step
