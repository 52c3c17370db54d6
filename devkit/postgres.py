# Part of the complaint management suite. See LICENSE file for full licensing details.
"""The PostgreSQL server: one of our own in ``.dev``, or the one that PG* variables name.

Our own listens on a socket only, starts on demand and stops with the last command that uses it.
PostgreSQL refuses to run as root; root starts it as another user of the machine.
"""

import fcntl
import os
import pwd
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

from . import ui
from .paths import DEV, LOGS, ROOT
from .python_env import site_packages
from .stamps import Stamp, digest, lock, remove

STAMP = Stamp("postgres")
ROLE = "odoo"  # Odoo refuses to work as PostgreSQL's own superuser "postgres"
SOCKET_NAME = "/.s.PGSQL.5432"
LONGEST_SOCKET = 100  # the system's limit for a socket's path is 104 to 108 bytes
# A server for work and tests: quick, and a power cut may cost its databases.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "512MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
    "random_page_cost": "1.1",
    "jit": "off",
}


def is_external():
    """Tell whether the user named a server of their own (our own is named to the programs we start)."""
    host = os.environ.get("PGHOST")
    return bool(os.environ.get("PGSERVICE") or (host and host != str(_socket_folder())))


def _system_user():
    """The user the server runs as when root starts it; None for everybody else."""
    if os.geteuid():
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ui.DevError(
        "PostgreSQL does not run as root, and there is no user 'postgres' or 'nobody' to run it as.",
        "Work as an ordinary user, or: useradd --system postgres",
    )


def _packaged():
    return site_packages() / "pgserver" / "pginstall"


def _home():
    """Folder of the server: in the checkout, or outside where its user cannot reach that."""
    stamp = STAMP.read()
    return _elsewhere() if stamp and not stamp["inside"] else DEV / "postgres"


def _elsewhere():
    return Path("/var/tmp") / f"complaint-dev-{os.geteuid()}-{digest(ROOT, length=12)}"


def _moved(home):
    """Where the programs are copied to when their user cannot reach them in the checkout."""
    return home / "install" / "pgserver" / "pginstall"


def bin_folder():
    """Folder of PostgreSQL's programs."""
    moved = _moved(_home()) / "bin"
    return moved if moved.exists() else _packaged() / "bin"


def _socket_folder():
    """A folder with a path short enough for a socket, ours alone."""
    folder = _home() / "run"
    if len(str(folder) + SOCKET_NAME) > LONGEST_SOCKET:
        folder = Path("/tmp") / f"complaint-dev-{os.geteuid()}-{digest(ROOT, length=12)}"
    return folder


def variables():
    """The PG* variables by which every program finds the server."""
    if is_external():
        return {name: value for name, value in os.environ.items() if name.startswith("PG")}
    return {"PGHOST": str(_socket_folder()), "PGPORT": "5432", "PGUSER": ROLE}


def client_environment():
    """Environment for psql and its kin, and for Odoo: the server, and nothing else of it."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    ours.update(variables())
    ours.pop("PGDATABASE", None)  # Odoo would take it for the database of every command
    ours["PATH"] = f"{bin_folder()}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return ours


def _as_user():
    """Arguments for subprocess that run a program as the server's user."""
    user = _system_user()
    if not user:
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _server_environment():
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**plain, "HOME": "/", "LC_ALL": "C"}


def is_ready():
    """Tell whether the server can be started."""
    return is_external() or (bool(STAMP.read()) and (_home() / "data" / "PG_VERSION").exists())


def install():
    """Make the cluster, once."""
    if is_external():
        return
    stop()
    STAMP.clear()
    home = DEV / "postgres"
    packaged = _packaged()
    with ui.step("PostgreSQL"):
        remove(home)
        remove(_elsewhere())
        user = _system_user()
        if user and not _can_reach(packaged / "bin" / "initdb"):
            home = _elsewhere()
        home.mkdir(parents=True)
        if home == _elsewhere():
            shutil.copytree(packaged, _moved(home), symlinks=True)
            for libraries in site_packages().glob("pgserver*.libs"):  # found by their place beside it
                shutil.copytree(libraries, home / "install" / libraries.name)
        data = home / "data"
        data.mkdir(mode=0o700)
        if user:
            home.chmod(0o755)
            os.chown(data, user.pw_uid, user.pw_gid)
        programs = _moved(home) / "bin" if home == _elsewhere() else packaged / "bin"
        status, log = _init(programs, data)
    if status:
        raise ui.explain(log, "PostgreSQL could not be set up")
    STAMP.write({"inside": home != _elsewhere()})


def _init(programs, data):
    """Run initdb. Letters of every script count as letters (trigram search needs that)."""
    for ctype in ("C.UTF-8", "en_US.UTF-8", "C"):
        status, log = ui.run_logged(
            [programs / "initdb", "-D", data, "-U", ROLE, "--auth=trust", "--encoding=UTF8", "--no-sync"]
            + ["--locale=C", f"--lc-ctype={ctype}"],
            "initdb.log",
            env=_server_environment(),
            cwd="/",
            **_as_user(),
        )
        if not status or "locale" not in log.read_text(encoding="utf-8", errors="replace"):
            break
    return status, log


def _can_reach(program):
    """Tell whether the server's user may start ``program`` where it lies."""
    test = ["/bin/sh", "-c", 'test -x "$0"', str(program)]
    return not subprocess.run(test, cwd="/", check=False, **_as_user()).returncode


def _answers():
    return not subprocess.run(
        [str(bin_folder() / "pg_isready"), "-q", "-t", "3"],
        env=client_environment(),
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ).returncode


def _start():
    with lock("postgres-start"):
        if _answers():
            return
        folder = _socket_folder()
        _own_folder(folder)
        LOGS.mkdir(parents=True, exist_ok=True)
        log = _home() / "data" / "server.log"
        options = " ".join(f"-c {key}='{value}'" for key, value in SETTINGS.items())
        command = [bin_folder() / "pg_ctl", "start", "-w", "-t", "120", "-D", _home() / "data", "-l", log]
        command += ["-o", f"{options} -c unix_socket_directories='{folder}'"]
        status, output = ui.run_logged(
            command, "pg_ctl.log", env=_server_environment(), cwd="/", **_as_user()
        )
        if status:
            with output.open("a", encoding="utf-8") as stream:
                stream.write(
                    log.read_text(encoding="utf-8", errors="replace")[-4000:] if log.exists() else ""
                )
            raise ui.explain(
                output, "PostgreSQL did not start", "If its data is broken, './dev clean' starts afresh."
            )


def _own_folder(folder):
    """Make the socket's folder; in a place open to all it must be nobody else's."""
    user = _system_user()
    uid, gid = (user.pw_uid, user.pw_gid) if user else (os.geteuid(), os.getegid())
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid not in (uid, os.geteuid()):
        raise ui.DevError(
            f"{folder} belongs to somebody else; PostgreSQL's socket cannot be put there.",
            f"Remove it, or move the checkout to a shorter path than {ROOT}.",
        )
    os.chown(folder, uid, gid)
    folder.chmod(0o700)


def stop():
    """Stop our server if it runs."""
    if is_external() or not STAMP.read() or not (_home() / "data" / "postmaster.pid").exists():
        return
    command = [bin_folder() / "pg_ctl", "stop", "-w", "-m", "fast", "-D", _home() / "data"]
    ui.run_logged(command, "pg_ctl-stop.log", env=_server_environment(), cwd="/", **_as_user())


@contextmanager
def running():
    """Have the server up; yields a file descriptor that children may hold to keep it up.

    Every command holds a shared lock while it needs the server. The last one to let go stops it,
    whoever started it; a killed command lets go by itself.
    """
    if is_external():
        if not _answers():
            raise ui.DevError(
                "The PostgreSQL server that PGHOST names does not answer.",
                "Start it or correct PGHOST, PGPORT, PGUSER and PGPASSWORD;",
                "without PGHOST the project uses a server of its own.",
            )
        yield None
        return
    with (DEV / "postgres-users.lock").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            _start()
            yield users.fileno()
        finally:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                pass  # another command still works with it
            else:
                stop()


def clean():
    """Remove what lies outside the checkout."""
    stop()
    remove(_elsewhere())
    if not is_external():
        folder = _socket_folder()
        if not folder.is_relative_to(_home()):
            remove(folder)
