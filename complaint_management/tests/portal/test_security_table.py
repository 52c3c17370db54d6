import threading
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.complaint_management.controllers.portal.actions import ACTS
from odoo.addons.complaint_management.controllers.service.order import ACTS as SERVICE_ACTS
from odoo.addons.complaint_management.tests.portal.security_common import SHOWING, SecurityCommon
from odoo.addons.complaint_management.tests.portal.security_table import (
    ANSWERS,
    CONFIRM_LINKS,
    HIDDEN_FILES,
    OTHER_ANSWERS,
    ROUTES,
    SERVICE_ROUTES,
    STATES,
    WHO,
    read_table,
)


@tagged("post_install", "-at_install")
class TestSecurityTable(SecurityCommon):
    """IN-1, CP-5, OR-2: every page × everybody × every way of asking (see ``security_table.py``)."""

    def test_every_route_is_listed(self):
        """Nobody adds a page without saying who may open it."""
        listed = {
            (line["route"].replace("<act>", f"<any({','.join(acts)}):act>"), line["method"]): line["auth"]
            for table, acts in ((ROUTES, ACTS), (SERVICE_ROUTES, SERVICE_ACTS))
            for line in read_table(table)
        }
        found = {}
        with patch.object(threading.current_thread(), "dbname", self.env.cr.dbname, create=True):
            rules = list(self.env["ir.http"].routing_map().iter_rules())
        for rule in rules:
            endpoint = rule.endpoint
            if not endpoint.original_endpoint.__module__.startswith("odoo.addons.complaint_"):
                continue
            routing = endpoint.routing
            self.assertTrue(routing.get("methods"), f"{rule.rule} takes every method")
            for method in routing["methods"]:
                found[rule.rule, method] = routing["auth"]
            with self.subTest(route=rule.rule):
                self.assertEqual(routing["type"], "http")
                self.assertIsNot(routing.get("csrf"), False)
                self.assertEqual(len(routing["methods"]), 1, "looking and changing are two routes")
                self.assertFalse(routing.get("cors"))
        self.assertEqual(found, listed)
        self.assertEqual(
            {line["column"] for line in read_table(ROUTES)} | {"hidden", "who"},
            set(read_table(ANSWERS)[0]) | set(read_table(OTHER_ANSWERS)[0]),
        )
        self.assertEqual(
            [line["who"] for line in read_table(WHO)], [line["who"] for line in read_table(ANSWERS)]
        )
        self.assertEqual(set(read_table(STATES)[0]) - {"state", "page"}, set(ACTS))
        self.assertEqual({line["state"] for line in read_table(STATES)}, set(self.cases))

    def test_answers(self):
        """IN-1, CP-5, OR-2: what everybody gets of each page."""
        who_lines = {line["who"]: line for line in read_table(WHO)}
        routes = read_table(ROUTES)
        others = {line["who"]: line for line in read_table(OTHER_ANSWERS)}
        for line in read_table(ANSWERS):
            line = {**others.get(line["who"], {}), **line}
            who = who_lines[line["who"]]
            with self.being(who) as user:
                token = self.token_of(who["token"])
                for route in routes:
                    expected = line.get(route["column"])
                    if expected:
                        self.check_route(route, expected, user, token, line["who"])
                self.check_hidden_files(line["hidden"], user, token, line["who"])
        self.assertGreater(self.asked, 1000)

    def check_route(self, route, expected, user, token, who):
        """Ask for a page in every way."""
        for path, data in self.paths_of(route, expected):
            asking = {"path": path, "user": user, "token": token}
            if route["method"] == "GET":
                for method in SHOWING:
                    with self.subTest(who=who, how=method, path=path):
                        self.assertEqual(self.ask(method, **asking), expected)
                continue
            forged = "login" if expected == "login" and route["auth"] == "user" else "400"
            # Before it is looked at what is to be done.
            with self.subTest(who=who, how="POST without CSRF", path=path):
                self.assertEqual(self.ask("POST", data=data, csrf=False, **asking), forged)
            with self.subTest(who=who, how="POST", path=path), self.undone():
                self.assertEqual(self.ask("POST", data=data, **asking), expected)

    def paths_of(self, route, expected):
        """Return the addresses of a route that are tried, each with what is sent."""
        case = self.cases["open"]
        page, confirm = case._get_customer_path(), self.confirm_path(self.unconfirmed)
        files = self.files["open"]
        # What else can be done depends on the state, see there.
        acts = ["reply"] if expected == "page+" else ACTS
        act_paths = {f"{page}/{act}": self.form_of(case) for act in acts}
        filled = self.filled(email="li.si@example.com")
        paths = {
            "list": {"/my/complaints": None, "/my/complaints?search=Matter&filterby=open": None}
            if "page" not in route["route"]
            else {"/my/complaints/page/1": None, "/my/complaints/page/99": None},
            "new": {"/my/complaints/new": None, "/my/complaints/new?order=1": None},
            "send new": {"/my/complaints/new": filled},
            "page": {page: None, f"{page}?messages=all&done=reply": None},
            "file": {f"{page}/file/{files['own']}": None, f"{page}/file/{files['sent']}": None},
            "renew": {f"{page}/renew": {}},
            "act": act_paths,
            "form": {route["route"].replace("<string:team_key>", "centre"): None},
            "send form": {route["route"].replace("<string:team_key>", "centre"): filled},
            "sent": {"/complaint/sent": None},
            "confirm": {confirm: None},
            "send confirm": {confirm: {}},
        }
        return paths[route["column"]].items()

    def check_hidden_files(self, expected, user, token, who):
        files = self.files["open"]
        for name in HIDDEN_FILES:
            path = f"{self.cases['open']._get_customer_path()}/file/{files[name]}"
            with self.subTest(who=who, file=name):
                self.assertEqual(self.ask("GET", path, user, token), expected)

    def confirm_path(self, case, key=None):
        return f"/complaint/confirm/{case.id}/{key or case.sudo()._get_confirm_token()}"

    def test_wrong_methods(self):
        """What is only sent shows nothing, and what is only shown takes nothing."""
        ways = {}
        for route in read_table(ROUTES):
            ways.setdefault(route["route"], {})[route["method"]] = route
        for who in ("owner", "stranger, right token"):
            line = next(line for line in read_table(WHO) if line["who"] == who)
            with self.being(line) as user:
                for known in ways.values():
                    (route, *others) = known.values()
                    # What is sent there is sent to the form of a team of that name.
                    wrong = "404" if route["column"] == "sent" else "405"
                    if others:
                        continue
                    (path, _data), *_rest = self.paths_of(route, "200")
                    methods = ("GET", "HEAD") if route["method"] == "POST" else ("POST",)
                    for method in methods:
                        with self.subTest(who=who, method=method, path=path):
                            token = self.token_of(line["token"])
                            self.assertEqual(self.ask(method, path, user, token, data={}), wrong)

    def test_states(self):
        """IN-1: which page there is in each state, and what the customer can do then."""
        who_lines = read_table(WHO)
        answers = {line["who"]: line["page"] for line in read_table(ANSWERS)}
        for who in who_lines:
            with self.being(who) as user:
                for line in read_table(STATES):
                    expected = self.page_in_state(answers[who["who"]], line, who)
                    path = self.cases[line["state"]]._get_customer_path()
                    with self.subTest(who=who["who"], state=line["state"]):
                        token = self.token_of(who["token"], line["state"])
                        self.assertEqual(self.ask("GET", path, user, token), expected)
                        if expected not in ("200", "login"):
                            file_path = f"{path}/file/{self.files[line['state']]['own']}"
                            self.assertEqual(self.ask("GET", file_path, user, token), expected)

    @staticmethod
    def page_in_state(answer, line, who):
        """Return what the page of a complaint in a state answers to who gets an answer for an open one."""
        if answer != "200" or line["page"] == "200":
            return answer
        if line["page"] == "410" and (who["token"] != "right" or who["user"] == "handler"):
            return answer
        return line["page"]

    def test_acts_in_states(self):
        """SO-4, SO-6, CL-2: each act works in its state alone, by account and by link."""
        for line in read_table(STATES):
            state = line["state"]
            case = self.cases[state]
            for user, token in ((self.owner_user, None), (None, self.token(case))):
                by_link = user is None
                for act in ACTS:
                    wanted = {"+": "page+", "-": "422", "": "404"}[line[act]]
                    if by_link and line["page"] == "410":
                        wanted = "410"
                    path = f"{case._get_customer_path()}/{act}"
                    with self.subTest(state=state, act=act, by_link=by_link), self.undone():
                        self.assertEqual(self.ask("POST", path, user, token, self.form_of(case)), wanted)

    def test_confirm_links(self):
        """IN-1: an address is confirmed by the link that went there, and by no other."""
        case, gone = self.unconfirmed.sudo(), self.cases["archived"].sudo()
        former = case._get_confirm_token()
        case.partner_email = "li.si@elsewhere.example.com"
        right = case._get_confirm_token()
        self.assertNotEqual(right, former)
        keys = {
            "of this address": self.confirm_path(case),
            "of another case": self.confirm_path(case, self.foreign.sudo()._get_confirm_token()),
            "of the former address": self.confirm_path(case, former),
            "the token of the page": self.confirm_path(case, self.token(case)),
            "cut off": self.confirm_path(case, right[:-1]),
            "not written in letters": self.confirm_path(case, "ключ"),
            "of an archived case": self.confirm_path(gone),
            "of a case that is not there": f"/complaint/confirm/99999999/{right}",
        }
        for line in read_table(CONFIRM_LINKS):
            for user in (None, self.other_user, self.handler):
                with self.subTest(link=line["link"], user=user and user.login):
                    path = keys[line["link"]]
                    self.assertEqual(self.ask("GET", path, user), line["GET"])
                    self.assertEqual(self.ask("HEAD", path, user), line["GET"])
                    self.assertEqual(self.ask("POST", path, user, data={}, csrf=False), "400")
                    with self.undone():
                        self.assertEqual(self.ask("POST", path, user, data={}), line["POST"])

    def test_the_table_can_fail(self):
        """Without a guard the table is wrong: each of them is needed."""
        case, cls = self.cases["open"], type(self.Complaint)
        path, right = case._get_customer_path(), self.token(case)
        wrong, ended = self.token_of("wrong"), self.cases["long ago"]
        note = f"{path}/file/{self.files['open']['file of an internal note']}"
        open_for_customer = cls._open_for_customer

        def without(name, broken, *asking, expected=None):
            """Ask while a guard is broken: another answer, or one with a marker."""
            with self.subTest(guard=name), patch.object(cls, name, broken):
                if expected:
                    with self.undone():
                        self.assertEqual(self.ask(*asking), expected)
                else:
                    with self.assertRaisesRegex(AssertionError, "shows"):
                        self.ask(*asking)

        without("_is_token_right", lambda *_args: True, "GET", path, None, wrong, expected="200")
        without(
            "_is_link_over",
            lambda *_args: False,
            "GET",
            ended._get_customer_path(),
            None,
            self.token(ended),
            expected="200",
        )
        without(
            "_open_for_customer",
            lambda cases, complaint_id, token=None, acting=False: open_for_customer(
                cases, complaint_id, token
            ),
            "POST",
            f"{path}/reply",
            self.handler,
            None,
            {"message": "Hello"},
            expected="page+",
        )
        without(
            "_get_customer_file",
            lambda cases, file_id: cases.env["ir.attachment"].sudo().browse(file_id),
            "GET",
            note,
            self.owner_user,
        )
        without(
            "_get_customer_messages",
            lambda cases, *_args, **_kwargs: cases.message_ids,
            "GET",
            path,
            self.owner_user,
        )
        without(
            "_get_portal_author",
            lambda _case, message, *_args: message.author_id.name or "",
            "GET",
            path,
            self.owner_user,
        )
        without("_get_customer_label", lambda _cases, stage: stage.name, "GET", path, self.owner_user)
        without(
            "_get_told_decision",
            lambda case: {"label": case.cause_note, "reason": "", "outcome": "", "date": ""},
            "GET",
            path,
            None,
            right,
        )
        # The rules, and the exclusion.
        with self.undone():
            self.env.ref("complaint_management.complaint_portal_rule_customer").active = False
            self.assertNotEqual(self.ask("GET", path, self.other_user), "404")
        with self.undone():
            case.sudo().employee_ids = False
            self.assertEqual(self.ask("GET", path, self.plain_user, right), "200")
        self.assertEqual(self.ask("GET", path, self.plain_user, right), "404")
