# Part of the complaint management suite. See LICENSE file for full licensing details.
"""How ``./dev i18n`` brings a translation up to the terms of the sources."""

import polib
import pytest

from devkit import i18n_merge


def terms(*entries):
    """A .po file of (source, translation, where) in memory."""
    made = polib.POFile(wrapwidth=78)
    made.metadata = {"POT-Creation-Date": "2026-01-01", "Language": "zh_CN"}
    for msgid, msgstr, where in entries:
        entry = polib.POEntry(msgid=msgid, msgstr=msgstr, occurrences=[(where, "")])
        entry.comment = "module: complaint_management"
        made.append(entry)
    return made


def test_known_terms_keep_their_translation_and_lost_ones_go():
    translation = terms(("Close", "关闭", "view:old"), ("Gone", "没有了", "view:x"))
    merged = i18n_merge.merged(translation, terms(("Open", "", "view:a"), ("Close", "", "view:new")))
    assert [(entry.msgid, entry.msgstr) for entry in merged] == [("Close", "关闭"), ("Open", "")]
    assert merged.find("Close").occurrences == [("view:new", "")], "where a term stands is the sources' word"
    assert not merged.obsolete_entries()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(i18n_merge, "ROOT", tmp_path)
    monkeypatch.setattr(i18n_merge, "ADDONS", ("addon",))
    (tmp_path / "addon" / "i18n").mkdir(parents=True)
    terms(("Close", "", "view:a")).save(tmp_path / "addon.pot")
    return tmp_path


def test_new_language_and_nothing_to_do_the_second_time(folder, capsys):
    i18n_merge.main("--write", str(folder), "fr")
    assert capsys.readouterr().out.split("\n")[:2] == [
        "addon/i18n/fr.po: 1 of 1 not translated",
        "addon/i18n/addon.pot",
    ]
    assert polib.pofile(str(folder / "addon/i18n/fr.po")).metadata["Language"] == "fr"
    terms_again = terms(("Close", "", "view:a"))
    terms_again.metadata["POT-Creation-Date"] = "2027-07-07"
    terms_again.save(folder / "addon.pot")
    i18n_merge.main("--check", str(folder))
    assert capsys.readouterr().out == "", "another date alone is no change"


def test_check_names_what_is_stale_and_writes_nothing(folder, capsys):
    i18n_merge.main("--check", str(folder))
    assert capsys.readouterr().out == "addon/i18n/addon.pot\n"
    assert not list((folder / "addon/i18n").iterdir())
