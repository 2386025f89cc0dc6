"""How often, counted exactly; ids in the names are OWASP ASVS 5.0 items."""

import threading
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from chat.access.access import Access
from chat.access.address import BadNetwork, address_of, networks_of
from chat.access.caller import LOCAL, Caller
from chat.access.limits import Limits, MovingWindow, TooOften
from chat.access.loopback import Loopback
from chat.service.app import make_app
from tests.chat.access.test_routes import Told
from tests.chat.service.test_app import HOME
from tests.fakes import ScriptedAssistant


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_asvs_2_4_1_in_no_minute_are_there_more_than_so_many(clock: Clock) -> None:
    window, taken = MovingWindow(clock=clock), []
    for _ in range(60):  # every 2 seconds, for two minutes
        if window.take("ming", 10) == 0.0:
            taken.append(clock.now - 1000)
        clock.now += 2
    assert taken == [*range(0, 20, 2), *range(60, 80, 2)]


def test_how_long_to_wait_is_told_to_the_moment(clock: Clock) -> None:
    window = MovingWindow(clock=clock)
    for _ in range(3):
        assert window.take("ming", 3) == 0.0
        clock.now += 5
    assert window.take("ming", 3) == 45.0
    clock.now += 44.9
    assert window.take("ming", 3) > 0
    clock.now += 0.2
    assert window.take("ming", 3) == 0.0
    assert window.take("ming", 3) > 0


def test_what_is_refused_is_not_counted(clock: Clock) -> None:
    window = MovingWindow(clock=clock)
    window.take("ming", 1)
    for _ in range(100):
        assert window.take("ming", 1) > 0
    clock.now += 60
    assert window.take("ming", 1) == 0.0


def test_callers_are_counted_each_for_themselves(clock: Clock) -> None:
    window = MovingWindow(clock=clock)
    assert [window.take(who, 1) for who in ("ming", "lan")] == [0.0, 0.0]
    assert window.take("ming", 1) == 60.0


def test_the_keys_are_bounded_and_those_that_are_quiet_are_forgotten(clock: Clock) -> None:
    window = MovingWindow(keys=100, clock=clock)
    for number in range(1_000):
        window.take(f"address {number}", 5)
    assert len(window) == 100
    clock.now += 61
    for _ in range(100):
        window.take("ming", 1_000)
    assert len(window) == 1


def test_asked_from_many_threads_at_once_it_is_still_exact() -> None:
    window, start = MovingWindow(), threading.Barrier(20)
    taken: list[bool] = []

    def ask() -> None:
        start.wait()
        taken.extend(window.take("ming", 50) == 0.0 for _ in range(10))

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(taken), sum(taken)) == (200, 50)


def test_a_key_may_have_a_number_of_its_own_and_who_sits_here_is_not_counted(clock: Clock) -> None:
    limits = Limits(questions=1, requests=1, clock=clock)
    for _ in range(3):
        limits.question(Caller("key", "erp", per_minute=3))
        limits.question(LOCAL)
    with pytest.raises(TooOften, match="每分钟最多 3 次，请在 60 秒后再试"):
        limits.question(Caller("key", "erp", per_minute=3))
    limits.question(Caller("key", "bi"))
    with pytest.raises(TooOften, match="每分钟最多 1 次"):
        limits.question(Caller("key", "bi"))


PROXIES = networks_of(["10.0.0.5", "192.168.7.0/24", "fd00::/8"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["10.1.1.1"], "203.0.113.9"),  # from no proxy of ours: what it says counts nothing
        ("10.0.0.5", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.5", ["127.0.0.1, 203.0.113.9"], "203.0.113.9"),
        ("10.0.0.5", ["1.2.3.4", "203.0.113.9, 192.168.7.8"], "203.0.113.9"),
        ("10.0.0.5", ["nonsense"], "10.0.0.5"),
        ("10.0.0.5", ["203.0.113.9, nonsense"], "10.0.0.5"),
        ("10.0.0.5", ["10.0.0.5"], "10.0.0.5"),
        ("10.0.0.5", [], "10.0.0.5"),
        ("::ffff:10.0.0.5", ["203.0.113.9"], "203.0.113.9"),
        ("fd00::1", ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::"),
        ("testclient", ["203.0.113.9"], "testclient"),
    ],
)
def test_asvs_15_3_4_the_address_is_the_right_most_hop_that_is_no_proxy_of_ours(
    peer: str, forwarded: list[str], address: str
) -> None:
    assert address_of(peer, forwarded, PROXIES) == address


@pytest.mark.parametrize("written", ["0.0.0.0/0", "::/0", "10.0.0.5/24", "proxy.corp.example", ""])
def test_proxies_that_are_no_network_or_everybody_cannot_be_configured(written: str) -> None:
    with pytest.raises(BadNetwork, match=r"access\.proxies"):
        networks_of([written])


@pytest.fixture
def client(clock: Clock) -> Iterator[TestClient]:
    access = Access([Told(), Loopback()], limits=Limits(questions=2, requests=5, clock=clock), proxies=PROXIES)
    app = make_app(ScriptedAssistant(pieces=()), access=access)
    with TestClient(app, base_url=HOME, client=("10.0.0.5", 50000)) as client:
        yield client


def test_asvs_2_4_1_a_question_too_many_is_told_when_to_come_back(client: TestClient, clock: Clock) -> None:
    asked = {"question": "销量？"}
    statuses = [client.post("/api/v1/ask", json=asked, headers={"x-who": "reader"}).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    clock.now += 20.5
    refused = client.post("/api/v1/ask", json=asked, headers={"x-who": "reader"})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "40")
    assert refused.json() == {"id": None, "error": "提问太频繁：每分钟最多 2 次，请在 40 秒后再试。"}
    assert client.post("/api/v1/ask", json=asked, headers={"x-who": "ask"}).status_code == 200
    clock.now += 40
    assert client.post("/api/v1/ask", json=asked, headers={"x-who": "reader"}).status_code == 200


def test_an_address_is_counted_before_it_is_known_who_it_is_and_cannot_choose_to_be_another(
    client: TestClient,
) -> None:
    def status(address: str) -> int:
        return client.post("/api/v1/search", headers={"x-forwarded-for": address}).status_code

    assert [status(f"1.1.1.{number}, 203.0.113.9") for number in range(6)] == [401] * 5 + [429]
    assert status("203.0.113.10") == 401


def test_what_a_page_is_made_of_is_not_counted(client: TestClient) -> None:
    for _ in range(10):
        assert client.get("/static/page.css").status_code == 200
        assert client.get("/healthz").status_code == 200
        assert client.get("/chat/theme.css", headers={"x-who": "reader"}).status_code == 200
