"""A small login over loopback for tests: discovery, authorize, token and keys, honest unless told to be otherwise."""

import json
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc.jwk import KeySet

from tests.chat.access.tokens import PORTAL, signed

CLIENT, SECRET = "reportqa", "the secret of reportqa"


@dataclass
class StandIn:
    """claims: of whoever logs in, beside those that every token has. token: makes the id token of claims.
    asked: of each request its path and what came with it."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "ming", "groups": ["研发部"]})
    token: Callable[[dict[str, Any]], str] = signed
    keys: list[Any] = field(default_factory=lambda: [PORTAL])
    named: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        } | self.named

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes back to: whoever comes here has the right password."""
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def exchange(self, form: dict[str, str], credentials: str) -> dict[str, Any] | None:
        """The answer to a code, which serves once, for who asked for it and can tell its verifier."""
        asked = self._codes.pop(form.get("code", ""), None)
        challenge = urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if (
            asked is None
            or challenge != asked["code_challenge"]
            or form["redirect_uri"] != asked["redirect_uri"]
            or not credentials.startswith("Basic ")
        ):
            return None
        now = int(time.time())
        told = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 600, "nonce": asked["nonce"]} | self.claims
        told = {name: value for name, value in told.items() if value is not None}
        return {"access_token": "unused", "token_type": "Bearer", "id_token": self.token(told)}


@contextmanager
def standing_in() -> Iterator[StandIn]:
    login = StandIn()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(url.query).items()}
            login.asked.append((url.path, asked, ""))
            match url.path:
                case "/.well-known/openid-configuration":
                    self._answer(200, login.discovery())
                case "/keys":
                    self._answer(200, dict(KeySet(login.keys).as_dict(private=False)))
                case "/authorize":
                    self.send_response(302)
                    self.send_header("Location", login.authorize(asked))
                    self.end_headers()
                case _:
                    self._answer(404, {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            credentials = self.headers.get("Authorization", "")
            login.asked.append((self.path, form, credentials))
            told = login.exchange(form, credentials)
            self._answer(400 if told is None else 200, told or {"error": "invalid_grant"})

        def _answer(self, status: int, told: dict[str, Any]) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    login.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield login
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
