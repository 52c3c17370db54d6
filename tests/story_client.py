# Part of the complaint management suite. See LICENSE file for full licensing details.
"""A browser without a screen: asks the server for what the web client asks, and refuses what it refuses.

It opens views by ``get_views``, reads with the specification that they make, runs ``onchange``, saves with
``web_save`` and presses buttons by ``call_button``. What is invisible cannot be pressed, what is read-only
cannot be written, and what is not offered by a search cannot be chosen: the expressions of the views are
evaluated here as the client does it.
"""

import datetime
import itertools
import json
import re

import requests
from lxml import etree

PATIENCE = 120
MANY = ("one2many", "many2many")
NEVER_SHOWN = ("True", "1")
TAG_WIDGETS = ("many2many_tags", "many2many_tags_avatar", "many2many_avatar_user")
#: Keys of a context that belong to one page and do not go on to the next (web/core/context.js).
OF_ONE_PAGE = re.compile(r"^(default_|search_default_|show_|group_by|.*_view_ref$)")
_virtual = itertools.count(1)


#: Calls that change nothing: what is on the pages of others stays as it is.
READING = {
    "get_views",
    "onchange",
    "web_read",
    "web_search_read",
    "web_name_search",
}


class Refused(Exception):
    """The server has refused; the text is what the client shows."""


class Clock:
    """Counts what was changed, so that a page knows whether it is still as it was read."""

    def __init__(self):
        self.now = 0

    def tick(self):
        self.now += 1


class Browser:
    """One user who has signed in.

    :param clock: counts what anybody has changed; shared by all browsers
    """

    def __init__(self, address, database, login, password, clock):
        self.address, self.login, self.session, self.clock = address, login, requests.Session(), clock
        self.context, self.uid, self.views = {}, None, {}
        answer = self.rpc("/web/session/authenticate", {"db": database, "login": login, "password": password})
        self.context, self.uid = answer["user_context"], answer["uid"]

    def rpc(self, path, params):
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params})
        answer = self.session.post(
            self.address + path, data=body, headers={"Content-Type": "application/json"}, timeout=PATIENCE
        ).json()
        if "error" in answer:
            raise Refused(answer["error"]["data"]["message"])
        return answer["result"]

    def call(self, model, method, *args, context=None, kind="call_kw", **kwargs):
        """Call a public method of a model."""
        kwargs["context"] = {**self.context, **(context or {})}
        params = {"model": model, "method": method, "args": list(args), "kwargs": kwargs}
        if method not in READING:
            self.clock.tick()
        return self.rpc(f"/web/dataset/{kind}/{model}/{method}", params)

    def get_views(self, model, views, context):
        """Return the descriptions of views; the client keeps them, too."""
        key = json.dumps([model, views, context], sort_keys=True)
        if key not in self.views:
            self.views[key] = self.call(
                model, "get_views", views=views, options={"toolbar": True}, context=context
            )
        return self.views[key]

    def load(self, action_id, context=None):
        return self.rpc(
            "/web/action/load", {"action_id": action_id, "context": {**self.context, **(context or {})}}
        )

    def open(self, model, res_id=None, context=None, view_id=False, parent=None):
        """Open a form: of a record, or of a new one."""
        return Form(self, model, res_id, context or {}, view_id, parent)

    def menu(self, xmlid):
        """Open what a menu leads to; the menu has to be among those that this user sees."""
        menus = self.session.get(f"{self.address}/web/webclient/load_menus", timeout=PATIENCE).json()
        found = next((menu for menu in menus.values() if menu.get("xmlid") == xmlid), None)
        assert found, f"{self.login} has no menu {xmlid}"
        return self.run(self.load(found["actionID"]))

    def run(self, action, parent=None, context=None):
        """Do what an action says; return the page or dialog that it opens, if any."""
        if not action or action["type"] == "ir.actions.act_window_close":
            return None
        if action["type"] == "ir.actions.act_window":
            own = evaluate_context(action.get("context"), {"uid": self.uid, **(context or {})})
            context = {**(context or {}), **own}
            views = action.get("views") or [
                [False, mode] for mode in (action.get("view_mode") or "form").split(",")
            ]
            if views[0][1] == "form":
                dialog_of = parent if action.get("target") == "new" else None
                return self.open(action["res_model"], action.get("res_id"), context, views[0][0], dialog_of)
            return Rows(self, action, context)
        assert action["type"] in ("ir.actions.report", "ir.actions.client"), action
        return None


def evaluate_context(context, values):
    if isinstance(context, dict):
        return context
    return evaluate(context or "{}", values)


def evaluate(expression, values):
    """Evaluate an expression of a view."""
    if not isinstance(expression, str) or expression in ("", "0", "False"):
        return expression is True
    names = {"true": True, "false": False, "current_date": str(datetime.date.today()), "time": None}
    return eval(expression, {"__builtins__": {}}, {**names, **values})  # noqa: S307


class Parent:
    """What stands for ``parent`` in an expression."""

    def __init__(self, values):
        self.__dict__.update(values)


class Level:
    """The fields of one view: a form, or a list within it."""

    def __init__(self, node, model, models):
        self.node, self.model = node, model
        self.fields, self.models = models[model]["fields"], models
        self.nodes, self.subviews = {}, {}
        depth = len(list(node.iterancestors("field")))
        for field in node.iter("field"):
            if len(list(field.iterancestors("field"))) == depth and field.get("name") in self.fields:
                if field is not node:
                    self.nodes.setdefault(field.get("name"), []).append(field)
        for name, nodes in self.nodes.items():
            for child in (child for field in nodes for child in field if isinstance(child.tag, str)):
                if child.tag in ("list", "kanban", "form"):
                    comodel = self.fields[name]["relation"]
                    self.subviews.setdefault(name, {})[child.tag] = Level(child, comodel, models)

    def type_of(self, name):
        return self.fields[name]["type"]

    def line_of(self, name):
        """The view in which the lines of a field are shown."""
        views = self.subviews.get(name, {})
        return views.get("list") or views.get("kanban")

    def page_of(self, name):
        """The view in which a line is written: in the list itself, or in a dialog."""
        views = self.subviews.get(name, {})
        line = views.get("list")
        return (
            line
            if line is not None and line.node.get("editable")
            else views.get("form") or self.line_of(name)
        )

    def specification(self):
        spec = {}
        for name, nodes in self.nodes.items():
            spec[name] = {}
            hidden = all(
                {node.get("invisible"), node.get("column_invisible")} & {"True", "1"} for node in nodes
            )
            if self.type_of(name) in ("many2one", "reference"):
                spec[name] = {"fields": {} if hidden else {"display_name": {}}}
            elif self.type_of(name) in MANY and not hidden:
                line = self.line_of(name)
                if line is not None and nodes[0].get("widget") not in TAG_WIDGETS:
                    page = self.page_of(name)
                    spec[name] = {"fields": {**page.specification(), **line.specification()}, "limit": 40}
                else:
                    spec[name] = {"fields": {"display_name": {}}}
        return spec

    def modifier(self, name, which, values):
        """Whether a field is read-only or required; of one that stands twice, where it can be written."""
        default = str(bool(self.fields[name].get(which)))
        found = [bool(evaluate(node.get(which) or default, values)) for node in self.nodes[name]]
        return any(found) if which == "required" else all(found)


def shown(node, values):
    """Tell whether a node of a form is visible, with all that is around it."""
    # A line of a list is asked by the list's own expressions, those around the list are about the page.
    around = [node, *itertools.takewhile(lambda each: each.tag != "field", node.iterancestors())]
    return not any(
        evaluate(each.get(which), values)
        for each in around
        for which in ("invisible", "column_invisible")
        if each.get(which)
    )


class Record:
    """The values of a record on a page, and what was changed in them."""

    def __init__(self, browser, level, res_id, context, parent=None, relation=None):
        self.browser, self.level, self.id, self.context = browser, level, res_id, context
        self.parent, self.relation = parent, relation
        self.virtual = f"virtual_{next(_virtual)}"
        self.values, self.changed, self.removed, self.stored = {}, set(), {}, False

    # what expressions see

    def flat(self):
        """The values as expressions see them."""
        values = {
            **self.browser.context,
            "uid": self.browser.uid,
            "context": {**self.browser.context, **self.context},
            "id": self.id or False,
            "active_id": self.id or False,
        }
        for name in self.level.nodes:
            value, kind = self.values.get(name, False), self.level.type_of(name)
            if kind == "many2one":
                value = value and value["id"]
            elif kind in MANY:
                value = [line.id or line.virtual for line in value or []]
            values[name] = value
        if self.parent is not None:
            values["parent"] = Parent(self.parent.flat())
        return values

    # from the server

    def take(self, values):
        """Take over what the server has read."""
        for name, value in values.items():
            if name in self.level.nodes:
                self.values[name] = self._lines(name, value) if self.level.type_of(name) in MANY else value

    def _lines(self, name, value):
        lines = [
            self._line(name, each["id"] if isinstance(each, dict) else each, each) for each in value or []
        ]
        for line in lines:
            line.stored = True
        return lines

    def _line(self, name, res_id, values=None):
        level = self.level.page_of(name) or TagLevel(self.level, name)
        relation = self.level.fields[name].get("relation_field")
        line = Record(self.browser, level, res_id, self._context_of(name), self, relation)
        line.seen = self.level.line_of(name) or level
        line.read = values if isinstance(values, dict) else {}
        line.take({fname: value for fname, value in line.read.items() if fname != "id"})
        return line

    def _context_of(self, name):
        found = {}
        for node in self.level.nodes[name]:
            found |= evaluate_context(node.get("context"), self.flat()) if node.get("context") else {}
        return found

    def take_changes(self, values):
        """Take over what an onchange has changed."""
        for name, value in values.items():
            if name not in self.level.nodes:
                continue
            self.changed.add(name)
            if self.level.type_of(name) in MANY:
                self._command(name, value)
            else:
                self.values[name] = value

    def _command(self, name, commands):
        lines = self.values.setdefault(name, [])
        for command in commands:
            code, key, *rest = command
            known = next((line for line in lines if key in (line.id, line.virtual)), None)
            if code == 0:
                line = self._line(name, None)
                line.virtual = key if isinstance(key, str) else line.virtual
                line.take_changes(rest[0])
                lines.append(line)
            elif code == 1 and known:
                known.take_changes(rest[0])
            elif code in (2, 3) and known:
                lines.remove(known)
                if known.id:
                    self.removed.setdefault(name, []).append([code, known.id])
            elif code == 4 and not known:
                lines.append(self._line(name, key, rest[0] if rest and rest[0] else None))
            elif code in (5, 6):
                lines[:] = [self._line(name, each) for each in (rest[-1] if code == 6 else [])]

    # to the server

    def changes(self, with_readonly=False):
        """What is sent: the changed values, without those that are read-only on the page."""
        values, flat = {}, self.flat()
        for name in self.changed if self.id else self.values:
            node = self.level.nodes[name][0]
            if (
                not with_readonly
                and self.level.modifier(name, "readonly", flat)
                and node.get("force_save") not in NEVER_SHOWN
            ):
                continue
            value, kind = self.values[name], self.level.type_of(name)
            if kind == "many2one":
                value = value and value["id"]
            elif kind in MANY:
                value = self._commands(name, with_readonly)
                if not value:
                    continue
            values[name] = value
        return values

    def _commands(self, name, with_readonly):
        commands = list(self.removed.get(name, ()))
        for line in self.values[name]:
            if not line.id:
                commands.append([0, line.virtual, line.changes(with_readonly)])
            elif line.changed:
                commands.append([1, line.id, line.changes(with_readonly)])
            elif not line.stored:
                commands.append([4, line.id])
        return commands

    def onchange(self, names=()):
        spec = self.level.specification()
        values = self.changes(with_readonly=True) if names else {}
        if self.parent is not None and self.relation:
            values[self.relation] = self.parent.changes(with_readonly=True)
            if self.parent.id:
                values[self.relation]["id"] = self.parent.id
        ids = [self.id] if self.id else []
        answer = self.browser.call(
            self.level.model, "onchange", ids, values, list(names), spec, context=self.context
        )
        assert not answer.get("warning"), answer["warning"]
        self.take_changes(answer["value"])

    # by hand

    def set(self, name, value):
        """Write a field as somebody at the keyboard does; a many2one by the words that are typed."""
        assert name in self.level.nodes, f"{self.level.model} shows no {name} to {self.browser.login}"
        flat = self.flat()
        visible = [node for node in self.level.nodes[name] if shown(node, flat)]
        assert visible, f"{name} of {self.level.model} is not visible to {self.browser.login}"
        assert not self.level.modifier(name, "readonly", flat), f"{name} is read-only"
        kind = self.level.type_of(name)
        if kind == "many2one" and value:
            value = self._choose(name, visible[0], value, flat)
        elif kind in MANY:
            self._set_many(name, visible[0], value, flat)
            value = self.values[name]
        elif kind == "selection" and value:
            choices = [key for key, _label in self.level.fields[name]["selection"]]
            assert value in choices, f"{name} offers {choices}"
        self.values[name] = value
        self.changed.add(name)
        if any(node.get("on_change") for node in self.level.nodes[name]):
            self.onchange([name])

    def _choose(self, name, node, words, flat):
        """Type words into the box and take the record that it offers.

        :param words: what is typed; or a pair, what is typed and which of the offered ones is taken
        """
        words, wanted = words if isinstance(words, tuple) else (words, words)
        info = self.level.fields[name]
        domain = node.get("domain") or info.get("domain") or []
        domain = evaluate(domain, flat) or [] if isinstance(domain, str) else domain
        found = self.browser.call(
            info["relation"],
            "web_name_search",
            name=words,
            specification={"display_name": {}},
            operator="ilike",
            domain=domain,
            limit=8,
            context=self._context_of(name),
        )
        assert found, f"{name} offers nothing for “{words}” to {self.browser.login}"
        exact = [each for each in found if each["display_name"] == wanted]
        return (exact or found)[0]

    def _set_many(self, name, node, wanted, flat):
        lines = self.values.setdefault(name, [])
        for words in wanted:
            chosen = words if isinstance(words, int) else self._choose(name, node, words, flat)["id"]
            lines.append(self._line(name, chosen))

    def add(self, list_name, /, **values):
        """Add a line to a list, and fill it in."""
        flat = self.flat()
        assert any(shown(node, flat) for node in self.level.nodes[list_name]), f"{list_name} is not visible"
        assert not self.level.modifier(list_name, "readonly", flat), f"{list_name} is read-only"
        line = self._line(list_name, None)
        line.level = self._page_for_line(list_name)
        line.onchange()
        in_the_list = line.level is self.level.line_of(list_name)
        if in_the_list:
            self.values.setdefault(list_name, []).append(line)
        for name, value in values.items():
            line.set(name, value)
            if in_the_list:
                self._line_changed(list_name)
        line.check_complete()
        if not in_the_list:
            self.values.setdefault(list_name, []).append(line)
            self._line_changed(list_name)
        return line

    def _line_changed(self, list_name):
        self.changed.add(list_name)
        if any(node.get("on_change") for node in self.level.nodes[list_name]):
            self.onchange([list_name])

    def _page_for_line(self, name):
        """Where a line is entered: in the list, or in a form of its own that the client fetches."""
        views = self.level.subviews.get(name, {})
        if "form" in views or (line := views.get("list")) is not None and line.node.get("editable"):
            return self.level.page_of(name)
        context = {**self.context, **self._context_of(name)}
        comodel = self.level.fields[name]["relation"]
        found = self.browser.get_views(comodel, [[False, "form"]], context)
        return Level(etree.fromstring(found["views"]["form"]["arch"]), comodel, found["models"])

    def change_line(self, list_name, number, /, **values):
        """Write into a line that is there."""
        line = self.values[list_name][number]
        for name, value in values.items():
            line.set(name, value)
            self._line_changed(list_name)

    def check_complete(self):
        """The client saves nothing while a visible field that has to be filled in is empty."""
        flat = self.flat()
        for name, nodes in self.level.nodes.items():
            visible = any(shown(node, flat) for node in nodes)
            if visible and self.level.modifier(name, "required", flat):
                value, kind = self.values.get(name), self.level.type_of(name)
                if kind not in ("boolean", "integer", "float", "monetary") and value in (False, None, "", []):
                    raise Refused(f"Missing required fields: {self.level.fields[name]['string']}")


class TagLevel(Level):
    """The lines of a field that are only named."""

    def __init__(self, level, name):
        self.model = level.fields[name]["relation"]
        self.fields, self.nodes, self.subviews = {"display_name": {"type": "char"}}, {"display_name": []}, {}

    def specification(self):
        return {"display_name": {}}


class Form(Record):
    """A page with one record, or a dialog over another page."""

    def __init__(self, browser, model, res_id, context, view_id, page_below):
        views = browser.get_views(model, [[view_id, "form"]], context)
        self.toolbar = views["views"]["form"].get("toolbar") or {}
        arch = etree.fromstring(views["views"]["form"]["arch"])
        super().__init__(browser, Level(arch, model, views["models"]), res_id, context)
        self.model, self.page_below, self.read_at = model, page_below, None
        if res_id:
            self.reload()
        else:
            self.onchange()

    def __getitem__(self, name):
        return self.values[name]

    def _line(self, name, res_id, values=None):
        line = super()._line(name, res_id, values)
        line.form = self
        return line

    def reload(self):
        """Read the record anew, as the client does after every button."""
        (values,) = self.browser.call(
            self.model, "web_read", [self.id], self.level.specification(), context=self.context
        )
        self._take_stored(values)
        return self

    def is_fresh(self):
        """Whether the page, still open in the browser, shows how things are."""
        return self.read_at == self.browser.clock.now and not self.changed

    def _take_stored(self, values):
        self.read_at = self.browser.clock.now
        self.changed, self.removed = set(), {}
        self.take(values)

    def fill(self, **values):
        """Fill in fields, one after the other."""
        for name, value in values.items():
            self.set(name, value)
        return self

    def save(self):
        """Save the page as the client does: only what has changed."""
        self.check_complete()
        changes = self.changes()
        if self.id and not changes:
            return self
        (values,) = self.browser.call(
            self.model,
            "web_save",
            [self.id] if self.id else [],
            changes,
            specification=self.level.specification(),
            context=self.context,
        )
        self.id = values["id"]
        self._take_stored(values)
        return self

    def call(self, method, *args):
        """Call a method behind the page's back, as a script of the browser's console could."""
        return self.browser.call(self.model, method, [self.id], *args, context=self.context)

    def buttons(self):
        """The labels of the buttons that can be pressed now."""
        return [_label(node) for node in self._find_buttons()]

    def _find_buttons(self, record=None):
        record = record or self
        level = record.level if record is self else record.seen
        depth = len(list(level.node.iterancestors("field")))
        flat = record.flat() if record is self else {**record.flat(), **_flat_read(record)}
        return [
            node
            for node in level.node.iter("button")
            if len(list(node.iterancestors("field"))) == depth and shown(node, flat)
        ]

    def press(self, label, line=None):
        """Press a button of the page, or of one of its lines; what is on the page is saved first.

        :return: the dialog or page that it opens, or this page, read anew
        """
        record = line or self
        found = [node for node in self._find_buttons(line) if label in (_label(node), node.get("name"))]
        assert found, f"{self.browser.login} sees no button “{label}”, but {self.buttons()}"
        node = found[0]
        if node.get("special") == "save":
            self.save()
            return self._close()
        if self.changed or not self.id:
            self.save()
        button_context = evaluate_context(node.get("context"), {**record.flat(), "active_id": record.id})
        model = self.model if line is None else line.level.model
        return self._press(node, model, record.id, button_context)

    def _press(self, node, model, res_id, button_context):
        going_on = {key: value for key, value in self.context.items() if not OF_ONE_PAGE.match(key)}
        active = {"active_model": model, "active_id": res_id, "active_ids": [res_id]}
        if node.get("type") == "object":
            context = {**self.context, **button_context}
            action = self.browser.call(model, node.get("name"), [res_id], context=context, kind="call_button")
        else:
            action = self.browser.load(node.get("name"), {**going_on, **active, **button_context})
        return self._follow(action, {**going_on, **active, **button_context})

    def _follow(self, action, context):
        closes = not action or action["type"] in ("ir.actions.act_window_close", "ir.actions.report")
        if closes:
            self.browser.run(action)
            return self._close() if self.page_below is not None else self.reload()
        opened = self.browser.run(action, self, context)
        if action.get("target") != "new" and self.page_below is not None:
            self._close()
        return opened if opened is not None else self.reload()

    def _close(self):
        """The dialog is closed; the page below it shows what has become of it."""
        return self.page_below.reload()

    def action(self, name):
        """Choose from the menu Actions."""
        found = [action for action in self.toolbar.get("action", ()) if action["name"] == name]
        assert found, f"no {name} among {[action['name'] for action in self.toolbar.get('action', ())]}"
        active = {"active_model": self.model, "active_id": self.id, "active_ids": [self.id]}
        action = self.browser.load(found[0]["id"], active)
        if action["type"] == "ir.actions.server":
            self.browser.clock.tick()
            action = self.browser.rpc(
                "/web/action/run", {"action_id": action["id"], "context": {**self.browser.context, **active}}
            )
        return self._follow(action, active)


def _label(node):
    return node.get("string") or (node.text or "").strip() or node.get("title") or node.get("name")


def _flat_read(record):
    """Values of a line that only the list shows."""
    return {
        name: value["id"] if isinstance(value, dict) else value
        for name, value in record.read.items()
        if not isinstance(value, list)
    }


class Rows:
    """A list that a menu opens, with the filters that are on at first."""

    def __init__(self, browser, action, context):
        self.browser, self.model = browser, action["res_model"]
        self.context = {key: value for key, value in context.items() if not key.startswith("search_default_")}
        search_id = action.get("search_view_id") and action["search_view_id"][0]
        views = browser.get_views(self.model, [[False, "list"], [search_id or False, "search"]], self.context)
        self.node = etree.fromstring(views["views"]["list"]["arch"])
        self.level = Level(self.node, self.model, views["models"])
        self.domain = evaluate(action.get("domain"), {"uid": browser.uid}) or []
        search = etree.fromstring(views["views"]["search"]["arch"])
        # Filters between two separators are alternatives, all the others add up.
        alternatives = [[]]
        for node in search:
            if node.tag == "separator":
                alternatives.append([])
            elif (
                node.tag == "filter"
                and node.get("domain")
                and f"search_default_{node.get('name')}" in context
            ):
                alternatives[-1].append(evaluate(node.get("domain"), {"uid": browser.uid}))
        for domains in alternatives:
            self.domain += ["|"] * (len(domains) - 1) + [
                leaf for domain in domains for leaf in _joined(domain)
            ]
        self.read()

    def read(self):
        self.rows = self.browser.call(
            self.model,
            "web_search_read",
            self.domain,
            self.level.specification(),
            limit=80,
            context=self.context,
        )["records"]
        return self

    def find(self, **values):
        """Return the one row with these values; many2one fields by their names."""
        found = [
            row
            for row in self.rows
            if all(_shown_value(row[name]) == value for name, value in values.items())
        ]
        assert len(found) == 1, f"{len(found)} rows of {self.model} with {values} among {self.rows}"
        return found[0]

    def open(self, **values):
        """Open the one row with these values."""
        return self.browser.open(self.model, self.find(**values)["id"], self.context)

    def press(self, label, row):
        """Press a button of a row, or one above the list for this row alone."""
        flat = {name: _shown_id(value) for name, value in row.items()}
        found = [
            node
            for node in self.node.iter("button")
            if _label(node) == label and shown(node, {**flat, "uid": self.browser.uid})
        ]
        assert found, f"no button “{label}” in the row {row}"
        node = found[0]
        active = {"active_model": self.model, "active_id": row["id"], "active_ids": [row["id"]]}
        context = {**active, **evaluate_context(node.get("context"), flat)}
        if node.get("type") == "object":
            action = self.browser.call(
                self.model, node.get("name"), [row["id"]], context=self.context, kind="call_button"
            )
        else:
            action = self.browser.load(node.get("name"), context)
        opened = self.browser.run(action, self, context)
        return self.read() if opened is None else opened

    def reload(self):
        return self.read()


def _joined(domain):
    """A domain in which every "and" is written."""
    operators = sum(leaf in ("|", "&") for leaf in domain)
    leaves = sum(isinstance(leaf, (list, tuple)) for leaf in domain)
    return ["&"] * (leaves - operators - 1) + list(domain)


def _shown_value(value):
    return value["display_name"] if isinstance(value, dict) else value


def _shown_id(value):
    if isinstance(value, list):
        return [each["id"] for each in value]
    return value["id"] if isinstance(value, dict) else value
