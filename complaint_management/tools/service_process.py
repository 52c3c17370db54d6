"""The way of an after-sales service order, and its milestones (requirements SV-2, TL-3).

Plain Python without the ORM.
"""

from dataclasses import dataclass
from typing import ClassVar

from . import process

SERVICE = process.Process(
    (
        "appointment",
        "reception",
        "diagnosis",
        "quotation",
        "work",
        "quality",
        "settlement",
        "handover",
        "closed",
    ),
    {"cancelled": "cancel"},
)

#: Milestones in the order of the process, with the step that each of them ends. The customer is answered,
#: then somebody is arranged for the work: both before anything is received.
STEP_OF = {
    "respond": "appointment",
    "arrange": "appointment",
    "receive": "reception",
    "diagnose": "diagnosis",
    "complete": "quality",
    "hand_over": "handover",
}
MILESTONES = tuple(STEP_OF)


@dataclass(frozen=True)
class Requirement(process.Requirement):
    """One thing that must be there before a service order passes a gate."""

    gates: ClassVar[tuple] = SERVICE.gates


def left_by(step):
    """Return the milestones that an order in a step has behind it by having left their steps.

    :param str step: step it stands in; a cancelled order has left nothing behind
    :return: tuple of milestones in the order of the process
    """
    return (
        tuple(name for name, own in STEP_OF.items() if SERVICE.is_before(own, step))
        if (step in SERVICE.steps)
        else ()
    )
