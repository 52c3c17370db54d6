# Part of the complaint management suite. See LICENSE file for full licensing details.
"""Bring the add-ons' .pot and .po files up to a fresh export; runs in the project's environment.

Usage: ``python -m devkit.i18n_merge --write|--check FOLDER [LANGUAGE ...]``. ``--check`` names
the files that ``--write`` would change.
"""

import sys
from pathlib import Path

import polib

from .paths import ADDONS, ROOT

# They change with every export and say nothing.
DATES = ("POT-Creation-Date", "PO-Revision-Date")


def main(mode, folder, *languages):
    """Write or name what is not up to date."""
    for addon in ADDONS:
        exported = Path(folder) / f"{addon}.pot"
        if not exported.stat().st_size:
            continue
        terms = polib.pofile(str(exported))
        target = ROOT / addon / "i18n"
        for language in languages:
            if not (target / f"{language}.po").exists():
                _settle(mode, target / f"{language}.po", merged(_empty(terms, language), terms))
        _settle(mode, target / f"{addon}.pot", _copy(terms))
        for path in sorted(target.glob("*.po")):
            _settle(mode, path, merged(polib.pofile(str(path), wrapwidth=78), terms))


def _copy(terms):
    return polib.pofile(str(terms), wrapwidth=78)


def _empty(terms, language):
    """A translation that holds nothing yet."""
    made = polib.POFile(wrapwidth=78)
    made.header = terms.header
    made.metadata = {**terms.metadata, "Language": language}
    return made


def merged(translation, terms):
    """``translation`` with the entries of ``terms``: known ones keep their text, lost ones go."""
    translation.merge(terms)
    for entry in list(translation.obsolete_entries()):
        translation.remove(entry)
    for entry in translation:
        # Where a term stands in the sources is the export's word alone.
        source = terms.find(entry.msgid, msgctxt=entry.msgctxt or False)
        entry.occurrences, entry.comment = source.occurrences, source.comment
    translation.sort(key=lambda entry: entry.msgid)
    return translation


def _settle(mode, path, wanted):
    """Write ``path`` if more than dates would change in it."""
    if path.exists():
        present = polib.pofile(str(path), wrapwidth=78)
        for name in DATES:
            if name in present.metadata:
                wanted.metadata[name] = present.metadata[name]
        if str(present) == str(wanted):
            return
    if mode == "--write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(str(wanted), encoding="utf-8")
        open_terms = [entry for entry in wanted if not entry.translated()]
        note = f": {len(open_terms)} of {len(wanted)} not translated" if path.suffix == ".po" else ""
        print(f"{path.relative_to(ROOT)}{note}")
    else:
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main(*sys.argv[1:])
