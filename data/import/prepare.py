#!/usr/bin/env python3
# Part of the complaint management suite. See LICENSE file for full licensing details.
"""Turn a CSV file of complaints from elsewhere into files that Odoo's importer takes as they are.

    python3 data/import/prepare.py data/import/cfpb_workflow.json complaints.csv -o prepared

A mapping says which column of the source goes where; README.md beside this file explains it.
Python's standard library is all that this needs.
"""

import argparse
import csv
import json
import re
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path

COLUMN = re.compile(r"\{([^{}]+)\}")
LONGEST_SLUG = 40
#: Stands for a column that every source has: the number of the line, from 1.
LINE = "#"


class MappingError(Exception):
    """The mapping and the source do not fit together; the text says where."""


@dataclass
class Prepared:
    """One file for the importer: the model it is for, its columns and its rows."""

    model: str
    name: str
    columns: list
    rows: list
    options: dict

    def write(self, folder):
        """Write the file into a folder; return its path."""
        path = Path(folder) / self.name
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(self.columns)
            writer.writerows(self.rows)
        return path


def external_id(prefix, *values):
    """Form an id from values: the same for the same values, another one for others.

    The readable part may be cut or lose its accents; the number at the end tells such ids apart.
    """
    text = "\0".join(values)
    slug = re.sub(r"[^a-z0-9]+", "_", " ".join(values).lower()).strip("_")[:LONGEST_SLUG].strip("_")
    return f"{prefix}_{slug}_{zlib.crc32(text.encode()):08x}"


def fill(rule, row):
    """Work out one cell.

    :param rule: a rule of the mapping (see README.md)
    :param dict row: values of one line of the source by column; empty ones are ``""``
    :return: str; ``""`` where the source has nothing for it
    """
    if isinstance(rule, str):
        values = [row[column] for column in COLUMN.findall(rule)]
        return COLUMN.sub(lambda found: row[found[1]], rule) if all(values) else ""
    for name, method in RULES.items():
        if name in rule:
            return method(rule, row)
    raise MappingError(f"No rule is known for {json.dumps(rule)}.")


def _join(rule, row):
    return rule.get("with", " ").join(filter(None, (fill(part, row) for part in rule["join"])))


def _first(rule, row):
    return next(filter(None, (fill(part, row) for part in rule["first"])), "")


def _values(rule, row):
    value = fill(rule["of"], row)
    return rule["values"].get(value, rule.get("else", value))


def _match(rule, row):
    found = re.search(rule["match"], fill(rule["of"], row))
    return found[1] if found else ""


def _id(rule, row):
    values = _path(rule["of"], row)
    return external_id(rule["id"], *values) if values else ""


def _ids(rule, row):
    found = (external_id(rule["ids"], value) for part in rule["of"] for value in _split(part, row))
    return ",".join(dict.fromkeys(found))


def _split(rule, row):
    """A rule's values: one, or those that a separator keeps apart."""
    if isinstance(rule, dict) and "split" in rule:
        return [value for part in fill(rule["split"], row).split(rule["at"]) if (value := part.strip())]
    value = fill(rule, row)
    return [value] if value else []


def _path(rules, row):
    return [value for rule in rules for value in _split(rule, row)]


RULES = {"join": _join, "first": _first, "match": _match, "values": _values, "id": _id, "ids": _ids}


def read(path, mapping):
    """Read the source; return its lines as dicts, with what means empty made empty."""
    empty = {"", *mapping.get("empty", ())}
    with Path(path).open(encoding=mapping.get("encoding", "utf-8"), newline="") as stream:
        reader = csv.DictReader(stream, delimiter=mapping.get("separator", ","))
        missing = sorted(_columns_of(mapping) - {LINE} - set(reader.fieldnames or ()))
        if missing:
            raise MappingError(f"The source has no column {', '.join(missing)}.")
        rows = []
        for row in reader:
            if None in row or None in row.values():
                raise MappingError(f"Line {reader.line_num} has more or fewer cells than the title line.")
            values = {column: "" if value.strip() in empty else value for column, value in row.items()}
            rows.append({**values, LINE: str(len(rows) + 1)})
    return rows


def _columns_of(rule):
    """Names of all columns of the source that a mapping mentions."""
    if isinstance(rule, str):
        return set(COLUMN.findall(rule))
    if isinstance(rule, dict):
        # Braces in a regular expression mean something else.
        parts = [part for key, part in rule.items() if key != "match"]
    else:
        parts = rule if isinstance(rule, list) else ()
    return {name for part in parts for name in _columns_of(part)}


def prepare(mapping, rows):
    """Apply a mapping to the lines of a source.

    :param dict mapping: what a mapping file holds
    :param rows: what :func:`read` returns
    :return: list of :class:`Prepared`, in the order in which they are to be imported
    """
    files = []
    for number, spec in enumerate(mapping["files"], 1):
        make = {"tree": _tree, "each": _each}.get(next(iter(spec.keys() & {"tree", "each"}), None), _records)
        columns, cells = make(spec, rows)
        files.append(
            Prepared(
                spec["model"],
                f"{number}_{spec['model'].replace('.', '_')}.csv",
                columns,
                cells,
                mapping.get("options", {}) if spec.get("dates") else {},
            )
        )
    return files


def _records(spec, rows):
    """One record per line of the source; or only one per different id, of those that have one."""
    columns = list(spec["columns"])
    cells = [[fill(rule, row) for rule in spec["columns"].values()] for row in rows]
    if spec.get("once"):
        at, first = columns.index("id"), {}
        for line in cells:
            first.setdefault(line[at], line)
        cells = [line for key, line in first.items() if key]
    return columns, cells


def _tree(spec, rows):
    """The records of a tree, each after the one above it."""
    nodes = {}
    for row in rows:
        path = _path(spec["tree"], row)
        for depth in range(1, len(path) + 1):
            above = external_id(spec["id"], *path[: depth - 1]) if depth > 1 else ""
            node = [external_id(spec["id"], *path[:depth]), path[depth - 1], above]
            nodes.setdefault(tuple(path[:depth]), node)
    return ["id", "name", "parent_id/id"], [nodes[path] for path in sorted(nodes, key=len)]


def _each(spec, rows):
    """One record per different value."""
    values = dict.fromkeys(value for row in rows for rule in spec["each"] for value in _split(rule, row))
    return ["id", "name"], [[external_id(spec["id"], value), value] for value in values]


def main(arguments=None):
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mapping", type=Path, help="a mapping file (.json)")
    parser.add_argument("source", type=Path, help="the CSV file to turn")
    parser.add_argument("-o", "--output", type=Path, default=Path("prepared"), help="folder for the results")
    options = parser.parse_args(arguments)
    try:
        mapping = json.loads(options.mapping.read_text(encoding="utf-8"))
        files = prepare(mapping, read(options.source, mapping))
    except (OSError, ValueError, MappingError) as error:
        sys.exit(f"Nothing was written: {error}")
    options.output.mkdir(parents=True, exist_ok=True)
    print("Import in this order:")
    for prepared in files:
        path = prepared.write(options.output)
        hints = "".join(f", {name.replace('_', ' ')} {value}" for name, value in prepared.options.items())
        print(f"  {path}: {len(prepared.rows)} lines for {prepared.model}{hints}")


if __name__ == "__main__":
    main()
