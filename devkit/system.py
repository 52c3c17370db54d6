# Part of the complaint management suite. See LICENSE file for full licensing details.
"""What comes from the operating system: a browser, a font for Chinese, a PDF printer."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import ui

# The names under which Odoo's tests look for a browser.
BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
MAC_BROWSER = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
FONTS = ("wqy-microhei*", "NotoSansCJK*", "NotoSansSC*", "NotoSerifCJK*", "DroidSansFallback*", "wqy-zenhei*")
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")


def browser():
    """Path of a Chromium or Chrome, or None."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found and sys.platform == "darwin" and Path(MAC_BROWSER).exists():
        found = MAC_BROWSER
    return found


def has_font():
    """Tell whether Chinese text can be shown and printed."""
    if sys.platform == "darwin":
        return True
    folders = [Path(folder).expanduser() for folder in FONT_FOLDERS]
    return any(any(folder.rglob(name)) for folder in folders if folder.is_dir() for name in FONTS)


def has_pdf_printer():
    """Tell whether reports can be printed."""
    return bool(shutil.which("wkhtmltopdf"))


# What it is for, how to see that it is there, Debian's package.
NEEDS = (
    ("a browser for the browser tests", browser, "chromium"),
    ("a font for Chinese text", has_font, "fonts-wqy-microhei"),
    ("wkhtmltopdf to print reports", has_pdf_printer, "wkhtmltopdf"),
)


def missing():
    """List of (purpose, package) that are not on this machine."""
    return [(purpose, package) for purpose, present, package in NEEDS if not present()]


def _may_install():
    """The command prefix with which packages can be installed without asking, or None."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and not subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode:
        return [sudo, "-n"]
    return None


def install():
    """Install what is missing if that needs no password; say what remains."""
    wanted = missing()
    prefix = _may_install()
    if wanted and prefix is not None:
        install_packages([package for _purpose, package in wanted], prefix)
    for purpose, package in missing():
        ui.say(f"  Missing: {purpose}. Install it: {_advice(package)}")


def install_packages(packages, prefix=None):
    """Install Debian packages; return whether that worked."""
    prefix = _may_install() if prefix is None else prefix
    if prefix is None:
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    with ui.step(f"System packages: {', '.join(packages)}"):
        ui.run_logged([*prefix, "apt-get", "update"], "apt-system-update.log", env=environment)
        status, log = ui.run_logged(
            [*prefix, "apt-get", "install", "-y", "--no-install-recommends", *packages],
            "apt-system.log",
            env=environment,
        )
    if status:
        ui.say(f"  {ui.explain(log, 'The system packages could not be installed').what}")
    return not status


def _advice(package):
    if shutil.which("apt-get"):
        return f"apt-get install {package}"
    if package == "chromium":
        return "Chromium or Google Chrome, by the name " + ", ".join(BROWSERS)
    return package


def require_browser():
    """Raise unless there is a browser, or one can be installed without asking."""
    if not browser():
        install()
    if not browser():
        raise ui.DevError(
            "The browser tests need Chromium or Chrome, and there is none.",
            f"Install it: {_advice('chromium')}",
            "or leave those tests out: ./dev test --no-browser",
        )
