"""The judges must be able to fail: `python3 -m unittest discover -s acceptance -t acceptance`."""

import contextlib
import io
import re
import sys
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from scenarios import pairs
from scenarios.conformance import lost_checks
from scenarios.oauth4webapi import CHAPTERS
from stage import story
from stage.report import Report
from stage.tools import ACCEPTANCE
from stage.user import User

SOUND = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
SIGN_IN = "<form method=post><input name=user><input name=secret type=password><button>Sign in</button></form>"
CONSENT = (
    "<form method=post><input type=hidden name=csrf value=1>"
    "<button name=answer value=d>Deny</button><button name=answer value=a>Allow</button></form>"
)
REDIRECT = "http://127.0.0.1:9/callback"


class Pages(BaseHTTPRequestHandler):
    """Sign-in at GET /, consent after it, and back to the client; `headers_sent` and `status` vary."""

    headers_sent = SOUND
    cookie = "session=1; HttpOnly; SameSite=Lax"
    status = 303
    posted: list[str] = []

    def do_GET(self) -> None:
        self._answer(200, CONSENT if "session=1" in self.headers.get("Cookie", "") else SIGN_IN)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.posted.append(body)
        back = f"{REDIRECT}?answer={body[-1]}" if "csrf=1" in body else self.path
        cookie = {} if "csrf=1" in body else {"Set-Cookie": self.cookie}
        self._answer(self.status, "", {"Location": back} | cookie)

    def _answer(self, status: int, body: str, more: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (self.headers_sent | (more or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Silent."""


def visit(allow: bool = True, **varied: object) -> tuple[str, User, list[str]]:
    """Lets a user authorize at these pages; returns where it ended, the user, and what was posted."""
    pages = type("Varied", (Pages,), varied | {"posted": []})
    with HTTPServer(("127.0.0.1", 0), pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        user = User("alice", "secret words")
        try:
            end = user.authorize(f"http://127.0.0.1:{server.server_port}/authorize?redirect_uri={REDIRECT}", allow=allow)
        finally:
            server.shutdown()
        return end, user, pages.posted


class TheUser(unittest.TestCase):
    def test_signs_in_allows_and_finds_nothing_wrong_with_sound_pages(self) -> None:
        end, user, posted = visit()
        self.assertEqual(end, f"{REDIRECT}?answer=a")
        self.assertEqual(posted, ["user=alice&secret=secret+words", "csrf=1&answer=a"])
        self.assertEqual(user.findings, [])

    def test_denies_when_told(self) -> None:
        self.assertEqual(visit(allow=False)[0], f"{REDIRECT}?answer=d")

    def test_misses_every_protective_header(self) -> None:
        findings = " ".join(visit(headers_sent={})[1].findings)
        for missing in ("framed", "cached", "address away", "guessed"):
            self.assertIn(missing, findings)

    def test_misses_the_flags_of_a_cookie(self) -> None:
        findings = visit(cookie="session=1")[1].findings
        self.assertEqual(findings, ["cookie session: no httponly", "cookie session: no samesite"])

    def test_finds_a_form_action_that_stops_chromium_on_the_way_back(self) -> None:
        policy = {"Content-Security-Policy": "frame-ancestors 'none'; form-action 'self'"}
        findings = visit(headers_sent=SOUND | policy)[1].findings
        self.assertEqual(len(findings), 1)
        self.assertIn("form-action", findings[0])

    def test_finds_a_form_that_is_answered_with_a_redirect_that_repeats_it(self) -> None:
        self.assertIn("answered with 307", " ".join(visit(status=307)[1].findings))


class ADevice(unittest.TestCase):
    def test_is_connected_with_the_code_that_it_shows(self) -> None:
        code = "<form method=post><input name=user_code><button>Continue</button></form>"
        decide = (
            "<form method=post><input type=hidden name=csrf value=1>"
            "<button name=answer value=a>Allow</button><button name=answer value=d>Deny</button></form>"
        )

        class Device(Pages):
            posted: list[str] = []

            def do_GET(self) -> None:
                self._answer(200, code if "session=1" in self.headers.get("Cookie", "") else SIGN_IN)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self.posted.append(body)
                if "answer" in body or "user_code" in body:
                    self._answer(200, "Done" if "answer" in body else decide)
                else:
                    self._answer(303, "", {"Location": self.path, "Set-Cookie": self.cookie})

        for allow, answer in ((True, "a"), (False, "d")):
            Device.posted.clear()
            with HTTPServer(("127.0.0.1", 0), Device) as server:
                threading.Thread(target=server.serve_forever, daemon=True).start()
                said = User("alice", "w").connect_device(
                    f"http://127.0.0.1:{server.server_port}/device", "AB-CD", allow=allow
                )
                server.shutdown()
            self.assertEqual(said, "Done")
            self.assertEqual(Device.posted[1:], ["user_code=AB-CD", f"csrf=1&answer={answer}"])


class LostChecks(unittest.TestCase):
    def test_are_those_that_succeed_only_directly_and_those_that_fail_only_through_doorward(self) -> None:
        direct = {"kept": ("SUCCESS", ""), "worse": ("SUCCESS", ""), "gone": ("SUCCESS", ""), "bad": ("FAILURE", "")}
        gated = {"kept": ("SUCCESS", ""), "worse": ("WARNING", "w"), "bad": ("FAILURE", ""), "new": ("FAILURE", "n")}
        self.assertEqual(set(lost_checks(direct, gated)), {"worse", "gone", "new"})

    def test_are_not_those_that_need_not_be_made_unless_they_fail(self) -> None:
        direct = {"sse: resumes": ("SUCCESS", ""), "sse: primes": ("SUCCESS", ""), "other": ("SUCCESS", "")}
        gated = {"sse: resumes": ("WARNING", "w"), "sse: primes": ("INFO", "")}
        self.assertEqual(set(lost_checks(direct, gated, ("sse: ",))), {"sse: resumes", "other"})

    def test_are_none_when_doorward_mends_something(self) -> None:
        self.assertEqual(lost_checks({"mended": ("FAILURE", "")}, {"mended": ("SUCCESS", "")}), {})


class TheStory(unittest.TestCase):
    def _failed(self, driver: str) -> list[str]:
        def fail(_: dict) -> dict:
            raise ValueError("no")

        answers = {"echo": lambda line: {"heard": line["word"]}, "fail": fail}
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
            report = Report()
            story.hear(report, [sys.executable, "-c", driver], answers, Path(folder) / "log")
        return report.failed

    def test_is_good_when_every_step_is_and_it_comes_to_its_end(self) -> None:
        self.assertEqual(self._failed("""print('{"step": "a", "ok": true}\\n{"done": true}')"""), [])

    def test_fails_with_a_step_and_without_an_end(self) -> None:
        self.assertEqual(self._failed("""print('{"step": "a", "ok": false}\\n{"done": true}')"""), [": a"])
        self.assertEqual(self._failed("""print('{"step": "a", "ok": true}')"""), [": the story is told to its end"])

    def test_answers_what_is_asked_and_says_when_it_cannot(self) -> None:
        driver = """
import json
for ask in ({"ask": "echo", "word": "w"}, {"ask": "fail"}):
    print(json.dumps(ask), flush=True)
    print(json.dumps({"step": input(), "ok": False}))
print('{"done": true}')
"""
        self.assertEqual(self._failed(driver), [': {"heard": "w"}', ': {"error": "ValueError: no"}'])


class TheChapters(unittest.TestCase):
    def test_are_all_told(self) -> None:
        folder = ACCEPTANCE / "drivers" / "oauth4webapi"
        told = dict(re.findall(r"'(.+)': '\./(.+)\.js',", (folder / "main.js").read_text()))
        self.assertEqual(list(told), CHAPTERS)
        self.assertEqual({file.stem for file in folder.glob("*.js")} - {"main", "door"}, set(told.values()))


class ThePairs(unittest.TestCase):
    def test_are_told_by_drivers_that_are_there_and_ask_in_ways_that_drivers_know(self) -> None:
        for command in pairs.CLIENTS.values():
            scripts = [word for word in command if str(word).endswith((".py", ".js"))]
            self.assertTrue(all(script.is_file() for script in scripts), command)
        known = {"calls", "progress", "asks", "read", "prompt"}
        for server in pairs.SERVERS:
            self.assertLessEqual(set(server.plan), known, server.name)
            self.assertLessEqual({what for what, _ in server.plan.get("asks", [])}, set(pairs.ANSWERS), server.name)
            self.assertEqual(bool(server.command), not server.over_http, server.name)


class TheFlows(unittest.TestCase):
    def test_are_all_walked(self) -> None:
        folder = ACCEPTANCE / "drivers" / "pages" / "flows"
        known = (folder / "index.js").read_text()
        imported = {file: names.split(", ") for names, file in re.findall(r"import { (.+) } from '\./(.+)\.js';", known)}
        written = {file.stem: re.findall(r"export async function (\w+)\(stage\)", file.read_text()) for file in folder.glob("*.js")}
        del written["index"]
        self.assertEqual({file: sorted(names) for file, names in imported.items()}, {file: sorted(names) for file, names in written.items()})
        walked = known.partition("FLOWS")[2]
        self.assertEqual([name for names in imported.values() for name in names if name not in walked], [])


class TheReport(unittest.TestCase):
    def _status(self, *steps: bool) -> int:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            report = Report()
            for number, passed in enumerate(steps):
                report.step(str(number), passed)
            return report.finish()

    def test_fails_with_one_failed_step_and_with_no_step_at_all(self) -> None:
        self.assertEqual((self._status(True), self._status(True, False), self._status()), (0, 1, 1))

    def test_turns_an_exception_into_a_failed_step(self) -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            report = Report()
            with report.guard("something"):
                raise ValueError("no")
        self.assertEqual(len(report.failed), 1)


if __name__ == "__main__":
    unittest.main()
