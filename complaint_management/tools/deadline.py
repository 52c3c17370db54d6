"""Milestones of a complaint and how they hang together with its steps.

Plain Python without the ORM. How long something takes is :mod:`.working_time`'s subject.
"""

from . import process

#: Milestones in the order of the process, with the step that each of them ends.
STEP_OF = {
    "respond": "new",
    "triage": "triage",
    "dispatch": "dispatch",
    "investigate": "investigation",
    "propose": "solution",
    "execute": "execution",
    "report": "feedback",
    "follow_up": "follow_up",
}
MILESTONES = tuple(STEP_OF)

#: States in which a clock can still reach something.
OPEN_STATES = ("running", "paused", "breached")


def left_by(step):
    """Return the milestones that a complaint in a step has behind it by having left their steps.

    :param str step: step it stands in; an end other than ``closed`` leaves nothing behind
    :return: tuple of milestones in the order of the process
    """
    if step not in process.STEPS:
        return ()
    position = process.STEPS.index(step)
    return tuple(name for name, own in STEP_OF.items() if process.STEPS.index(own) < position)


def previous(milestone, order=MILESTONES):
    """Return the milestones before one, the nearest first."""
    return order[: order.index(milestone)][::-1]
