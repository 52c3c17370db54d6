# Part of the complaint management suite. See LICENSE file for full licensing details.
"""The command line of ``./dev``."""

import argparse
import errno
import os
import sys

from . import bench, clean, environment, i18n, lint, run, test, ui
from .paths import shown

EPILOG = """\
The first command of any sets up what it needs in the ignored folder .dev: Odoo 19.0, PostgreSQL,
a Python environment. Downloads are kept in ~/.cache/complaint-dev (COMPLAINT_DEV_CACHE names
another folder) and shared by all clones. An Odoo of your own: --odoo PATH or COMPLAINT_ODOO=PATH.
A PostgreSQL of your own: PGHOST, PGPORT, PGUSER, PGPASSWORD.
"""


def _parser():
    parser = argparse.ArgumentParser(
        prog="./dev",
        description="Everything to run, test and check the complaint management add-ons.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    def command(name, text, **kwargs):
        made = commands.add_parser(name, help=text, description=text, **kwargs)
        return made

    made = command("setup", "set up without doing anything else")
    made.add_argument("--odoo", metavar="PATH", help="Odoo 19.0 to use: a folder, a source archive or a .deb")

    made = command(
        "run", "run Odoo with both add-ons and demo data", usage="./dev run [options] [-- ODOO-OPTIONS]"
    )
    made.add_argument("--odoo", metavar="PATH", help="Odoo 19.0 to use: a folder, a source archive or a .deb")
    made.add_argument(
        "--port", type=int, default=8069, help="port on this machine's loopback (default: 8069)"
    )
    made.add_argument("--fresh", action="store_true", help="begin with a new database")
    made.add_argument(
        "--lang", action="append", default=[], metavar="CODE", help="load a language as well: zh_CN"
    )
    made.add_argument("--workers", type=int, default=0, metavar="N", help="serve with N processes")
    made.add_argument("--verbose", action="store_true", help="show Odoo's whole log")

    made = command(
        "test",
        "run all tests, or those in a path or of a name",
        usage="./dev test [options] [PATH_OR_NAME ...] [-- PYTEST-OPTIONS]",
    )
    made.add_argument("what", nargs="*", metavar="PATH_OR_NAME")
    made.add_argument("-x", "--first", action="store_true", help="stop at the first failure")
    made.add_argument("--no-browser", action="store_true", help="leave the browser tests out")
    made.add_argument("--rebuild", action="store_true", help="make the template databases anew")
    made.add_argument("--keep", action="store_true", help="keep the database that the tests ran in")

    command("odoo", "Odoo's own command line, with the project's database server and add-ons", add_help=False)

    made = command("lint", "check style and structure")
    made.add_argument("--fast", action="store_true", help="leave out the checks that need a database")
    made.add_argument("--fix", action="store_true", help="let ruff repair what it can first")
    checks = ", ".join((*lint.FAST, *lint.SLOW))
    made.add_argument("--only", action="append", default=[], metavar="CHECK", help=f"one of {checks}")

    made = command("i18n", "export the .pot files and merge every .po with them")
    made.add_argument("languages", nargs="*", metavar="LANGUAGE", help="begin a translation: de, fr, pt_BR")

    command("bench", "run a benchmark of tests/bench; without a name, list them", add_help=False)

    made = command("clean", "remove .dev, databases included")
    made.add_argument("--cache", action="store_true", help="remove the downloads that all clones share, too")
    return parser


def _dispatch(arguments, rest):
    """Carry out one command; return the exit status."""
    match arguments.command:
        case "setup":
            environment.ensure(arguments.odoo)
            ui.say("Ready. ./dev run starts Odoo, ./dev test runs the tests.")
            return 0
        case "run":
            return run.run(arguments, rest)
        case "test":
            return test.run(arguments, rest)
        case "odoo":
            with environment.session() as project:
                return project.odoo(*rest)
        case "lint":
            return lint.run(arguments.fast, arguments.fix, arguments.only)
        case "i18n":
            return i18n.run(arguments.languages)
        case "bench":
            return bench.run(rest)
        case "clean":
            return clean.run(arguments.cache)


def main(argv=None):
    """Run ``./dev``; expected faults end in a plain message and status 1."""
    argv = sys.argv[1:] if argv is None else argv
    rest = []
    if argv and argv[0] in ("odoo", "bench"):  # their arguments are not ours to read
        argv, rest = argv[:1], argv[1:]
    elif argv and argv[0] in ("run", "test") and "--" in argv:
        cut = argv.index("--")
        argv, rest = argv[:cut], argv[cut + 1 :]
    parser = _parser()
    arguments = parser.parse_args(argv)
    if not arguments.command:
        parser.print_help()
        return 0
    try:
        return _dispatch(arguments, rest)
    except ui.DevError as fault:
        return _tell(fault)
    except BrokenPipeError:
        # Whoever read our output has gone (./dev ... | head): nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        ui.warn("\nStopped.")
        return 130
    except OSError as fault:
        if fault.errno == errno.ENOSPC:
            return _tell(ui.no_room(f"./dev {arguments.command}"))
        if fault.errno in (errno.EACCES, errno.EPERM, errno.EROFS) and fault.filename:
            return _tell(
                ui.DevError(
                    f"{shown(fault.filename)}: {fault.strerror}.",
                    "It may belong to another user: remove it as that user, or work as that user.",
                )
            )
        raise


def _tell(fault):
    ui.tell(fault)
    return 1
