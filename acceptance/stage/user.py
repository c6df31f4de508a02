"""A person with a browser that shows nothing: follows redirects, signs in, decides, and looks at each page.

What is wrong with a page (it can be framed, cached, its cookies read by scripts, its
form cannot reach the client) is collected in `findings`. It never leaves the loopback
interface and stops at the client's redirect URI instead of fetching it.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from stage import http

_ALLOW = re.compile(r"\b(allow|approve|authorize|accept|continue|yes)\b", re.I)
_DENY = re.compile(r"\b(deny|cancel|refuse|decline|no)\b", re.I)
_DECISION = re.compile("allow|deny", re.I)
_MAXIMUM_PAGES = 12


@dataclass
class Form:
    """An HTML form as far as a person fills it."""

    action: str
    method: str
    fields: list[dict[str, str]] = field(default_factory=list)
    buttons: list[dict[str, str]] = field(default_factory=list)

    @property
    def asks_password(self) -> bool:
        return any(one.get("type") == "password" for one in self.fields)


class User:
    """Keeps cookies from page to page, as a browser does."""

    def __init__(self, name: str, password: str) -> None:
        self.name = name
        self.password = password
        self.findings: list[str] = []
        self.visited: list[str] = []
        self._cookies: dict[str, str] = {}
        self._typed: dict[str, str] = {}

    def authorize(self, url: str, *, allow: bool = True, redirect: str | None = None) -> str:
        """Opens an authorization URL; returns the redirect back to the client, with its parameters.

        `redirect` is where that is when the URL does not say, because it was pushed.
        """
        redirect = redirect or parse_qs(urlsplit(url).query)["redirect_uri"][0]
        answer, page = self._navigate(url), url
        for _ in range(_MAXIMUM_PAGES):
            if location := self._redirected(answer, page):
                if location.split("?")[0] == redirect.split("?")[0]:
                    return location
                answer, page = self._navigate(location), location
                continue
            form = self._form(answer, page)
            self._inspect(answer, form, page, redirect)
            answer, page = self._submit(form, page, allow)
        raise RuntimeError(f"no end after {_MAXIMUM_PAGES} pages: {self.visited}")

    def connect_device(self, url: str, code: str, *, allow: bool = True) -> str:
        """Opens the page for devices, types the code, decides; returns what the last page says."""
        self._typed["user_code"] = code
        answer, page = self._navigate(url), url
        for _ in range(_MAXIMUM_PAGES):
            if location := self._redirected(answer, page):
                answer, page = self._navigate(location), location
                continue
            form = self._form(answer, page)
            decides = any(_DECISION.fullmatch(button.get("label", "").strip()) for button in form.buttons)
            self._inspect(answer, form, page, None)
            answer, page = self._submit(form, page, allow)
            if decides:
                return _Document.read(answer.body).text()
        raise RuntimeError(f"no end after {_MAXIMUM_PAGES} pages: {self.visited}")

    def follow(self, redirect: str) -> None:
        """Goes back to the client, when it really listens."""
        self._navigate(redirect)

    def _navigate(self, url: str) -> http.Answer:
        return self._send(url, "GET", None, {"Sec-Fetch-Site": "none"})

    def _submit(self, form: Form, page: str, allow: bool) -> tuple[http.Answer, str]:
        fields = [(one["name"], self._value(one)) for one in form.fields if one.get("name") and _is_sent(one)]
        button = form.buttons[0] if form.asks_password else _pick(form.buttons, allow)
        if button.get("name"):
            fields.append((button["name"], button.get("value", "")))
        target = urljoin(page, button.get("formaction") or form.action or page)
        if form.method == "get":
            url = f"{target.split('?')[0]}?{urlencode(fields)}"
            return self._send(url, "GET", None, {"Sec-Fetch-Site": "same-origin", "Referer": page}), url
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": "{0.scheme}://{0.netloc}".format(urlsplit(page)),
            "Sec-Fetch-Site": "same-origin",
        }
        return self._send(target, "POST", urlencode(fields), headers), target

    def _value(self, one: dict[str, str]) -> str:
        kind = one.get("type", "text")
        if kind == "password":
            return self.password
        if one.get("name") in self._typed:
            return self._typed[one["name"]]
        return self.name if kind in ("text", "email") and not one.get("value") else one.get("value", "")

    def _send(self, url: str, method: str, body: str | None, headers: dict[str, str]) -> http.Answer:
        browser = {
            "Accept": "text/html,application/xhtml+xml",
            "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) acceptance",
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Dest": "document",
        }
        if self._cookies:
            browser["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        answer = http.request(url, method, body, browser | headers)
        self.visited.append(f"{method} {urlsplit(url).path} {answer.status}")
        if method == "POST" and answer.status in (301, 307, 308):
            self._find(f"{urlsplit(url).path}: a form is answered with {answer.status}, which may send it again")
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            self._keep(cookie)
        return answer

    def _keep(self, cookie: str) -> None:
        pair, *attributes = [part.strip() for part in cookie.split(";")]
        name, _, value = pair.partition("=")
        flags = {attribute.partition("=")[0].lower(): attribute.partition("=")[2] for attribute in attributes}
        if flags.get("max-age") == "0":
            self._cookies.pop(name, None)
            return
        self._cookies[name] = value
        for flag in ("httponly", "samesite"):
            if flag not in flags:
                self._find(f"cookie {name}: no {flag}")

    def _redirected(self, answer: http.Answer, page: str) -> str | None:
        if answer.status in (301, 302, 303, 307, 308):
            return urljoin(page, answer.headers["Location"])
        return None

    def _form(self, answer: http.Answer, page: str) -> Form:
        document = _Document.read(answer.body)
        usable = [form for form in document.forms if form.buttons]
        if not usable:
            raise RuntimeError(f"{answer.status} at {urlsplit(page).path}, nothing to press: {document.text()[:300]}")
        return next((form for form in usable if form.asks_password or _pick(form.buttons, True)), usable[0])

    def _inspect(self, answer: http.Answer, form: Form, page: str, redirect: str | None) -> None:
        path, policy = urlsplit(page).path, answer.headers.get("Content-Security-Policy", "")
        if "frame-ancestors 'none'" not in policy:
            self._find(f"{path}: can be framed")
        if "no-store" not in answer.headers.get("Cache-Control", ""):
            self._find(f"{path}: can be cached")
        if answer.headers.get("Referrer-Policy") != "no-referrer":
            self._find(f"{path}: gives its address away")
        if answer.headers.get("X-Content-Type-Options") != "nosniff":
            self._find(f"{path}: content type can be guessed")
        if redirect is None:
            return
        # Chromium applies form-action to the redirects that follow the form, too.
        sources = re.search(r"form-action ([^;]*)", policy)
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(redirect))
        if sources and not form.asks_password and not {origin, "*"} & set(sources.group(1).split()):
            self._find(f"{path}: form-action lacks {origin}, so Chromium stops at the consent page")

    def _find(self, finding: str) -> None:
        if finding not in self.findings:
            self.findings.append(finding)


def _is_sent(one: dict[str, str]) -> bool:
    return one.get("type") not in ("checkbox", "radio") or "checked" in one


def _pick(buttons: list[dict[str, str]], allow: bool) -> dict[str, str]:
    wanted, unwanted = (_ALLOW, _DENY) if allow else (_DENY, _ALLOW)
    labels = [(button, button.get("label", "") or button.get("value", "")) for button in buttons]
    fitting = [button for button, label in labels if wanted.search(label) and not unwanted.search(label)]
    return (fitting or buttons)[0]


class _Document(HTMLParser):
    """Collects forms, and the words for a person."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._words: list[str] = []
        self._button: dict[str, str] | None = None
        self._silent = False

    @classmethod
    def read(cls, body: str) -> "_Document":
        document = cls()
        document.feed(body)
        return document

    def text(self) -> str:
        return " ".join(" ".join(self._words).split())

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
        elif tag in ("style", "script"):
            self._silent = True
        elif self.forms and tag == "button" and given.get("type", "submit") == "submit":
            self._button = given | {"label": ""}
            self.forms[-1].buttons.append(self._button)
        elif self.forms and tag == "input":
            kind = self.forms[-1].buttons if given.get("type") == "submit" else self.forms[-1].fields
            kind.append(given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "button":
            self._button = None
        elif tag in ("style", "script"):
            self._silent = False

    def handle_data(self, data: str) -> None:
        if self._button is not None:
            self._button["label"] += data
        if not self._silent:
            self._words.append(data)
