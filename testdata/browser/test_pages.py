"""The pages of -o html as a browser has them. BASELINE is the program, CHROMIUM the browser. Run by: bash .ci/run browser"""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from chromium import Chromium

PLAIN = """
version: 1
name: acme
policies:
  ReadOrders: {document: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "dynamodb:GetItem", Resource: "*"}]}}
groups: {Developers: {policies: [ReadOrders], members: [alice]}}
users: {alice: {}, bob: {policies: [aws:AdministratorAccess]}}
"""

CHANGED = """
version: 1
name: acme
policies:
  ReadOrders: {document: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: ["dynamodb:GetItem", "dynamodb:Scan"], Resource: "*"}]}}
groups: {Developers: {policies: [ReadOrders], members: [alice, carol]}}
users: {alice: {}, carol: {}, bob: {absent: true}}
cloudtrail:
  audit: {home_region: eu-west-1, bucket: {name: acme-audit-logs, create: true}}
require: {mfa: {enforce: report}, permissions: {users: groups-only}}
"""

EVIL = "<img src=http://evil.example/x onerror=alert(1)><script>alert(1)</script>'\\\"`</details></style> javascript:alert(1) " + "A" * 100

HOSTILE = """
version: 1
name: acme
users:
  x@y: {tags: {note: "@team https://evil.example"}}
roles:
  new: {trust: [{account: "444455556666"}], description: "%s"}
policies:
  P: {document: {Version: "2012-10-17", Statement: [{Effect: Deny, Action: "s3:*", Resource: "arn:aws:s3:::%s"}]}}
""" % (EVIL, EVIL)

# A thousand objects of which no two are alike.
THOUSAND = "\nversion: 1\nname: acme\npolicies:\n" + "".join(
    '  p%d: {document: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::b%d/*"}]}}\n' % (i, i)
    for i in range(500)
) + "roles:\n" + "".join("  r%d: {trust: [{service: lambda.amazonaws.com}], policies: [p%d]}\n" % (i, i) for i in range(500))


class PagesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        at = pathlib.Path(cls.folder.name)

        def baseline(file, text, *args, code=0):
            (at / file).write_text(text)
            done = subprocess.run(
                [os.environ["BASELINE"], *args, "-f", file, "--sandbox", file[0] + ".db"], cwd=at, capture_output=True, text=True, check=False,
            )
            if done.returncode != code:
                raise AssertionError(f"{args} ends with {done.returncode}: {done.stderr}")

        baseline("a1.yaml", PLAIN, "apply", "--auto-approve", "-o", "html=run.html")
        baseline("a2.yaml", CHANGED, "plan", "-o", "html=plan.html")
        baseline("a2.yaml", CHANGED, "check", "-o", "html=check.html", code=3)
        baseline("a1.yaml", PLAIN, "plan", "-o", "html=nothing.html")
        baseline("a3.yaml", "users: [", "plan", "-o", "html=failure.html", code=4)
        baseline("h.yaml", HOSTILE, "plan", "-o", "html=hostile.html")
        baseline("t.yaml", THOUSAND, "plan", "-o", "html=thousand.html")
        cls.pages = {name: str(at / (name + ".html")) for name in ("run", "plan", "check", "nothing", "failure", "hostile", "thousand")}
        cls.browser = Chromium(os.environ["CHROMIUM"])

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.folder.cleanup()

    def shown(self):
        return self.browser.evaluate("[...document.querySelectorAll('details.piece')].filter(d => d.checkVisibility()).map(d => d.querySelector('code').textContent)")

    def type(self, text):
        self.browser.evaluate("document.querySelector('input[type=search]').select()")
        self.browser.call("Input.insertText", text=text)

    def test_pages_load_nothing_and_run_into_nothing(self):
        for name, path in self.pages.items():
            for dark in (False, True):
                with self.subTest(page=name, dark=dark):
                    self.browser.open(path, dark=dark)
                    asked = [e["params"]["request"]["url"] for e in self.browser.events if e["method"] == "Network.requestWillBeSent"]
                    self.assertEqual(["file://" + path], asked)
                    said = [e for e in self.browser.events if e["method"] in ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Page.javascriptDialogOpening")]
                    self.assertEqual([], said, "errors, or what the page's own policy forbids")

    def test_pages_fit_into_a_telephone(self):
        for name, path in self.pages.items():
            with self.subTest(page=name):
                self.browser.open(path, width=400)
                self.assertLessEqual(self.browser.evaluate("document.documentElement.scrollWidth"), 400)

    def test_text_can_be_read_in_both_schemes(self):
        seen = {}
        for name in ("plan", "check", "run"):
            for dark in (False, True):
                self.browser.open(self.pages[name], dark=dark)
                seen[dark] = self.browser.evaluate("getComputedStyle(document.body).backgroundColor")
                for found in json.loads(self.browser.evaluate(CONTRASTS)):
                    with self.subTest(page=name, dark=dark, text=found["text"]):
                        self.assertGreaterEqual(found["contrast"], 4.5, "WCAG 2.2 AA, 1.4.3")
        self.assertNotEqual(seen[False], seen[True])

    def test_the_filter_shows_what_has_all_words(self):
        self.browser.open(self.pages["plan"])
        everything = self.shown()
        self.assertGreater(len(everything), 4)
        self.type("SCAN policy")
        self.assertEqual(["policy/ReadOrders"], self.shown())
        self.assertEqual(f"1 of {len(everything)} shown", self.browser.evaluate("document.querySelector('output').textContent"))
        self.type(" ")
        self.assertEqual(everything, self.shown())
        self.browser.evaluate("document.querySelector('input[value=danger]').click()")
        self.assertEqual(["user/bob"], self.shown())
        # A link to what is filtered out shows it again.
        self.browser.evaluate("location.hash = document.querySelector('details.piece:not([data-danger=yes])').id")
        self.browser.evaluate("new Promise(done => setTimeout(done))")
        self.assertEqual(2, len(self.shown()))

    def test_a_thousand_changes_are_filtered_at_once(self):
        self.browser.open(self.pages["thousand"])
        self.assertEqual(1000, len(self.shown()))
        self.type("b499/")
        self.assertEqual(["policy/p499"], self.shown())

    def test_print_opens_folds_and_leaves_out_the_tools(self):
        self.browser.open(self.pages["thousand"], medium="print")
        hidden = "[...document.querySelectorAll('.rows')].filter(r => !r.checkVisibility({contentVisibilityAuto: true}) || r.getBoundingClientRect().height == 0).length"
        self.browser.evaluate("dispatchEvent(new Event('beforeprint'))")
        self.assertEqual(0, self.browser.evaluate(hidden))
        self.assertFalse(self.browser.evaluate("document.querySelector('.tools').checkVisibility()"))
        self.browser.evaluate("dispatchEvent(new Event('afterprint'))")
        self.assertEqual(0, self.browser.evaluate("document.querySelectorAll('details.piece[open]').length"))
        # Nothing is cut off at the right of a sheet.
        self.browser.open(self.pages["plan"], width=700, medium="print")
        for part in (".scroll", "figure"):
            self.assertLessEqual(self.browser.evaluate(f"document.querySelector('{part}').scrollWidth"), 700, part)

    def test_everything_can_be_reached_by_keyboard(self):
        self.browser.open(self.pages["plan"], width=400)
        reached = set()
        for _ in range(60):
            for kind in ("keyDown", "keyUp"):
                self.browser.call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
            reached.add(self.browser.evaluate("document.activeElement.localName + '.' + (document.activeElement.getAttribute('class') || document.activeElement.getAttribute('type') || '')"))
        for part in ("div.scroll", "figure.", "input.search", "input.checkbox", "button.button", "summary.", "a."):
            self.assertIn(part, reached)
        levels = self.browser.evaluate("[...document.querySelectorAll('h1, h2, h3')].map(h => +h.localName[1])")
        self.assertEqual(1, levels[0])
        for above, below in zip(levels, levels[1:]):
            self.assertLessEqual(below, above + 1)

    def test_hostile_texts_are_shown_and_do_nothing(self):
        self.browser.open(self.pages["hostile"])
        self.assertEqual(0, self.browser.evaluate("document.querySelectorAll('img, b, iframe, script:not(:last-of-type), a:not([href^=\"#\"])').length"))
        self.assertEqual(1, self.browser.evaluate("document.scripts.length"))
        self.assertIn("<script>alert(1)</script>", self.browser.evaluate("document.body.innerText"))

    def test_without_its_script_a_page_can_be_read(self):
        self.browser.open(self.pages["plan"], script=False)
        self.assertFalse(self.browser.evaluate("document.querySelector('.tools').checkVisibility()"))
        self.assertIn("dynamodb:Scan", self.browser.evaluate("document.body.innerText"))


# The contrast of every text that is shown to what is behind it, by the formula of WCAG 2.
CONTRASTS = """
(() => {
  const parse = c => { const n = c.match(/[\\d.]+/g).map(Number); return {rgb: n.slice(0, 3), a: n.length > 3 ? n[3] : 1}; };
  const light = rgb => { const [r, g, b] = rgb.map(v => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }); return .2126 * r + .7152 * g + .0722 * b; };
  const found = [];
  for (const e of document.querySelectorAll("body *:not(script)")) {
    const own = [...e.childNodes].filter(n => n.nodeType == 3 && n.data.trim()).map(n => n.data.trim()).join(" ");
    if (!own || !e.checkVisibility() || e.closest("title")) { continue; }
    const svg = e.closest("svg");
    const front = parse(svg ? getComputedStyle(e).fill : getComputedStyle(e).color).rgb;
    let back = null;
    const box = svg && e.parentElement.querySelector("rect.box, a > rect.box");
    if (box && e.classList.contains("name")) { back = parse(getComputedStyle(box).fill).rgb; }
    for (let p = e; p && !back; p = p.parentElement) {
      const c = parse(getComputedStyle(p).backgroundColor);
      if (c.a == 1) { back = c.rgb; }
    }
    const [a, b] = [light(front), light(back || [255, 255, 255])];
    found.push({text: own.slice(0, 40), contrast: (Math.max(a, b) + .05) / (Math.min(a, b) + .05)});
  }
  return JSON.stringify(found);
})()
"""

if __name__ == "__main__":
    unittest.main()
