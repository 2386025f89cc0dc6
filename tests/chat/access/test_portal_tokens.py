"""What a portal says of a user, proved once; ids in the names are OWASP ASVS 5.0 items."""

import base64
import hmac
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from chat.access.portal_tokens import LIFE_SECONDS, SKEW_SECONDS, TOKEN_CHARS, NotVouched, PortalTokens
from chat.access.sites import Site
from tests.chat.access.portals import AUDIENCE, EC, EC_KEY, HR, PORTAL, RSA, RSA_KEY, SECRET, claims, signed

NOW = 1_780_000_000.25


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def portal(clock: Clock) -> PortalTokens:
    tokens = PortalTokens(AUDIENCE, clock=clock)
    clock.now += 1000
    return tokens


def told(**other: Any) -> dict[str, Any]:
    return claims(now=NOW + 1000, **other)


def part(value: object) -> str:
    written = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(written).rstrip(b"=").decode()


def hmac_of(message: str, secret: bytes) -> str:
    return part(hmac.digest(secret, message.encode(), "sha256"))


def refusal(portal: PortalTokens, token: str, site: Site = HR) -> str:
    with pytest.raises(NotVouched) as problem:
        portal.prove(token, site)
    return str(problem.value)


def test_who_the_portal_vouches_for_is_its_user_with_its_groups(portal: PortalTokens) -> None:
    vouched = portal.prove(signed(told(groups=["sales", "华东"])), HR)
    assert (vouched.user, vouched.groups) == ("li.ming", frozenset({"sales", "华东"}))
    assert portal.prove(signed(told(groups=None, sub="王芳")), HR).groups == frozenset()


def test_a_site_signs_with_its_private_key_and_only_the_public_one_is_here(portal: PortalTokens) -> None:
    assert portal.prove(signed(told(iss="ec"), EC_KEY, "ES256"), EC).user == "li.ming"
    assert portal.prove(signed(told(iss="rsa"), RSA_KEY, "RS256"), RSA).user == "li.ming"
    assert not any(key.is_private for site in (EC, RSA) for key in site.keys)


def test_while_a_portal_changes_its_secret_both_prove_its_tokens(portal: PortalTokens) -> None:
    new = OctKey.import_key("n" * 32)
    site = Site("hr", (PORTAL,), "HS256", (*HR.keys, new))
    assert portal.prove(signed(told()), site).user == "li.ming"
    assert portal.prove(signed(told(), new), site).user == "li.ming"
    assert "no key" in refusal(portal, signed(told(), OctKey.import_key("o" * 32)), site)


def test_asvs_9_1_1_a_token_that_was_changed_or_signed_by_another_is_refused(portal: PortalTokens) -> None:
    header, payload, signature = signed(told()).split(".")
    for forged in (
        signed(told(), OctKey.import_key("x" * 32)),
        f"{header}.{part(told(sub='admin'))}.{signature}",
        f"{header}.{payload}.",
        f"{header}.{payload}.{signature[:-4]}AAAA",
        f"{header}.{payload}",
        f"{header}.{payload}.{signature}.{signature}",
        "",
        "……",
    ):
        refusal(portal, forged)


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", ""])
def test_asvs_9_1_2_a_token_that_nothing_signed_is_refused(portal: PortalTokens, algorithm: str) -> None:
    for signature in ("", part(b"anything")):
        refusal(portal, f"{part({'alg': algorithm})}.{part(told())}.{signature}")


def test_asvs_9_1_2_only_the_algorithm_of_the_sites_key_counts(portal: PortalTokens) -> None:
    longer = OctKey.import_key(SECRET * 4)
    for algorithm in ("HS384", "HS512"):
        assert "HS256" in refusal(portal, signed(told(), longer, algorithm), Site("hr", (), "HS256", (longer,)))
    assert "ES256" in refusal(portal, signed(told(iss="ec"), RSA_KEY, "RS256"), EC)
    assert "RS256" in refusal(portal, signed(told(iss="rsa"), EC_KEY, "ES256"), RSA)


@pytest.mark.parametrize(("site", "key"), [(EC, EC_KEY), (RSA, RSA_KEY)], ids=["ES256", "RS256"])
def test_asvs_9_1_2_a_public_key_is_no_secret_to_sign_with(
    portal: PortalTokens, site: Site, key: ECKey | RSAKey
) -> None:
    """The classic: whoever has the public key signs by HS256 with its text."""
    pem = key.as_pem(private=False)
    for text in (pem, pem.strip(), key.as_der(private=False)):
        message = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(told(iss=site.id))}"
        refusal(portal, f"{message}.{hmac_of(message, text)}", site)


@pytest.mark.parametrize(
    "header",
    [
        {"kid": "../../../../dev/null"},
        {"kid": "/etc/passwd"},
        {"kid": "' OR 1=1 --"},
        {"kid": "k" * 65},
        {"kid": 7},
        {"jku": "https://evil.example/keys.json"},
        {"x5u": "https://evil.example/cert.pem"},
        {"jwk": OctKey.import_key("x" * 32).as_dict()},
        {"jwk": EC_KEY.as_dict(private=False)},
        {"x5c": ["MIIB"]},
        {"crit": ["exp"], "exp": 1},
        {"b64": False, "crit": ["b64"]},
        {"cty": "JWT"},
        {"typ": "at+jwt"},
        {"typ": "secevent+jwt"},
    ],
    ids=str,
)
def test_asvs_9_1_3_nothing_in_a_header_chooses_the_key_or_the_rules(
    portal: PortalTokens, header: dict[str, Any]
) -> None:
    full = {"alg": "HS256", "typ": "JWT", **header}
    message = f"{part(full)}.{part(told())}"
    for secret in (SECRET.encode(), b"x" * 32, b""):
        refusal(portal, f"{message}.{hmac_of(message, secret)}")


@pytest.mark.parametrize("kid", ["2026-11", "hr:1", "a.b_c"])
def test_a_kid_that_names_a_key_is_let_through_and_not_looked_at(portal: PortalTokens, kid: str) -> None:
    assert portal.prove(signed(told(), kid=kid), HR).user == "li.ming"


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"iss": "finance"}, "iss"),
        ({"iss": None}, "iss"),
        ({"iss": ["hr"]}, "iss"),
        ({"aud": "another"}, "aud"),
        ({"aud": None}, "aud"),
        ({"aud": ["reportqa", "another"]}, "aud"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "sub"),
        ({"sub": "  "}, "sub"),
        ({"sub": 7}, "sub"),
        ({"sub": "a\nb"}, "sub"),
        ({"sub": "u" * 201}, "sub"),
        ({"groups": "sales"}, "groups"),
        ({"groups": [1]}, "groups"),
        ({"groups": ["g"] * 201}, "groups"),
        ({"jti": None}, "jti"),
        ({"jti": "short"}, "jti"),
        ({"jti": "有汉字的编号"}, "jti"),
        ({"jti": "j" * 129}, "jti"),
        ({"jti": 12345678}, "jti"),
        ({"iat": None}, "iat"),
        ({"exp": None}, "exp"),
        ({"exp": "soon"}, "exp"),
        ({"exp": True}, "exp"),
        ({"nbf": "now"}, "nbf"),
    ],
    ids=str,
)
def test_asvs_9_2_3_a_token_is_for_this_service_of_this_site_and_says_who(
    portal: PortalTokens, wrong: dict[str, Any], reason: str
) -> None:
    assert refusal(portal, signed(told(**wrong))).startswith(reason)


def test_asvs_9_2_1_a_token_counts_for_its_time_and_a_minute_of_wrong_clocks() -> None:
    begun = int(NOW)
    for issued, life, holds in [
        (begun, 60, True),
        (begun, LIFE_SECONDS, True),
        (begun, LIFE_SECONDS + 1, False),
        (begun, 0, False),
        (begun, -5, False),
        (begun + SKEW_SECONDS, 60, True),
        (begun + SKEW_SECONDS + 1, 60, False),
        (begun - SKEW_SECONDS - 59, 60, True),
        (begun - SKEW_SECONDS - 60, 60, False),
    ]:
        clock = Clock()
        clock.now = begun - 1000.0
        portal = PortalTokens(AUDIENCE, clock=clock)
        clock.now = float(begun)
        token = signed(claims(iat=issued, exp=issued + life))
        if holds:
            portal.prove(token, HR)
        else:
            refusal(portal, token)


def test_asvs_9_2_1_a_token_that_begins_later_is_of_the_future(portal: PortalTokens) -> None:
    assert "future" in refusal(portal, signed(told(nbf=int(NOW) + 1000 + SKEW_SECONDS + 1)))
    assert portal.prove(signed(told(nbf=int(NOW) + 1000)), HR)


def test_a_token_is_good_for_one_exchange(portal: PortalTokens, clock: Clock) -> None:
    token = signed(told(exp=int(NOW) + 1000 + LIFE_SECONDS))
    portal.prove(token, HR)
    for later in (0, 1, LIFE_SECONDS + SKEW_SECONDS - 2):
        clock.now = NOW + 1000 + later
        assert refusal(portal, token) == "it was used before"
    clock.now = NOW + 1000 + LIFE_SECONDS + SKEW_SECONDS
    assert refusal(portal, token) == "it has expired"


def test_a_token_that_is_refused_for_something_else_is_not_used_by_that(portal: PortalTokens) -> None:
    token = signed(told())
    refusal(portal, token, Site("finance", (), "HS256", HR.keys))
    assert portal.prove(token, HR).user == "li.ming"


def test_two_sites_may_have_the_same_ids_of_tokens(portal: PortalTokens) -> None:
    portal.prove(signed(told(jti="12345678")), HR)
    portal.prove(signed(told(jti="12345678", iss="ec"), EC_KEY, "ES256"), EC)


def test_what_was_used_before_a_restart_is_not_taken_again(clock: Clock) -> None:
    token = signed(claims(now=NOW - 5))
    assert "before this service began" in refusal(PortalTokens(AUDIENCE, clock=clock), token)
    assert PortalTokens(AUDIENCE, clock=clock).prove(signed(claims(now=int(NOW))), HR)


@pytest.mark.parametrize(
    "made",
    [
        lambda: "a" * 1_000_000,
        lambda: signed(told(padding="好" * 300_000)),
        lambda: "eyJ." * 300_000,
        lambda: f"{part({'alg': 'HS256', 'kid': 'k' * 9_000})}.{part(told())}.AAAA",
        lambda: f"{part(b'[' * 6_000)}.{part(told())}.AAAA",
    ],
)
def test_a_token_of_a_million_letters_is_refused_before_it_is_read(
    portal: PortalTokens, made: Callable[[], str]
) -> None:
    refusal(portal, made())
    assert TOKEN_CHARS < 10_000


def test_asvs_16_2_5_a_refusal_tells_nothing_of_the_token(
    portal: PortalTokens, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = signed(told(sub="geheim.user", iss="geheim.site", kid="geheim"))
    assert "geheim" not in refusal(portal, token) + caplog.text
    assert token not in caplog.text
