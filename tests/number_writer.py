# Part of the complaint management suite. See LICENSE file for full licensing details.
"""A program that registers complaints, one of several that do so at once.

Started by test_numbers_concurrent.py as ``number_writer.py DATABASE LOGIN MODE COUNT RECEIVED_AT``.
It says ``ready``, waits for a line, and tells each number as soon as it is committed. The modes:
``single`` commits every complaint, ``batch`` creates all at once, ``stay`` never commits.
"""

import sys

from odoo_inside import Inside


def create(env, count, received_at):
    """Register complaints; return their numbers."""
    vals = {"name": "The lift stands still", "received_at": received_at}
    return env["complaint.complaint"].create([vals] * count).mapped("number")


def main(database, login, mode, count, received_at):
    inside = Inside(database)
    with inside.env(login) as env:
        uid = env.uid
        env["complaint.complaint"].search([], limit=1)
    tell("ready")
    sys.stdin.readline()
    if mode == "stay":
        with inside.env(uid) as env:
            tell(*create(env, int(count), received_at))
            sys.stdin.readline()
            raise RuntimeError("This program should have been killed.")
    blocks = [1] * int(count) if mode == "single" else [int(count)]
    for block in blocks:
        with inside.env(uid) as env:
            numbers = create(env, block, received_at)
        tell(*numbers)


def tell(*lines):
    print(*lines, sep="\n", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
