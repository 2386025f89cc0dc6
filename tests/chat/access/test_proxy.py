"""Whom a proxy vouches for; ids in the names are OWASP ASVS 5.0 items."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.datastructures import Headers

from chat.access.access import Access
from chat.access.address import networks_of
from chat.access.caller import Caller, NotKnown
from chat.access.configured import access_of
from chat.access.people import Roles
from chat.access.proxy import LONGEST_SECONDS, Proxy
from chat.access.tokens import BadKey, Expected, keys_of_file, shared_secret
from chat.config import AccessConfig, Config, ConfigError, ProxyConfig
from tests.chat.access.test_access import ASK, rejection, request
from tests.chat.access.tokens import ELLIPTIC, PORTAL, SECRET, STRANGER, by_hand, claims, signed, with_secret

PROXY = "10.0.0.5"
ISSUER = "https://portal.example.com"
HEADER = "X-Portal-Token"
PEM = PORTAL.as_pem(private=False)


NOW = int(time.time())


def told(**changed: Any) -> dict[str, Any]:
    return claims(NOW, **changed)


def clock() -> float:
    return NOW


@pytest.fixture
def way(tmp_path: Path) -> Proxy:
    (tmp_path / "portal.pem").write_bytes(PEM)
    keys = keys_of_file(tmp_path / "portal.pem", "RS256")
    expected = Expected(ISSUER, "reportqa", ("RS256",), longest=LONGEST_SECONDS)
    return Proxy(
        HEADER, networks_of([PROXY]), keys, expected, Roles(frozenset({"资料组"}), frozenset({"管理组"})), clock=clock
    )


def known(way: Proxy, token: str, client: str = PROXY) -> Caller | None:
    return way.caller(Headers({HEADER: token}), client)


def test_a_token_of_the_proxy_tells_who_it_is_and_what_their_groups_may(way: Proxy) -> None:
    assert known(way, signed(told())) == Caller("proxy", "ming", frozenset({"研发部"}), frozenset({"ask", "search"}))
    editor = known(way, signed(told(groups=["资料组"])))
    assert editor is not None
    assert editor.scopes == {"ask", "search", "reports"}
    admin = known(way, signed(told(groups="管理组")))
    assert admin is not None
    assert admin.scopes == {"ask", "search", "reports", "admin"}


def test_it_may_stand_behind_the_word_bearer_and_be_for_several(way: Proxy) -> None:
    assert known(way, f"Bearer {signed(told(aud=['crm', 'reportqa'], groups=None))}") is not None


def test_asvs_4_1_3_a_token_from_another_address_proves_nothing(way: Proxy) -> None:
    with pytest.raises(NotKnown, match="elsewhere"):
        known(way, signed(told()), "10.0.0.6")


def test_without_a_token_the_proxy_vouches_for_nobody_whatever_else_it_sends(way: Proxy) -> None:
    headers = Headers({"x-forwarded-user": "admin", "remote-user": "admin", "x-forwarded-for": PROXY})
    assert way.caller(headers, PROXY) is None


WRONG: dict[str, Callable[[], str]] = {
    "empty": lambda: "",
    "no token": lambda: "ming",
    "two dots": lambda: "..",
    "signed by a stranger": lambda: signed(told(), STRANGER),
    "cut": lambda: signed(told())[:-8],
    "claims exchanged": lambda: ".".join(
        [signed(told()).split(".")[0], signed(told(sub="admin")).split(".")[1], signed(told()).split(".")[2]]
    ),
    "alg none": lambda: by_hand({"alg": "none"}, told()),
    "alg None": lambda: by_hand({"alg": "NONE", "typ": "JWT"}, told()),
    "HS256 with the public key": lambda: by_hand({"alg": "HS256"}, told(), PEM),
    "HS256 with nothing": lambda: by_hand({"alg": "HS256"}, told(), b"\0"),
    "another algorithm": lambda: signed(told(), ELLIPTIC, "ES256"),
    "another algorithm of the same key": lambda: signed(told(), PORTAL, "PS256"),
    "its own key": lambda: signed(told(), STRANGER, jwk=STRANGER.as_dict(private=False)),
    "another issuer": lambda: signed(told(iss="https://portal.example.com.evil.example")),
    "no issuer": lambda: signed(told(iss=None)),
    "another audience": lambda: signed(told(aud="crm")),
    "no audience": lambda: signed(told(aud=None)),
    "expired": lambda: signed(told(iat=NOW - 400, exp=NOW - 120)),
    "never expires": lambda: signed(told(exp=None)),
    "expires some day": lambda: signed(told(exp="tomorrow")),
    "expires when true": lambda: signed(told(exp=True)),
    "holds too long": lambda: signed(told(exp=NOW + 3600)),
    "does not say since when": lambda: signed(told(iat=None)),
    "of the future": lambda: signed(told(iat=NOW + 200, exp=NOW + 300)),
    "not yet": lambda: signed(told(nbf=NOW + 200)),
    "nobody": lambda: signed(told(sub=None)),
    "an empty name": lambda: signed(told(sub="")),
    "a number": lambda: signed(told(sub=7)),
    "two lines": lambda: signed(told(sub="ming\nadmin")),
    "a long name": lambda: signed(told(sub="m" * 201)),
    "groups of numbers": lambda: signed(told(groups=[1])),
    "groups in an object": lambda: signed(told(groups={"管理组": True})),
    "far too long": lambda: signed(told(groups=["g" * 1_000_000])),
}


@pytest.mark.parametrize("token", WRONG.values(), ids=WRONG)
def test_asvs_9_1_1_a_token_that_is_not_the_proxys_for_us_and_now_proves_nothing(
    way: Proxy, token: Callable[[], str]
) -> None:
    with pytest.raises(NotKnown):
        known(way, token())


def test_asvs_9_2_1_clocks_may_differ_by_a_minute_and_no_more(way: Proxy) -> None:
    assert known(way, signed(told(iat=NOW - 300, exp=NOW - 30))) is not None
    assert known(way, signed(told(iat=NOW + 40, exp=NOW + 300))) is not None
    with pytest.raises(NotKnown):
        known(way, signed(told(iat=NOW - 300, exp=NOW - 75)))


def test_asvs_9_1_3_keys_come_from_the_configured_file_whatever_a_token_points_at(way: Proxy) -> None:
    for pointer in ({"jku": "http://127.0.0.1:9/keys"}, {"x5u": "http://127.0.0.1:9/x"}, {"kid": "../../etc/passwd"}):
        with pytest.raises(NotKnown):
            known(way, signed(told(), STRANGER, **pointer))


def test_a_shared_secret_and_a_set_of_keys_do_as_well(tmp_path: Path) -> None:
    expected = Expected(ISSUER, "reportqa", ("HS256",), longest=300)
    way = Proxy(HEADER, networks_of([PROXY]), shared_secret(SECRET, "X"), expected, Roles(), clock=clock)
    assert known(way, with_secret(told())) is not None
    with pytest.raises(NotKnown):
        known(way, with_secret(told(), SECRET[::-1]))
    (tmp_path / "keys.json").write_text(
        json.dumps({"keys": [{"kty": "unheard of"}, ELLIPTIC.as_dict(private=False), PORTAL.as_dict(private=False)]})
    )
    keys = keys_of_file(tmp_path / "keys.json", "ES256")
    way = Proxy(HEADER, networks_of([PROXY]), keys, Expected(ISSUER, "reportqa", ("ES256",), 300), Roles(), clock=clock)
    assert known(way, signed(told(), ELLIPTIC, "ES256", kid="elliptic")) is not None


@pytest.mark.parametrize(
    "content",
    ["", "nonsense", "{}", '{"keys": []}', '{"keys": [{"kty": "oct", "k": "AAAA"}]}', ELLIPTIC.as_pem().decode()],
)
def test_a_file_without_a_key_that_fits_is_no_key(tmp_path: Path, content: str) -> None:
    (tmp_path / "keys").write_text(content)
    with pytest.raises(BadKey, match="PEM 或 JWKS"):
        keys_of_file(tmp_path / "keys", "RS256")


def test_a_secret_that_could_be_guessed_is_none() -> None:
    with pytest.raises(BadKey, match="VARIABLE"):
        shared_secret("geheim", "VARIABLE")


def test_asvs_4_1_3_its_header_twice_or_with_underscores_is_refused(way: Proxy) -> None:
    access = Access([way], named=(HEADER,))
    token = signed(told())
    assert access.admit(request((HEADER, token), client=PROXY), ASK).user == "ming"
    for headers in (((HEADER, token), (HEADER, token)), (("X_Portal_Token", token),)):
        assert rejection(access, request(*headers, client=PROXY)).status == 400


def configured(tmp_path: Path, **changed: object) -> Config:
    (tmp_path / "portal.pem").write_bytes(PEM)
    proxy = ProxyConfig(issuer=ISSUER, keys=str(tmp_path / "portal.pem"))
    given: dict[str, object] = {"ways": ("proxy",), "proxies": (PROXY,), "proxy": proxy} | changed
    return Config(access=AccessConfig(**given))  # type: ignore[arg-type]


def test_it_is_configured_by_a_file_and_off_unless_named(tmp_path: Path) -> None:
    token = request((HEADER, signed(claims())), client=PROXY)
    assert access_of(configured(tmp_path), tmp_path, host="0.0.0.0").admit(token, ASK).by == "proxy"
    off = access_of(configured(tmp_path, ways=("keys",)), tmp_path, host="0.0.0.0")
    assert rejection(off, token).status == 401


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"proxies": ()}, "access.proxies"),
        ({"proxy": ProxyConfig(issuer=ISSUER)}, "access.proxy.keys"),
        ({"proxy": ProxyConfig(keys="portal.pem")}, "access.proxy.issuer"),
        ({"proxies": ("127.0.0.1",), "ways": ("loopback", "proxy")}, "不能有 loopback"),
    ],
)
def test_half_a_configuration_does_not_start(tmp_path: Path, changed: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        access_of(configured(tmp_path, **changed), tmp_path, host="0.0.0.0")


def test_without_its_secret_it_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = configured(tmp_path, proxy=ProxyConfig(issuer=ISSUER, algorithm="HS256"))
    monkeypatch.delenv("REPORTQA_PROXY_SECRET", raising=False)
    with pytest.raises(BadKey, match="REPORTQA_PROXY_SECRET"):
        access_of(config, tmp_path, host="0.0.0.0")
    monkeypatch.setenv("REPORTQA_PROXY_SECRET", SECRET)
    access = access_of(config, tmp_path, host="0.0.0.0")
    assert access.admit(request((HEADER, with_secret(claims())), client=PROXY), ASK).user == "ming"
