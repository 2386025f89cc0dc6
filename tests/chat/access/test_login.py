"""Logging in at a stand-in for the company's login; ids in the names are OWASP ASVS 5.0 items."""

import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient

from chat.access.access import Access
from chat.access.caller import Caller
from chat.access.configured import access_of, login_of
from chat.access.login_routes import LOGIN, Login, add_login_routes
from chat.access.people import Roles
from chat.access.provider import Client, Provider, ProviderUnavailable
from chat.access.sessions import Cookie, Kept, LoggedIn, Pending
from chat.config import AccessConfig, Config, ConfigError, OidcConfig, ServerConfig
from chat.pages.rejection import rejection_html
from chat.service.guard import Guard
from tests.chat.access.stand_in import CLIENT, SECRET, StandIn, standing_in
from tests.chat.access.tokens import ELLIPTIC, PORTAL, STRANGER, by_hand, signed
from tests.chat.service.test_app import HOME

HTML = {"accept": "text/html"}


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with standing_in() as login:
        yield login


@pytest.fixture
def login(stand_in: StandIn, clock: Clock) -> Iterator[Login]:
    with httpx.Client(timeout=5) as http:
        client = Client(stand_in.issuer, CLIENT, SECRET, f"{HOME}/login/callback")
        yield Login(
            Provider(client, roles=Roles(admins=frozenset({"管理组"})), http=http),
            sessions=Kept(seconds=3600, most=100, clock=clock),
            pending=Kept(seconds=600, most=100, clock=clock),
            home=HOME,
            seconds=3600,
        )


async def got_in(request: Request) -> Response:
    return Response("in")


@contextmanager
def browser_of(login: Login) -> Iterator[TestClient]:
    access = Access([LoggedIn(login.sessions, login.cookie)], login=f"{login.home}{LOGIN}")
    app = FastAPI()
    add_login_routes(app, login, rejection_html)
    for path, method in (("/chat/", "GET"), ("/api/v1/ask", "POST"), ("/api/v1/reports/x", "GET")):
        app.add_route(path, got_in, methods=[method])
    with TestClient(
        Guard(app, access=access), base_url=HOME, follow_redirects=False, raise_server_exceptions=False
    ) as browser:
        yield browser


@pytest.fixture
def browser(login: Login) -> Iterator[TestClient]:
    with browser_of(login) as browser:
        yield browser


def at_the_login(browser: TestClient, came_from: str = "/chat/") -> str:
    """Where the login sends the browser back to, once it has logged in there."""
    begun = browser.get("/login", params={"next": came_from})
    assert begun.status_code == 303
    back = httpx.get(begun.headers["location"]).headers["location"]
    assert back.startswith(f"{HOME}/login/callback?")
    return str(back)


def logged_in(browser: TestClient, came_from: str = "/chat/") -> Any:
    return browser.get(at_the_login(browser, came_from))


def may_ask(browser: TestClient) -> bool:
    return browser.post("/api/v1/ask", json={"question": "销量？"}).status_code == 200


def test_a_browser_that_nobody_knows_is_sent_to_the_login_and_comes_back_to_where_it_was(browser: TestClient) -> None:
    sent = browser.get("/reports/ev-2025?lang=en", headers=HTML)
    assert sent.status_code == 303
    assert sent.headers["location"] == f"{HOME}/login?next=%2Freports%2Fev-2025%3Flang%3Den"
    came_from = parse_qs(urlsplit(sent.headers["location"]).query)["next"][0]
    back = logged_in(browser, came_from)
    assert (back.status_code, back.headers["location"]) == (303, f"{HOME}/reports/ev-2025?lang=en")
    assert may_ask(browser)
    assert browser.get("/chat/", headers=HTML).status_code == 200


def test_a_program_is_told_so_in_place_of_being_sent(browser: TestClient) -> None:
    assert browser.post("/api/v1/ask", json={"question": "销量？"}).status_code == 401
    assert browser.get("/api/v1/reports").status_code == 401


def test_who_logs_in_is_known_by_name_and_groups(login: Login, stand_in: StandIn, browser: TestClient) -> None:
    stand_in.claims = {"sub": "lan", "groups": ["管理组"]}
    logged_in(browser)
    token = browser.cookies["reportqa"]
    caller = login.sessions.get(token)
    assert caller == Caller("login", "lan", frozenset({"管理组"}), frozenset({"ask", "search", "reports", "admin"}))


def test_asvs_10_4_6_the_code_is_asked_for_with_pkce_a_state_and_a_nonce_each_time_others(
    browser: TestClient, stand_in: StandIn
) -> None:
    first, second = (dict(parse_qsl(urlsplit(browser.get("/login").headers["location"]).query)) for _ in range(2))
    assert first["code_challenge_method"] == "S256"
    assert first["redirect_uri"] == f"{HOME}/login/callback"
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]
        assert len(first[name]) == 43
    logged_in(browser)
    (_, form, credentials) = next(asked for asked in stand_in.asked if asked[0] == "/token")
    assert len(form["code_verifier"]) == 43
    assert credentials.startswith("Basic ")
    assert SECRET not in str(form)


def test_asvs_7_2_4_each_login_has_a_new_token_and_the_one_before_opens_nothing(
    login: Login, browser: TestClient
) -> None:
    logged_in(browser)
    first = browser.cookies["reportqa"]
    logged_in(browser)
    second = browser.cookies["reportqa"]
    assert first != second
    assert login.sessions.get(first) is None
    assert login.sessions.get(second) is not None


def test_asvs_3_3_1_the_cookie_is_for_us_alone_and_not_for_scripts(browser: TestClient) -> None:
    set_cookies = logged_in(browser).headers.get_list("set-cookie")
    session = next(each for each in set_cookies if each.startswith("reportqa="))
    assert re.fullmatch(r"reportqa=[\w-]{43}; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax", session)
    secure = Cookie("reportqa", secure=True).set("x", 60)
    assert secure == "__Host-reportqa=x; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"


@pytest.mark.parametrize(
    "cookie",
    ["", "reportqa=", "reportqa=x", f"reportqa={'A' * 43}", "reportqa={0}; reportqa={0}", "__Host-reportqa={0}"],
)
def test_a_cookie_that_is_not_the_one_that_was_set_opens_nothing(browser: TestClient, cookie: str) -> None:
    logged_in(browser)
    token = browser.cookies["reportqa"]
    browser.cookies.clear()
    asked = browser.post("/api/v1/ask", json={"question": "销量？"}, headers={"cookie": cookie.format(token)})
    assert asked.status_code == 401


def test_asvs_7_4_1_a_copy_of_the_cookie_opens_nothing_after_logging_out(browser: TestClient) -> None:
    logged_in(browser)
    copied = {"cookie": f"reportqa={browser.cookies['reportqa']}"}
    assert browser.get("/api/v1/reports/x", headers=copied).status_code == 200
    left = browser.get("/logout", headers=HTML)
    assert (left.status_code, "已退出" in left.text) == (200, True)
    assert "Max-Age=0" in left.headers["set-cookie"]
    browser.cookies.clear()
    assert browser.get("/api/v1/reports/x", headers=copied).status_code == 401


def test_asvs_3_5_1_another_sites_page_cannot_log_anybody_out(browser: TestClient) -> None:
    logged_in(browser)
    for site in ("cross-site", "same-site"):
        assert browser.get("/logout", headers={"sec-fetch-site": site}).status_code == 403
    assert may_ask(browser)


def test_asvs_7_3_2_a_session_ends_by_itself(browser: TestClient, clock: Clock) -> None:
    logged_in(browser)
    clock.now += 3599
    assert may_ask(browser)
    clock.now += 2
    assert not may_ask(browser)


def test_a_way_back_serves_once(browser: TestClient) -> None:
    back = at_the_login(browser)
    assert browser.get(back).status_code == 303
    browser.get("/logout")
    again = browser.get(back, headers=HTML)
    assert (again.status_code, "登录没有完成" in again.text) == (400, True)
    assert not may_ask(browser)


def test_a_way_back_is_for_the_browser_that_began_it(login: Login) -> None:
    with browser_of(login) as mine, browser_of(login) as victims:
        back = at_the_login(mine)
        assert victims.get(back).status_code == 400
        at_the_login(victims)  # with a login of its own under way
        assert victims.get(at_the_login(mine)).status_code == 400
        assert not may_ask(victims)


def test_two_tabs_that_log_in_at_once_both_come_back(browser: TestClient) -> None:
    one, other = at_the_login(browser, "/chat/"), at_the_login(browser, "/chat-en/")
    assert browser.get(other).headers["location"] == f"{HOME}/chat-en/"
    assert browser.get(one).headers["location"] == f"{HOME}/chat/"
    assert may_ask(browser)


def test_a_way_back_that_came_too_late_is_none(browser: TestClient, clock: Clock) -> None:
    back = at_the_login(browser)
    clock.now += 601
    assert browser.get(back).status_code == 400


@pytest.mark.parametrize(
    "query", ["", "?state=x&code=y", "?code=y", "?error=access_denied&state={state}", "?state={state}"]
)
def test_what_is_no_way_back_leads_nowhere(browser: TestClient, query: str) -> None:
    state = parse_qs(urlsplit(at_the_login(browser)).query)["state"][0]
    assert browser.get("/login/callback" + query.format(state=state)).status_code == 400
    assert not may_ask(browser)


def test_a_code_that_looks_like_a_token_is_a_code(browser: TestClient, stand_in: StandIn) -> None:
    state = parse_qs(urlsplit(at_the_login(browser)).query)["state"][0]
    code = signed({"sub": "x" * 60})
    assert browser.get("/login/callback", params={"state": state, "code": code}).status_code == 403
    assert any(form.get("code") == code for path, form, _ in stand_in.asked if path == "/token")


def test_a_code_of_another_login_is_worth_nothing(browser: TestClient) -> None:
    first, second = (dict(parse_qsl(urlsplit(at_the_login(browser)).query)) for _ in range(2))
    mixed = {"code": first["code"], "state": second["state"]}
    assert browser.get(f"/login/callback?{urlencode(mixed)}").status_code == 403
    assert not may_ask(browser)


@pytest.mark.parametrize(
    "next_page",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "evil",
        "",
        "/a\nb",
        "/ b",
        "/" + "a" * 3000,
        "\\\\evil",
    ],
)
def test_asvs_3_7_2_after_the_login_one_is_never_led_to_another_host(browser: TestClient, next_page: str) -> None:
    assert logged_in(browser, next_page).headers["location"] == f"{HOME}/"


def test_where_the_login_leads_back_to_is_configured_whatever_a_request_says(browser: TestClient) -> None:
    headers = {"host": "localhost", "x-forwarded-host": "evil.example", "x-forwarded-proto": "gopher"}
    asked = dict(parse_qsl(urlsplit(browser.get("/login", headers=headers).headers["location"]).query))
    assert asked["redirect_uri"] == f"{HOME}/login/callback"
    sent = browser.get("/chat/", headers=HTML | headers)
    assert sent.headers["location"].startswith(f"{HOME}/login?")


NOW = int(time.time())
LIES: dict[str, dict[str, Any]] = {
    "signed by a stranger": {"token": lambda told: signed(told, STRANGER)},
    "by a key that is not there": {"token": lambda told: signed(told, STRANGER, kid="unknown")},
    "alg none": {"token": lambda told: by_hand({"alg": "none"}, told)},
    "HS256 with the public key": {
        "token": lambda told: by_hand({"alg": "HS256", "kid": "portal"}, told, PORTAL.as_pem(private=False))
    },
    "HS256 with the client's secret": {"token": lambda told: by_hand({"alg": "HS256"}, told, SECRET.encode())},
    "no token": {"token": lambda told: ""},
    "another issuer": {"claims": {"sub": "ming", "iss": "https://evil.example"}},
    "another audience": {"claims": {"sub": "ming", "aud": "crm"}},
    "issued to another": {"claims": {"sub": "ming", "aud": [CLIENT, "crm"], "azp": "crm"}},
    "expired": {"claims": {"sub": "ming", "exp": NOW - 100}},
    "never expires": {"claims": {"sub": "ming", "exp": None}},
    "of the future": {"claims": {"sub": "ming", "iat": NOW + 100_000, "exp": NOW + 200_000}},
    "another nonce": {"claims": {"sub": "ming", "nonce": "A" * 43}},
    "no nonce": {"claims": {"sub": "ming", "nonce": None}},
    "a nonce that is none": {"claims": {"sub": "ming", "nonce": 7}},
    "nobody": {"claims": {}},
    "groups that are none": {"claims": {"sub": "ming", "groups": 7}},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_asvs_9_1_2_an_id_token_that_is_not_the_logins_for_us_and_this_login_opens_nothing(
    browser: TestClient, stand_in: StandIn, lie: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    for name, value in lie.items():
        setattr(stand_in, name, value)
    back = logged_in(browser)
    assert back.status_code == 403
    assert not may_ask(browser)
    assert "no login" in caplog.text


def test_a_token_of_another_login_of_the_same_person_is_no_replay(browser: TestClient, stand_in: StandIn) -> None:
    issued: list[str] = []

    def remembered(told: dict[str, Any]) -> str:
        issued.append(signed(told))
        return issued[0]

    stand_in.token = remembered
    assert logged_in(browser).status_code == 303
    browser.get("/logout")
    assert logged_in(browser).status_code == 403  # the first token again: its nonce was of the first login


def test_new_keys_of_the_login_are_found_and_not_asked_for_at_every_lie(stand_in: StandIn) -> None:
    now = [time.time()]
    client = Client(stand_in.issuer, CLIENT, SECRET, f"{HOME}/login/callback")
    http = httpx.Client(timeout=5)
    provider = Provider(client, roles=Roles(), http=http, clock=lambda: now[0])

    def comes_back() -> Caller:
        url = provider.authorize_url(state="s", nonce="n" * 43, verifier="v" * 43)
        code = parse_qs(urlsplit(httpx.get(url).headers["location"]).query)["code"][0]
        return provider.caller(code, nonce="n" * 43, verifier="v" * 43)

    def key_requests() -> int:
        return sum(path == "/keys" for path, _, _ in stand_in.asked)

    assert comes_back().user == "ming"
    stand_in.keys, stand_in.token = [ELLIPTIC], lambda told: signed(told, ELLIPTIC, "ES256", kid="elliptic")
    now[0] += 61
    assert comes_back().user == "ming"
    assert key_requests() == 2
    stand_in.token = lambda told: signed(told, STRANGER, kid="unknown")
    for _ in range(5):
        with pytest.raises(Exception, match="key that is not there"):
            comes_back()
    assert key_requests() == 2
    http.close()


@pytest.mark.parametrize(
    "named",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://sso.example.com/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": None},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
def test_a_login_that_names_places_that_are_not_safe_is_not_followed(
    browser: TestClient, stand_in: StandIn, named: dict[str, Any]
) -> None:
    stand_in.named = named
    response = browser.get("/login", headers=HTML)
    assert (response.status_code, "暂时无法连接" in response.text) == (503, True)


def test_a_login_that_is_not_there_is_told_and_does_not_open(caplog: pytest.LogCaptureFixture) -> None:
    with httpx.Client(timeout=2) as http:
        client = Client("http://127.0.0.1:9", CLIENT, SECRET, f"{HOME}/login/callback")
        with pytest.raises(ProviderUnavailable):
            Provider(client, roles=Roles(), http=http).authorize_url(state="s", nonce="n", verifier="v")


def test_asvs_16_2_5_no_code_token_cookie_or_secret_is_in_the_log_or_on_a_page(
    browser: TestClient, stand_in: StandIn, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        back = at_the_login(browser)
        first = browser.get(back)
        pages = [first.text, browser.get(back).text, browser.get("/chat/", headers=HTML).text]
        stand_in.claims = {"sub": "ming", "nonce": "A" * 43}
        pages.append(logged_in(browser).text)
    asked = dict(parse_qsl(urlsplit(back).query))
    secrets = [asked["code"], asked["state"], SECRET, *browser.cookies.values()]
    secrets += [form["code_verifier"] for path, form, _ in stand_in.asked if path == "/token"]
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("chat"))
    out, err = capfd.readouterr()
    for secret in filter(None, secrets):
        assert secret not in ours + out + "".join(pages)
        assert secret not in err


def test_sessions_are_bounded_and_the_oldest_go(clock: Clock) -> None:
    kept: Kept[str] = Kept(seconds=60, most=3, clock=clock)
    for number in range(5):
        kept.keep(str(number), f"record {number}")
    assert [kept.get(str(number)) for number in range(5)] == [None, None, "record 2", "record 3", "record 4"]
    assert kept.take("4") == "record 4"
    assert kept.take("4") is None


def test_a_login_belongs_to_its_browser() -> None:
    pending = Pending("b" * 43, "n", "v", "/")
    assert [pending.is_of(browser) for browser in ("b" * 43, "", "c" * 43, "\ud800")] == [True, False, False, False]


def configured(**changed: object) -> Config:
    oidc = OidcConfig(issuer="https://sso.example.com", client_id="qa")
    given: dict[str, object] = {"external_url": "https://qa.example.com/", "oidc": oidc} | changed
    access = AccessConfig(ways=("oidc",), oidc=given["oidc"])  # type: ignore[arg-type]
    return Config(access=access, server=ServerConfig(external_url=str(given["external_url"])))


def test_it_is_configured_by_the_address_of_the_service_and_off_unless_named(tmp_path: Any) -> None:
    login = login_of(configured())
    assert login is not None
    assert (login.home, login.cookie.full_name, login.seconds) == ("https://qa.example.com", "__Host-reportqa", 28800)
    access_of(configured(), tmp_path, host="0.0.0.0", login=login)
    assert login_of(Config()) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"external_url": ""},
        {"external_url": "http://qa.example.com"},
        {"oidc": OidcConfig(issuer="http://sso.example.com", client_id="qa")},
        {"oidc": OidcConfig(issuer="https://sso.example.com")},
        {"oidc": OidcConfig(issuer="https://sso.example.com", client_id="qa", session_hours=0)},
    ],
)
def test_half_a_configuration_does_not_start(changed: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=r"access\.oidc"):
        login_of(configured(**changed))
