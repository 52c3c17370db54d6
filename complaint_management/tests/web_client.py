"""What the web client asks the server for when somebody opens a view.

The client reads the arch of a view and sends one specification of fields, widgets' needs
included (web/static/src/model/relational_model/utils.js, getFieldsSpec). Tests and benchmarks
that measure views ask for the same, or they would measure something nobody does.
"""

import ast

from lxml import etree

_ACTIVITY = (
    "activity_exception_decoration",
    "activity_exception_icon",
    "activity_state",
    "activity_summary",
    "activity_type_icon",
    "activity_type_id",
)
#: Fields that a widget reads beside its own.
_DEPENDENCIES = {
    "list_activity": _ACTIVITY,
    "kanban_activity": _ACTIVITY,
    "statusbar_duration": ("duration_tracking",),
    "rotting_statusbar_duration": ("duration_tracking", "is_rotting", "rotting_days"),
}
_TAGS = ("many2many_tags", "many2many_tags_avatar", "many2many_avatar_user", "many2many_avatar_employee")
_NEVER_SHOWN = ("True", "1")


def open_view(env, model, view_type, view_id=False):
    """Return the arch of a view and the specification that the client reads records with.

    :param view_id: id or xmlid of a view, or False for the default one
    :return: tuple (etree element, dict)
    """
    if isinstance(view_id, str):
        view_id = env.ref(view_id).id
    views = env[model].get_views([(view_id, view_type)])
    arch = etree.fromstring(views["views"][view_type]["arch"])
    return arch, _specification(env, arch, model, view_type)


def read_specification(env, model, view_type, view_id=False):
    """Return the specification for ``web_read``, ``web_search_read`` and ``web_read_group``."""
    return open_view(env, model, view_type, view_id)[1]


def _specification(env, arch, model, view_type):
    infos = env[model].fields_get(attributes=["type", "context", "definition_record"])
    level = arch.xpath("count(ancestor::field)")
    found, properties, related = {}, [], set()
    for node in arch.xpath(f".//field[count(ancestor::field) = {level}]"):
        name = node.get("name")
        info = infos.get(name)
        if info is None:
            continue
        if info["type"] == "properties":
            properties.append(info["definition_record"])
        hidden = node.get("invisible") in _NEVER_SHOWN or node.get("column_invisible") in _NEVER_SHOWN
        spec = _field_specification(env, node, info, view_type, hidden, env[model]._fields[name].comodel_name)
        # A field that stands in a view twice is hidden only where both are.
        found[name] = {**found.get(name, {}), **spec} if spec.get("fields") else found.get(name, spec)
        related.update(_DEPENDENCIES.get(node.get("widget"), ()))
    for name in sorted(related - found.keys()):
        if name in infos:
            found[name] = {"fields": {"display_name": {}}} if infos[name]["type"] == "many2one" else {}
    for name in properties:
        if name in found:
            found[name].setdefault("fields", {})["display_name"] = {}
    return found


def _field_specification(env, node, info, view_type, hidden, comodel):
    kind = info["type"]
    if kind not in ("many2one", "reference", "one2many", "many2many"):
        return {}
    if kind in ("many2one", "reference"):
        if hidden:
            return {"fields": {}}
        spec = {"fields": {"display_name": {}}}
    elif hidden:
        return {}
    else:
        spec = _many_specification(env, node, kind, view_type, comodel)
    context = _known_context(node.get("context") or info.get("context") or {})
    if context:
        spec["context"] = context
    return spec


def _many_specification(env, node, kind, view_type, comodel):
    widget = node.get("widget") or (
        "many2many_tags" if view_type == "kanban" and kind == "many2many" else None
    )
    if widget in _TAGS:
        fields = {"display_name": {}}
        color = ast.literal_eval(node.get("options") or "{}").get("color_field")
        return {"fields": {**fields, color: {}} if color else fields}
    subviews = {child.tag: child for child in node if child.tag in ("list", "kanban")}
    mode = next((mode for mode in ("list", "kanban") if mode in subviews), None)
    if mode is None:
        return {"fields": {}}
    subview = subviews[mode]
    return {
        "fields": _specification(env, subview, comodel, mode),
        "limit": int(subview.get("limit") or 40),
    }


def _known_context(context):
    """The part of a context that does not depend on the record."""
    if isinstance(context, dict):
        return context
    node = ast.parse(context.strip(), mode="eval").body
    known = {}
    for key, value in zip(node.keys, node.values, strict=True):
        try:
            known[key.value] = ast.literal_eval(value)
        except ValueError:
            continue
    return known
