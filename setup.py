# Part of the complaint management suite. See LICENSE file for full licensing details.
"""Builds one wheel with both add-ons, as ``odoo.addons.*`` beside Odoo's own.

``odoo`` and ``odoo.addons`` are namespaces: the wheel names only what lies below them, so that
it merges with any installation of Odoo.
"""

import ast
from pathlib import Path

from setuptools import setup

ROOT = Path(__file__).resolve().parent
ADDONS = sorted(path.parent.name for path in ROOT.glob("*/__manifest__.py"))


def manifest(addon):
    return ast.literal_eval((ROOT / addon / "__manifest__.py").read_text(encoding="utf-8"))


def common_version():
    """The version that all manifests carry; one wheel cannot have two."""
    versions = {manifest(addon)["version"] for addon in ADDONS}
    if len(versions) != 1:
        raise SystemExit(f"The add-ons' manifests differ in their version: {', '.join(sorted(versions))}")
    return versions.pop()


def python_packages():
    """Map every Python package of the add-ons to its folder."""
    folders = (
        path.parent.relative_to(ROOT) for addon in ADDONS for path in (ROOT / addon).rglob("__init__.py")
    )
    return {"odoo.addons." + ".".join(folder.parts): str(folder) for folder in sorted(folders)}


def other_files(addon):
    """Everything of an add-on that is no module of a package: views, data, static, migrations."""
    top = ROOT / addon
    return [
        str(path.relative_to(top))
        for path in sorted(top.rglob("*"))
        if path.is_file()
        and "__pycache__" not in path.parts
        and not path.name.startswith(".")
        and (path.suffix != ".py" or not (path.parent / "__init__.py").exists())
    ]


def python_dependencies():
    wanted = {
        name
        for addon in ADDONS
        for name in manifest(addon).get("external_dependencies", {}).get("python", [])
    }
    return ["odoo==19.0.*", *sorted(wanted)]


README = ROOT / "README.rst"

setup(
    name="odoo-addons-complaint",
    version=common_version(),
    description="Complaint management for Odoo 19.0 Community",
    long_description=README.read_text(encoding="utf-8") if README.exists() else "",
    long_description_content_type="text/x-rst",
    author="Complaint Management Contributors",
    license="LGPL-3.0-only",
    license_files=["LICENSE"],
    classifiers=["Framework :: Odoo", "Framework :: Odoo :: 19.0", "Programming Language :: Python :: 3"],
    python_requires=">=3.10",
    install_requires=python_dependencies(),
    # Public holidays of a country for the working calendars; without it they are entered by hand.
    extras_require={"holidays": ["holidays>=0.86"]},
    packages=list(python_packages()),
    package_dir=python_packages(),
    package_data={f"odoo.addons.{addon}": other_files(addon) for addon in ADDONS},
    include_package_data=False,
    zip_safe=False,
)
