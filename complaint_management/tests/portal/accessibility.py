"""A browser that looks at one page after the other, and what it is asked about each of them."""

import importlib.util
import json
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest import SkipTest
from urllib.parse import urljoin

from odoo.tests.common import HOST, ChromeBrowser

#: What axe-core has to check: all rules of the Web Content Accessibility Guidelines 2.2, level A and AA.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
#: All that runs on the page has begun.
READY = """
    document.readyState === "complete"
    && !window.complaintLeft
    && document.body.getAttribute("is-ready") === "true"
    && odoo.__WOWL_DEBUG__.root.env.services["public.interactions"].isReady.then(
        () => [...document.querySelectorAll("owl-component[name]")].every((el) => el.textContent.trim())
    )
"""
#: What has the focus: what it is, where it is, and whether it shows.
FOCUS = """(() => {
    const el = document.activeElement;
    if (!el || el === document.body) {
        return null;
    }
    el.complaintReached = true;
    const box = el.getBoundingClientRect();
    const label = el.labels?.[0]?.textContent || el.getAttribute("aria-label") || el.textContent || el.value;
    const id = el.name || el.id || (label || "").trim().replace(/\\s+/g, " ").slice(0, 40);
    return {
        what: `${el.tagName.toLowerCase()}:${id}`,
        form: el.closest("form")?.getAttribute("action") || "",
        ours: Boolean(el.closest("#wrap")),
        column: Boolean(el.closest(".order-lg-2")),
        top: box.top + scrollY,
        left: box.left,
        inView: box.bottom > 0 && box.top < innerHeight,
        shows: el.complaintRest !== undefined && el.complaintRest !== restOf(el),
    };
})()"""
#: How a control looks before it has the focus, and which of them there are.
CONTROLS = """
    window.restOf = (el) => {
        const shown = getComputedStyle(el);
        return [shown.outlineStyle, shown.outlineWidth, shown.boxShadow].join();
    };
    document.head.insertAdjacentHTML("beforeend", "<style>* { transition: none !important; }</style>");
    document.querySelectorAll("a[href], button, input, select, textarea, summary").forEach((el) => {
        el.complaintRest = restOf(el);
        el.complaintReached = false;
    });
"""
#: Controls of our part of the page that the keyboard did not reach.
UNREACHED = """
    [...document.querySelectorAll("#wrap :is(a[href], button, input, select, textarea, summary)")]
        .filter((el) => el.checkVisibility({ visibilityProperty: true }) && el.tabIndex >= 0 && !el.disabled)
        .filter((el) => !el.complaintReached)
        .filter((el) => el.type !== "radio"
            || ![...document.getElementsByName(el.name)].some((other) => other.complaintReached))
        .map((el) => el.outerHTML.slice(0, 150))
"""


def axe_source():
    """Return the source of axe-core; the test is skipped where it is not installed."""
    found = importlib.util.find_spec("axe_playwright_python")
    source = found and Path(found.origin).with_name("axe.min.js")
    if not source or not source.is_file():
        raise SkipTest("axe-core is missing: it comes with the package axe-playwright-python")
    return source.read_text(encoding="utf-8")


class Browser:
    """One browser for many pages: a new one for each would take most of the time."""

    def __init__(self, test_case, chrome):
        self.test_case = test_case
        self.chrome = chrome

    def open(self, path, user=None, lang=None):
        """Open a page as somebody: a user, or the public; in a language, for the public."""
        login = user.login if user else None
        self.test_case.authenticate(login, login, browser=self.chrome)
        self.chrome.set_cookie("frontend_lang", lang or (user.lang if user else "en_US"), "/", HOST)
        self.test_case.cr.flush()
        self.test_case.cr.clear()
        self.chrome.navigate_to(urljoin(self.test_case.base_url(), path), wait_stop=True)
        self.wait_until(READY)

    def run(self, code):
        """Return what comes of JavaScript on the page, a promise's value included."""
        answer = self.chrome._websocket_request(
            "Runtime.evaluate",
            params={"expression": code, "awaitPromise": True, "returnByValue": True},
            timeout=60,
        )
        self.test_case.assertNotIn("exceptionDetails", answer, str(answer)[:2000])
        return answer["result"].get("value")

    def wait_until(self, code):
        self.test_case.assertTrue(self.chrome._wait_ready(code), f"in vain: {code}")

    def leave(self, code):
        """Do something that leads to another page, and wait for that."""
        self.run(f"window.complaintLeft = true; {code}")
        self.wait_until(READY)

    def send(self, action, values=None):
        """Send a form of the page without the browser's own checks, as an old browser does.

        :param str action: how its address ends
        :param dict values: what is typed, by the name of the field
        """
        self.leave(f"""
            const form = document.querySelector('form[method=post][action$="{action}"]');
            for (const [name, value] of Object.entries({json.dumps(values or {})})) {{
                const field = form.elements[name];
                field[field.type === "checkbox" ? "checked" : "value"] = value;
            }}
            form.submit();
        """)

    def find_unreached(self):
        """Return the controls of our part of the page that the last walk did not reach."""
        return self.run(UNREACHED)

    def find_violations(self, source):
        """Return what axe-core finds on the page, each as one line.

        :param str source: of axe-core
        """
        if not self.run("Boolean(window.axe)"):
            self.run(f"{source}; true")
        options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
        found = self.run(f"""
            axe.run(document, {json.dumps(options)}).then((results) => results.violations.flatMap(
                (rule) => rule.nodes.map((node) => [
                    rule.id, rule.impact, node.html.slice(0, 200), node.failureSummary
                ].join(" -- "))
            ))
        """)
        return found

    def press(self, key, shift=False, text=None):
        """Press a key, as the keyboard sends it."""
        codes = {"Tab": 9, "Enter": 13, "Escape": 27, "Space": 32, "ArrowDown": 40}
        params = {
            "key": " " if key == "Space" else key,
            "code": key,
            "windowsVirtualKeyCode": codes[key],
            "modifiers": 8 if shift else 0,
        }
        text = text or {"Enter": "\r", "Space": " "}.get(key)
        down = {"type": "keyDown" if text else "rawKeyDown", **params, **({"text": text} if text else {})}
        self.chrome._websocket_request("Input.dispatchKeyEvent", params=down)
        self.chrome._websocket_request("Input.dispatchKeyEvent", params={"type": "keyUp", **params})

    def type(self, text):
        """Type a text where the focus is."""
        self.chrome._websocket_request("Input.insertText", params={"text": text})

    def focus(self):
        """Return what has the focus, or None."""
        return self.run(FOCUS)

    def begin(self):
        """Put the focus before the first control of the page."""
        self.run("""
            document.body.tabIndex = -1;
            document.body.focus();
            document.body.removeAttribute("tabindex");
            scrollTo(0, 0);
        """)

    def walk(self, most=120):
        """Press Tab from the top of the page until it is through; return what had the focus, in order."""
        self.begin()
        self.run(CONTROLS)
        stops = []
        for _press in range(most):
            self.press("Tab")
            stop = self.focus()
            if stop is None or (stops and stop == stops[0]):
                return stops
            # The parts of a date are one after the other in the same field.
            if not stops or stop["what"] != stops[-1]["what"]:
                stops.append(stop)
        self.test_case.fail(
            f"the focus does not get out of the page: {[stop['what'] for stop in stops[-10:]]}"
        )
        return stops


class AccessibilityCommon:
    """For tests of pages: ``browsing`` gives the browser."""

    @contextmanager
    def browsing(self, size="1280x900"):
        """Give a browser of a size; what the pages show has to be there before."""
        self.browser_size = size
        chrome = ChromeBrowser(self)
        with self.allow_requests(browser=chrome), ExitStack() as afterwards:
            afterwards.callback(self._wait_remaining_requests)
            afterwards.callback(chrome.stop)
            yield Browser(self, chrome)
