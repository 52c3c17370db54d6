# Part of the complaint management suite. See LICENSE file for full licensing details.
"""Opening .deb, .tar.* and .zip files, and fetching one over HTTP."""

import io
import shutil
import tarfile
import urllib.error
import urllib.request
import zipfile

from . import ui


def unpack(archive, folder):
    """Unpack ``archive`` into ``folder`` by what its name says it is."""
    name = archive.name.lower()
    try:
        if name.endswith(".deb"):
            unpack_deb(archive, folder)
        elif name.endswith(".zip"):
            with zipfile.ZipFile(archive) as content:
                content.extractall(folder)
        elif ".tar" in name or name.endswith((".tgz", ".tbz", ".txz")):
            with tarfile.open(archive) as content:
                _extract(content, folder)
        else:
            raise ui.DevError(
                f"{archive}: not an archive that is known here.",
                "Known are .tar.gz (and kin), .zip and .deb.",
            )
    except (tarfile.TarError, zipfile.BadZipFile, EOFError) as fault:
        raise ui.DevError(f"{archive} is damaged: {fault}", "Fetch it again.") from fault


def unpack_deb(archive, folder):
    """Unpack the files of a Debian package; needs no Debian."""
    if shutil.which("dpkg-deb"):
        status, log = ui.run_logged(["dpkg-deb", "-x", archive, folder], "unpack.log")
        if status:
            raise ui.explain(log, f"{archive} could not be unpacked")
        return
    for name, content in _ar_members(archive):
        if name.startswith("data.tar"):
            with tarfile.open(fileobj=io.BytesIO(content)) as inner:
                _extract(inner, folder)
            return
    raise ui.DevError(f"{archive}: not a Debian package.")


def _ar_members(archive):
    """Yield (name, content) of a Unix ``ar`` file, the outer shell of a .deb."""
    with archive.open("rb") as stream:
        if stream.read(8) != b"!<arch>\n":
            return
        while len(header := stream.read(60)) == 60:
            size = int(header[48:58])
            yield header[:16].decode().strip().rstrip("/"), stream.read(size)
            stream.read(size % 2)


def _extract(content, folder):
    # The 'tar' filter keeps members inside the folder; older Pythons do not know it yet.
    if hasattr(tarfile, "tar_filter"):
        content.extractall(folder, filter="tar")
    else:
        content.extractall(folder)


def download(url, target, title):
    """Fetch ``url`` to ``target``; the file appears only when it is whole."""
    draft = target.with_name(f".{target.name}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with ui.step(title, lambda: f"{draft.stat().st_size / 1e6:.0f} MB" if draft.exists() else ""):
            with urllib.request.urlopen(url, timeout=60) as answer, draft.open("wb") as stream:
                shutil.copyfileobj(answer, stream, 1 << 20)
                expected = answer.headers.get("Content-Length")
        if expected and draft.stat().st_size != int(expected):
            raise ui.DevError(f"{title}: the connection broke off.", "Run the same command again.")
        draft.replace(target)
    except (urllib.error.URLError, TimeoutError, ConnectionError) as fault:
        raise ui.DevError(
            f"{title}: {getattr(fault, 'reason', fault)}.",
            "Check the network (and proxy settings) and run the same command again.",
        ) from fault
    finally:
        draft.unlink(missing_ok=True)
