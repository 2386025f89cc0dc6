"""The ways of being known, asked in turn; ids in the names are OWASP ASVS 5.0 items."""

import logging

import pytest
from starlette.datastructures import Headers

from chat.access.access import KEY_IN_URL, Access
from chat.access.caller import LOCAL, NOBODY, Caller, NotKnown
from chat.access.loopback import Loopback, at_this_machine, is_loopback
from chat.access.rejected import Rejected
from chat.access.routes import Need

ASK = Need(frozenset({"ask"}))
KEY = "rqa_" + "k" * 51


class ByPassword:
    """A way that knows one word in a header, and refuses any other."""

    def caller(self, headers: Headers, client: str) -> Caller | None:
        if (said := headers.get("x-password")) is None:
            return None
        if said != "芝麻开门":
            raise NotKnown("a password that is none")
        return Caller("key", "erp", scopes=frozenset({"ask"}))


def request(
    *headers: tuple[str, str], client: str = "203.0.113.9", path: str = "/api/v1/ask", query: str = ""
) -> dict[str, object]:
    return {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in headers],
        "client": (client, 50000),
    }


def rejection(access: Access, scope: dict[str, object], need: Need = ASK) -> Rejected:
    with pytest.raises(Rejected) as rejected:
        access.admit(scope, need)
    return rejected.value


HERE = (("host", "127.0.0.1:7860"),)


@pytest.mark.parametrize(
    ("client", "headers", "here"),
    [
        ("127.0.0.1", {"host": "127.0.0.1:7860"}, True),
        ("127.8.8.8", {"host": "127.0.0.1:7860"}, True),
        ("::1", {"host": "[::1]:7860"}, True),
        ("::ffff:127.0.0.1", {"host": "LOCALHOST"}, True),
        ("localhost", {"host": "localhost"}, False),
        ("", {"host": "localhost"}, False),
        ("testclient", {"host": "localhost"}, False),
        ("203.0.113.9", {"host": "localhost"}, False),
        ("127.0.0.1", {"host": "qa.corp.example"}, False),
        ("127.0.0.1", {}, False),
        ("127.0.0.1", {"host": "localhost", "x-forwarded-for": "127.0.0.1"}, False),
        ("127.0.0.1", {"host": "localhost", "x-forwarded-proto": "https"}, False),
        ("127.0.0.1", {"host": "localhost", "x-forwarded-user": "admin"}, False),
        ("127.0.0.1", {"host": "localhost", "forwarded": "for=127.0.0.1"}, False),
        ("127.0.0.1", {"host": "localhost", "via": "1.1 proxy"}, False),
    ],
)
def test_who_sits_at_this_machine(client: str, headers: dict[str, str], here: bool) -> None:
    assert at_this_machine(client, headers) is here


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        *((host, True) for host in ("127.0.0.1", "localhost", "::1", "[::1]")),
        *((host, False) for host in ("0.0.0.0", "::", "", "192.0.2.1", "reports.example.com")),
    ],
)
def test_addresses_that_only_this_machine_reaches(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def test_what_a_caller_says_of_itself_counts_before_where_it_sits() -> None:
    access = Access([ByPassword(), Loopback()])
    assert access.admit(request(*HERE, client="127.0.0.1"), ASK) == LOCAL
    wrong = request(*HERE, ("x-password", "nope"), client="127.0.0.1")
    assert rejection(access, wrong).status == 401


def test_a_caller_without_the_scope_is_known_and_refused() -> None:
    class Limited:
        def caller(self, headers: Headers, client: str) -> Caller | None:
            return Caller("key", "bi", scopes=frozenset({"search"}))

    assert rejection(Access([Limited()]), request()).status == 403


def test_everybody_is_let_in_only_where_that_is_said_and_told_apart_by_address() -> None:
    assert rejection(Access([]), request()).status == 401
    everybody = Caller("open", scopes=frozenset({"ask"}))
    assert Access([], everybody=everybody).admit(request(), ASK).key == "open:203.0.113.9"


def test_on_a_public_route_nobody_has_any_scope() -> None:
    assert Access([Loopback()]).admit(request(*HERE, client="127.0.0.1"), Need(None)) is NOBODY
    assert NOBODY.scopes == frozenset()


@pytest.mark.parametrize(
    "url",
    [{"query": f"key={KEY}"}, {"query": f"a=1&access_token={KEY.replace('_', '%5F')}"}, {"path": f"/reports/{KEY}"}],
)
def test_asvs_14_2_1_a_key_in_the_address_is_refused_even_where_it_is_not_needed(url: dict[str, str]) -> None:
    refused = rejection(Access([Loopback()]), request(*HERE, client="127.0.0.1", **url))
    assert (refused.status, refused.message) == (400, KEY_IN_URL)


@pytest.mark.parametrize(
    "headers",
    [
        (("authorization", "Bearer a"), ("authorization", "Bearer b")),
        (("x-forwarded-user", "a"), ("x-forwarded-user", "a")),
        (("x_forwarded_user", "admin"),),
        (("remote_user", "admin"),),
        (("x-forwarded_user", "admin"), ("x-forwarded-user", "ming")),
        (("x_portal_token", "t"),),
    ],
)
def test_asvs_4_1_3_a_doubled_or_smuggled_header_of_identity_is_refused(headers: tuple[tuple[str, str], ...]) -> None:
    access = Access([Loopback()], named=("X-Portal-Token",))
    refused = rejection(access, request(*HERE, *headers, client="127.0.0.1"))
    assert refused.status == 400


def test_plain_headers_of_identity_make_nobody_known() -> None:
    headers = (*HERE, ("x-forwarded-user", "admin"), ("remote-user", "admin"), ("x-auth-request-user", "admin"))
    assert rejection(Access([ByPassword(), Loopback()]), request(*headers, client="127.0.0.1")).status == 401


def test_asvs_16_3_1_a_refused_credential_is_in_the_log_and_its_value_is_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        refused = rejection(Access([ByPassword()]), request(("x-password", "geheim\r\nforged line")))
    assert "a password that is none" in caplog.text
    assert "geheim" not in caplog.text + str(refused.message)
