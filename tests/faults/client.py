"""A browser without scripts over one connection: signs in, keeps its cookie, sends forms with their token."""

import http.client
import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.cast import PASSWORD

FORM = "application/x-www-form-urlencoded"
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass
class Answer:
    """What came back: the status, where it leads, and the page."""

    status: int
    location: str
    text: str


@dataclass
class Client:
    """One person at a browser of their own; raises what the connection raises when the server goes away."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    timeout: float = 60

    def get(self, path: str) -> Answer:
        """Load a page and remember the token of its forms."""
        answer = self._ask("GET", path, None)
        if found := TOKEN.search(answer.text):
            self.token = found[1]
        return answer

    def post(self, path: str, **fields: str) -> Answer:
        """Send a form."""
        return self._ask("POST", path, urlencode({"csrf_token": self.token, **fields}))

    def send_file(self, path: str, name: str, content: bytes, **fields: str) -> Answer:
        """Send a form with a file."""
        edge = "one-edge-of-a-form"
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in {"csrf_token": self.token, **fields}.items()
        ]
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        body = b"".join([*parts, head, content, f"\r\n--{edge}--\r\n".encode()])
        return self._ask("POST", path, body, f"multipart/form-data; boundary={edge}")

    def sign_in(self, email: str, password: str = PASSWORD) -> "Client":
        """Sign in as a person does and return oneself."""
        self.get("/sign-in")
        answer = self.post("/sign-in", email=email, password=password)
        assert answer.status == 303, f"{email} could not sign in: {answer.status}"
        self.get("/settings")
        return self

    def _ask(self, method: str, path: str, body: str | bytes | None, kind: str = FORM) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = kind
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
        finally:
            connection.close()
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.split(";")[0]
        return Answer(response.status, response.headers.get("Location") or "", text)
