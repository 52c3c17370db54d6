"""Checks of an add-on's translation that the tests of every add-on of the suite share."""

import io
import re

import polib

from odoo.tools import file_path
from odoo.tools.translate import TranslationModuleReader, trans_export

#: What a translation must hand on unchanged: placeholders and markup.
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|%[sd]")
MARKUP = re.compile(r"</?[a-zA-Z][^>]*>")
#: Attributes that a person reads or hears: their words are translated with the markup around them.
SPOKEN = re.compile(r'(?<=\b(?:title=)")[^"]*|(?<=\baria-label=")[^"]*')
# Ideographs, and the marks between them.
CHINESE = re.compile(r"[\u4e00-\u9fff，：]")
#: Punctuation of Western width beside a Chinese character.
NARROW = re.compile(r"[\u4e00-\u9fff][,.;:?!()]|[,;:?!()][\u4e00-\u9fff]")


class TranslationChecks:
    """Mixin for a ``TransactionCase``: every term is exported, translated and shown.

    :cvar str addon: technical name of the add-on
    :cvar frozenset same: the few terms that read the same in both languages
    """

    addon = None
    language = "zh_CN"
    same = frozenset()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls._read_terms(f"{cls.addon}.pot")
        cls.translation = cls._read_terms(f"{cls.language}.po")

    @classmethod
    def _read_terms(cls, name):
        """Return the entries of one of the add-on's files by their source; none where there is no file."""
        try:
            path = file_path(f"{cls.addon}/i18n/{name}")
        except FileNotFoundError:
            return {}
        return {entry.msgid: entry for entry in polib.pofile(path)}

    def _export_terms(self):
        """Return what stands in the database and the sources now, as the .pot file would hold it."""
        buffer = io.BytesIO()
        trans_export(False, [self.addon], buffer, "po", self.env)
        return {entry.msgid: entry for entry in polib.pofile(buffer.getvalue().decode())}

    def _get_places(self, terms):
        """Return the pairs of a term and a place where it stands."""
        return {(source, place) for source, entry in terms.items() for place, _line in entry.occurrences}

    def _is_foreign(self, place):
        """Tell whether an add-on that this one knows nothing of adds the field to one of our models."""
        match = re.fullmatch(r"model:(ir\.model\.fields(?:\.selection)?),\w+:(\S+)", place)
        if not match:
            return False
        field = self.env.ref(match[2])
        if match[1] == "ir.model.fields.selection":
            field = field.field_id
        own = self.env["ir.module.module"].search([("name", "=", self.addon)])
        known = {self.addon, *own.upstream_dependencies(exclude_states=("uninstalled",)).mapped("name")}
        modules = self.env[field.model]._fields[field.name]._modules
        return bool(modules) and known.isdisjoint(modules)

    def _assert_none(self, faults, what):
        if faults:
            self.fail(f"{self.addon}: {len(faults)} {what}\n" + "\n".join(sorted(map(str, faults))))

    def test_template_is_current(self):
        """The .pot file holds the terms of the sources as they are, each at the places where it stands."""
        module = self.env["ir.module.module"].search([("name", "=", self.addon)])
        if module.demo:
            self.skipTest("The .pot file is of an installation without demo data")
        exported = self._get_places(self._export_terms())
        kept = self._get_places(self.template)
        absent = {(term, place) for term, place in exported - kept if not self._is_foreign(place)}
        self._assert_none(absent, "terms are not in the .pot file: run ./dev i18n")
        self._assert_none(kept - exported, "terms of the .pot file are gone: run ./dev i18n")

    def test_every_term_is_translated(self):
        """The .po file has each term of the .pot file and no other, none empty, fuzzy or left in English."""
        self._assert_none(self.template.keys() - self.translation.keys(), "terms are missing: run ./dev i18n")
        self._assert_none(self.translation.keys() - self.template.keys(), "terms are stale: run ./dev i18n")
        self._assert_none(
            {source for source, entry in self.translation.items() if not entry.translated()},
            "terms are not translated, or fuzzy",
        )
        self._assert_none(
            {
                source
                for source, entry in self.translation.items()
                if entry.translated() and source not in self.same and not CHINESE.search(entry.msgstr)
            },
            "terms are still English",
        )
        self._assert_none(
            {s for s in self.same if s not in self.translation or self.translation[s].msgstr != s},
            "terms are listed as being the same in both languages, and are not",
        )

    def test_translations_fit_their_terms(self):
        """Placeholders and markup are those of the source, the writing is Chinese and has no stray space."""
        faults = set()
        for source, entry in self.translation.items():
            text = entry.msgstr
            for pattern in (PLACEHOLDER, MARKUP):
                found = (sorted(pattern.findall(SPOKEN.sub("", words))) for words in (source, text))
                if next(found) != next(found):
                    faults.add(f"{source!r}: other placeholders or tags in {text!r}")
            if any(line != line.strip() for line in text.split("\n")):
                faults.add(f"{source!r}: a line of {text!r} begins or ends with a space")
            if NARROW.search(MARKUP.sub("", text)):
                faults.add(f"{source!r}: narrow punctuation in {text!r}")
        self._assert_none(faults, "translations do not fit")

    def test_translations_are_shown(self):
        """With the language switched on, each term reads as translated: views, messages and kept data."""
        lang = self.env["res.lang"]._activate_lang(self.language)
        self.assertTrue(lang, f"Odoo does not know {self.language}")
        self.env["ir.module.module"]._load_module_terms([self.addon], [self.language], overwrite=True)
        shown = [
            (source, f"{name}:{record}", value)
            for _module, _type, name, record, source, value, _comments in TranslationModuleReader(
                self.env.cr, [self.addon], self.language
            )
            if source in self.translation and source not in self.same
        ]
        self.assertEqual(bool(shown), bool(self.translation))
        self._assert_none(
            {
                f"{source!r} ({place}): {value!r}"
                for source, place, value in shown
                if value != self.translation[source].msgstr
            },
            "terms are not shown in Chinese",
        )
