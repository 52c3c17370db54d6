# Part of the complaint management suite. See LICENSE file for full licensing details.
"""The wheel: what is in it, and that Odoo installs both add-ons from it."""

import ast
import re
import shutil
import subprocess
import sys
import zipfile
from email.parser import Parser

import pytest

from devkit import databases, odoo_source
from devkit.paths import ADDONS, LAUNCHER, ROOT
from devkit.python_env import PYTHON, site_packages

SOURCES = ("setup.py", "pyproject.toml", "LICENSE", "README.rst", *ADDONS)


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """A copy to build in, so that no earlier build's files get into the wheel."""
    folder = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif (ROOT / name).exists():
            shutil.copy(ROOT / name, folder)
    return folder


def build(folder, target):
    """Build the wheel of ``folder`` without a network; return the finished process."""
    command = [
        PYTHON,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-index",
        "--no-build-isolation",
        "-w",
        target,
        ".",
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def wheel(sources, tmp_path_factory):
    target = tmp_path_factory.mktemp("wheel")
    result = build(sources, target)
    assert result.returncode == 0, result.stdout + result.stderr
    (path,) = target.iterdir()
    return path


@pytest.fixture(scope="module")
def content(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


class TestContent:
    def test_name_and_metadata(self, wheel, content):
        version = databases.manifest(ADDONS[0])["version"]
        assert wheel.name == f"odoo_addons_complaint-{version}-py3-none-any.whl"
        (name,) = [name for name in content if name.endswith("dist-info/METADATA")]
        metadata = Parser().parsestr(content[name].decode())
        assert metadata["Version"] == version
        assert metadata["License"] == "LGPL-3.0-only"
        assert "odoo==19.0.*" in metadata.get_all("Requires-Dist")
        assert any(name.endswith("LICENSE") for name in content)

    def test_every_file_of_the_add_ons_and_nothing_else(self, content):
        sources = {
            f"odoo/addons/{path.relative_to(ROOT)}"
            for addon in ADDONS
            for path in (ROOT / addon).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
        }
        packed = {name for name in content if ".dist-info/" not in name}
        assert packed == sources

    def test_namespaces_are_left_to_odoo(self, content):
        assert "odoo/__init__.py" not in content
        assert "odoo/addons/__init__.py" not in content

    @pytest.mark.parametrize("addon", ADDONS)
    def test_what_the_manifest_names_is_there(self, content, addon):
        manifest = databases.manifest(addon)
        for name in [*manifest.get("data", []), *manifest.get("demo", [])]:
            assert f"odoo/addons/{addon}/{name}" in content
        assert f"odoo/addons/{addon}/static/description/icon.png" in content

    def test_translations_are_there(self, content):
        assert f"odoo/addons/{ADDONS[0]}/i18n/{ADDONS[0]}.pot" in content
        assert f"odoo/addons/{ADDONS[0]}/i18n/zh_CN.po" in content

    def test_manifests_agree(self):
        manifests = [databases.manifest(addon) for addon in ADDONS]
        assert len({manifest["version"] for manifest in manifests}) == 1
        assert manifests[0]["version"].startswith("19.0.")
        assert {manifest["license"] for manifest in manifests} == {"LGPL-3"}

    def test_different_versions_are_refused(self, sources, tmp_path):
        copied = tmp_path / "sources"
        shutil.copytree(sources, copied)
        manifest = copied / ADDONS[1] / "__manifest__.py"
        version = ast.literal_eval(manifest.read_text(encoding="utf-8"))["version"]
        manifest.write_text(
            manifest.read_text(encoding="utf-8").replace(version, "19.0.99.0.0"), encoding="utf-8"
        )
        result = build(copied, tmp_path / "wheel")
        assert result.returncode
        assert "manifests differ in their version" in result.stdout + result.stderr

    def test_migration_scripts_are_packed(self, sources, tmp_path):
        """They lie in folders that are no packages, and of names that no package can have."""
        copied = tmp_path / "sources"
        shutil.copytree(sources, copied)
        script = copied / ADDONS[0] / "migrations/19.0.1.0.1/post-fill.py"
        script.parent.mkdir(parents=True)
        script.write_text("def migrate(cr, version):\n    pass\n", encoding="utf-8")
        result = build(copied, tmp_path / "wheel")
        assert result.returncode == 0, result.stdout + result.stderr
        (path,) = (tmp_path / "wheel").iterdir()
        with zipfile.ZipFile(path) as archive:
            assert f"odoo/addons/{script.relative_to(copied)}" in archive.namelist()


@pytest.fixture(scope="module")
def clean_python(tmp_path_factory, wheel):
    """A new Python environment beside Odoo, with the wheel installed and this repository unknown."""
    folder = tmp_path_factory.mktemp("clean")
    subprocess.run([sys._base_executable, "-m", "venv", folder / "venv"], check=True)
    python = folder / "venv/bin/python"
    (packages,) = (folder / "venv/lib").glob("python*/site-packages")
    # Odoo and what it needs, as on a server where they are installed already
    links = [str(odoo_source.source_folder()), str(site_packages())]
    (packages / "server.pth").write_text("\n".join(links), encoding="utf-8")
    result = subprocess.run(
        [python, "-m", "pip", "install", "--no-index", wheel], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return python


def test_pip_finds_all_requirements(clean_python):
    result = subprocess.run([clean_python, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    # Of the browser driver around axe-core only the script is used.
    known = re.compile(r"axe-playwright-python .* requires (playwright|pytest-playwright)\b")
    faults = [line for line in result.stdout.splitlines() if not known.match(line)]
    assert faults in ([], ["No broken requirements found."])


def test_add_ons_install_from_the_wheel(clean_python, odoo, new_database, tmp_path):
    config = tmp_path / "odoo.conf"
    config.write_text(
        f"[options]\nhttp_interface = 127.0.0.1\ndata_dir = {tmp_path / 'data'}\n", encoding="utf-8"
    )
    environment = {"ODOO_RC": str(config), "VIRTUAL_ENV": str(clean_python.parent.parent)}
    database = new_database("odoo")

    def command(*arguments):
        return [str(clean_python), str(LAUNCHER), *map(str, arguments)]

    arguments = ("-d", database, "-i", ",".join(ADDONS), "--stop-after-init", "--no-http")
    outcome = odoo(*arguments, command=command, env=environment, cwd=tmp_path)
    assert outcome.status == 0, outcome.log
    assert databases.has_addons(database), outcome.log
    script = "import sys\n" + "".join(
        f"print('at', sys.modules['odoo.addons.{addon}'].__file__)\n" for addon in ADDONS
    )
    outcome = odoo(
        "shell", "-d", database, "--no-http", command=command, env=environment, cwd=tmp_path, input=script
    )
    places = [
        line.split("at ", 1)[1] for line in outcome.log.splitlines() if "at /" in line and "addons" in line
    ]
    assert len(places) == len(ADDONS), outcome.log
    assert all(str(clean_python.parent.parent) in place for place in places), places
