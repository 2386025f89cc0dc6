"""Tokens of a frame, from the portal's word for a user to what that user may; ids in the names are OWASP ASVS 5.0 items."""

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest
from joserfc.jwk import OctKey
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from chat.access.access import KEY_IN_URL, Access
from chat.access.caller import Caller, NotKnown
from chat.access.embed_tokens import (
    MOST_KEPT,
    SESSION_SECONDS,
    TICKET_SECONDS,
    TOKEN_SECONDS,
    AnotherUser,
    EmbedTokens,
    Granted,
    SessionOver,
    history_name,
)
from chat.access.portal_tokens import Vouched
from chat.service.app import make_app
from tests.chat.access.portals import EC, HR, PORTAL, claims, embedding, signed
from tests.chat.service.test_app import HOME
from tests.fakes import ListedShelf, ScriptedAssistant

MING = Vouched("li.ming", frozenset({"sales"}))
FANG = Vouched("wang.fang", frozenset())


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(clock: Clock) -> EmbedTokens:
    return EmbedTokens(clock=clock)


def known(tokens: EmbedTokens, token: str) -> Caller | None:
    return tokens.caller(Headers({"authorization": f"Bearer {token}"}), "203.0.113.9")


def test_a_token_stands_for_the_user_the_groups_and_the_site_and_lets_ask_and_search(tokens: EmbedTokens) -> None:
    granted = tokens.grant(HR, MING)
    assert granted.token.startswith("rqe_")
    assert granted.seconds == TOKEN_SECONDS
    caller = known(tokens, granted.token)
    assert caller == Caller("embed", "li.ming", frozenset({"sales"}), frozenset({"ask", "search"}), site="hr")
    assert caller.key == "embed:hr:li.ming"


def test_asvs_7_2_3_a_token_is_256_random_bits_and_shows_in_no_record(tokens: EmbedTokens) -> None:
    granted = [tokens.grant(HR, MING) for _ in range(100)]
    assert len({each.token for each in granted}) == 100
    assert all(len(each.token) == len("rqe_") + 43 for each in granted)
    assert granted[0].token not in repr(granted[0])
    assert granted[0].token not in repr(vars(tokens))


@pytest.mark.parametrize("said", ["", "Basic cnFl", "Bearer", "Bearer rqa_" + "k" * 51, "rqe_" + "x" * 43])
def test_what_is_no_token_of_a_frame_is_left_to_the_other_ways(tokens: EmbedTokens, said: str) -> None:
    assert tokens.caller(Headers({"authorization": said}), "") is None


@pytest.mark.parametrize("token", ["rqe_", "rqe_" + "x" * 43, "rqe_" + "长" * 43, "rqe_" + "x" * 100_000])
def test_a_token_that_nobody_was_given_proves_nothing(tokens: EmbedTokens, token: str) -> None:
    tokens.grant(HR, MING)
    with pytest.raises(NotKnown):
        tokens.caller(Headers(raw=[(b"authorization", f"Bearer {token}".encode())]), "")


def test_asvs_7_3_2_a_token_lasts_a_quarter_of_an_hour(tokens: EmbedTokens, clock: Clock) -> None:
    token = tokens.grant(HR, MING).token
    clock.now += TOKEN_SECONDS - 1
    assert known(tokens, token) is not None
    clock.now += 1
    with pytest.raises(NotKnown):
        known(tokens, token)


def test_asvs_7_3_2_a_session_is_renewed_for_eight_hours_and_no_longer(tokens: EmbedTokens, clock: Clock) -> None:
    began, granted = clock.now, tokens.grant(HR, MING)
    while clock.now + 800 < began + SESSION_SECONDS:
        clock.now += 800
        granted = tokens.grant(HR, MING, before=granted.token)
        assert granted.seconds == min(TOKEN_SECONDS, int(began + SESSION_SECONDS - clock.now))
    clock.now = began + SESSION_SECONDS
    with pytest.raises(NotKnown):
        known(tokens, granted.token)
    with pytest.raises(SessionOver):
        tokens.grant(HR, MING, before=granted.token)


def test_a_renewed_token_has_the_groups_of_today(tokens: EmbedTokens) -> None:
    before = tokens.grant(HR, MING)
    caller = known(tokens, tokens.grant(HR, Vouched("li.ming", frozenset()), before=before.token).token)
    assert caller is not None
    assert caller.groups == frozenset()


def test_a_session_does_not_go_over_to_another_user_or_site(tokens: EmbedTokens) -> None:
    before = tokens.grant(HR, MING).token
    for site, user in ((HR, FANG), (EC, MING)):
        with pytest.raises(AnotherUser):
            tokens.grant(site, user, before=before)


def test_a_token_before_that_is_unknown_begins_a_session(tokens: EmbedTokens) -> None:
    """As after a restart of the service."""
    assert known(tokens, tokens.grant(HR, MING, before="rqe_" + "x" * 43).token) is not None


def test_what_a_browser_keeps_is_named_by_site_and_user_and_tells_neither() -> None:
    names = [
        history_name(Caller("embed", user, site=site))
        for site, user in [("hr", "ming"), ("hr", "fang"), ("ec", "ming")]
    ]
    assert len(set(names)) == 3
    assert names[0] == history_name(Caller("embed", "ming", frozenset({"other"}), site="hr"))
    # sha256("reportqa history\0hr\0ming"), its first half
    assert all(len(name) == 32 and set(name) <= set("0123456789abcdef") for name in names)


def scope(path: str, query: str, method: str = "GET") -> dict[str, object]:
    return {"type": "http", "path": path, "query_string": query.encode(), "method": method}


def test_a_ticket_opens_its_path_once_within_a_minute(tokens: EmbedTokens, clock: Clock) -> None:
    caller = known(tokens, tokens.grant(HR, MING).token)
    assert caller is not None
    ticket = tokens.ticket(caller, "/reports/ev-2025")
    assert tokens.redeemed(scope("/reports/ev-2025", f"lang=en&ticket={ticket}")) == caller
    with pytest.raises(NotKnown):
        tokens.redeemed(scope("/reports/ev-2025", f"ticket={ticket}"))
    late = tokens.ticket(caller, "/reports/ev-2025")
    clock.now += TICKET_SECONDS
    with pytest.raises(NotKnown):
        tokens.redeemed(scope("/reports/ev-2025", f"ticket={late}"))


@pytest.mark.parametrize("path", ["/reports/pv-2024", "/reports/ev-2025/pages/1", "/chat/", "/api/v1/reports"])
def test_a_ticket_opens_nothing_else(tokens: EmbedTokens, path: str) -> None:
    ticket = tokens.ticket(Caller("embed", "ming", site="hr"), "/reports/ev-2025")
    with pytest.raises(NotKnown):
        tokens.redeemed(scope(path, f"ticket={ticket}"))


def test_what_is_kept_has_a_bound(tokens: EmbedTokens) -> None:
    first = tokens.ticket(Caller("embed", "ming"), "/reports/a")
    for _ in range(MOST_KEPT):
        tokens.ticket(Caller("embed", "ming"), "/reports/a")
    with pytest.raises(NotKnown):
        tokens.redeemed(scope("/reports/a", f"ticket={first}"))


# --- Over HTTP ----------------------------------------------------------------------------------------------------------

FRAME = "/api/v1/embed/session"


@pytest.fixture
def client() -> Iterator[TestClient]:
    ours = embedding(replace(HR, groups=frozenset({"sales"})), EC)
    assistant = ScriptedAssistant()
    app = make_app(assistant, shelf=ListedShelf(assistant), access=Access([ours.tokens], embedding=ours))
    with TestClient(app, base_url=HOME, client=("203.0.113.9", 50000), follow_redirects=False) as client:
        yield client


def session(client: TestClient, token: str, site: str = "hr", **headers: str) -> tuple[int, dict[str, object]]:
    response = client.post(FRAME, json={"site": site, "token": token}, headers=headers)
    return response.status_code, response.json()


def bearing(granted: dict[str, object]) -> dict[str, str]:
    return {"Authorization": f"Bearer {granted['token']}"}


def test_asvs_9_2_a_portals_token_is_exchanged_once_for_one_of_ours_that_asks(client: TestClient) -> None:
    token = signed(claims())
    status, granted = session(client, token)
    assert (status, granted["expires_in"]) == (200, TOKEN_SECONDS)
    assert session(client, token)[0] == 401
    assert client.post("/api/v1/search", json={"question": "出口"}).status_code == 401
    assert client.post("/api/v1/search", json={"question": "出口"}, headers=bearing(granted)).status_code == 200
    assert client.post("/api/v1/ask", json={"question": "出口"}, headers=bearing(granted)).status_code == 200


def test_asvs_8_3_1_a_reader_of_a_portal_changes_no_reports(client: TestClient) -> None:
    _, granted = session(client, signed(claims()))
    assert client.delete("/api/v1/reports/ev-2025", headers=bearing(granted)).status_code == 403


@pytest.mark.parametrize(
    "token",
    ["", "a.b.c", "x" * 1_000_000, signed(claims(aud="another")), signed(claims(), OctKey.import_key("x" * 32))],
    ids=["empty", "none", "1 MB", "aud", "forged"],
)
def test_asvs_9_1_1_what_proves_nothing_gets_nothing_and_no_reason(client: TestClient, token: str) -> None:
    status, told = session(client, token)
    assert (status, set(told)) == (401, {"id", "error"})
    assert session(client, signed(claims(iss="finance")), "finance") == (401, told)
    assert session(client, "x.y.z", "hr\r\nSet-Cookie: a=b") == (401, told)


def test_a_user_of_none_of_the_sites_groups_may_not(client: TestClient) -> None:
    assert session(client, signed(claims(groups=["legal"])))[0] == 403
    assert session(client, signed(claims(groups=None)))[0] == 403


def test_a_session_of_another_user_has_to_begin_anew(client: TestClient) -> None:
    _, granted = session(client, signed(claims()))
    assert session(client, signed(claims(sub="fang")), **bearing(granted))[0] == 409
    assert session(client, signed(claims()), **bearing(granted))[0] == 200


@pytest.mark.parametrize(
    "body", ["{}", "[]", "7", '{"site": "hr"}', '{"site": "hr", "token": 7}', '{"site": ["hr"], "token": ""}', "{"]
)
def test_a_request_that_is_none_is_told_what_one_is(client: TestClient, body: str) -> None:
    for route in (FRAME, "/api/v1/embed/tickets"):
        _, granted = session(client, signed(claims()))
        headers = {"Content-Type": "application/json"} | bearing(granted)
        assert client.post(route, content=body, headers=headers).status_code == 400


def test_asvs_3_5_1_a_form_of_another_site_gets_no_token(client: TestClient) -> None:
    body = {"site": "hr", "token": signed(claims())}
    assert client.post(FRAME, json=body, headers={"Origin": PORTAL}).status_code == 403
    assert client.post(FRAME, json=body, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post(FRAME, data=body).status_code == 415


def test_a_report_is_opened_by_a_ticket_framed_by_our_page_alone(client: TestClient) -> None:
    _, granted = session(client, signed(claims()))
    response = client.post("/api/v1/embed/tickets", json={"report": "ev-2025"}, headers=bearing(granted))
    ticket = response.json()["ticket"]
    opened = client.get(f"/reports/ev-2025?ticket={ticket}")
    assert opened.status_code == 404  # nothing of this id is there to be read, which only who got in is told
    assert opened.headers["content-security-policy"].endswith(f"frame-ancestors 'self' {PORTAL}")
    assert client.get(f"/reports/ev-2025?ticket={ticket}").status_code == 401
    assert client.get("/reports/ev-2025").status_code == 401
    for none in ("../healthz", "a/b", "", "r" * 301):
        assert client.post("/api/v1/embed/tickets", json={"report": none}, headers=bearing(granted)).status_code == 400


def test_asvs_14_2_1_a_token_in_an_address_is_refused_and_told_to_be_lost(client: TestClient) -> None:
    _, granted = session(client, signed(claims()))
    for secret in (granted["token"], signed(claims())):
        response = client.get(f"/chat/?site=hr&token={secret}")
        assert (response.status_code, response.json()["error"]) == (400, str(KEY_IN_URL))


def test_asvs_16_2_5_no_token_and_no_user_is_logged(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = signed(claims(sub="geheimer.name"))
    _, granted = session(client, token)
    session(client, token)
    session(client, token + "x", "evil\nsite")
    client.post("/api/v1/search", json={"question": "出口"}, headers=bearing(granted))
    client.post("/api/v1/search", json={"question": "出口"}, headers={"Authorization": "Bearer rqe_wrong"})
    for secret in (token, str(granted["token"]), "geheimer.name", "evil"):
        assert secret not in caplog.text
    assert "was refused (hr): it was used before" in caplog.text


# --- The page of a site --------------------------------------------------------------------------------------------------


def test_asvs_3_4_6_the_page_of_a_site_is_framed_by_its_origins_alone() -> None:
    ours = embedding(
        replace(HR, origins=("https://a.example", "http://b.example:8080")), replace(EC, origins=("https://c.example",))
    )
    app = make_app(
        ScriptedAssistant(), frame_ancestors=("https://else.example",), access=Access([ours.tokens], embedding=ours)
    )
    with TestClient(app, base_url=HOME, follow_redirects=False) as client:
        for path in ("/", "/chat", "/chat/", "/chat-en/"):
            for site, origins in (("hr", "https://a.example http://b.example:8080"), ("ec", "https://c.example")):
                policy = client.get(f"{path}?site={site}").headers["content-security-policy"]
                assert policy.endswith(f"frame-ancestors {origins}")
                assert "frame-src 'self'" in policy
            assert client.get(path).headers["content-security-policy"].endswith("frame-ancestors https://else.example")
        _, granted = session(client, signed(claims()))
        told = client.post("/api/v1/search", json={"question": "出口"}, headers=bearing(granted))
        assert told.headers["content-security-policy"].endswith(
            "frame-ancestors https://a.example http://b.example:8080"
        )


def test_the_page_of_a_site_is_there_for_everybody_and_holds_nothing_of_the_reports(client: TestClient) -> None:
    shell = client.get("/chat/?site=hr")
    assert shell.status_code == 200
    for report in ScriptedAssistant().reports:
        assert report.title not in shell.text
        assert report.id not in shell.text
    assert client.get("/chat/").status_code == 401
    assert client.get("/chat/?site=finance").status_code == 404
    assert client.post("/chat/gradio_api/queue/join?site=hr", json={}).status_code == 401
    assert client.get("/chat/gradio_api/app_id?site=hr").status_code == 401


def test_the_page_of_a_site_holds_its_modules_back_until_it_is_known_who_asks(client: TestClient) -> None:
    shell = client.get("/chat/?site=hr").text
    assert 'type="module"' not in shell
    assert shell.count('data-held="module"') == 2  # Gradio's and our own
    assert shell.index("frame.js") < shell.index("stream.js")


def test_the_page_of_a_site_is_in_its_language_wherever_the_browser_is(client: TestClient) -> None:
    assert client.get("/?site=hr", headers={"Accept-Language": "en"}).headers["location"] == "chat-en/?site=hr"
    ours = embedding(replace(HR, language="en"))
    with TestClient(make_app(ScriptedAssistant(), access=Access([], embedding=ours)), base_url=HOME) as english:
        answer = english.get("/?site=hr", headers={"Accept-Language": "zh-CN"}, follow_redirects=False)
    assert answer.headers["location"] == "chat-en/?site=hr"


def test_the_widget_is_small_and_may_be_loaded_from_anywhere(client: TestClient) -> None:
    widget = client.get("/widget.js")
    assert widget.status_code == 200
    assert len(widget.content) <= 10_000
    assert widget.headers["content-type"] == "text/javascript; charset=utf-8"
    assert widget.headers["cross-origin-resource-policy"] == "cross-origin"
    assert client.get("/static/page.css").headers["cross-origin-resource-policy"] == "same-origin"


def test_granted_shows_no_token() -> None:
    assert "rqe_" not in repr(Granted("rqe_x", 1, "h"))
