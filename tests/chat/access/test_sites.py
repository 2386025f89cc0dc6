"""The sites of a portal as configured, each slip named before the service starts."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey

from chat.access.configured import access_of
from chat.access.rejected import Rejected
from chat.access.sites import Site, Sites, sites_of
from chat.config import AccessConfig, Config, ConfigError, SiteConfig, load_config
from tests.chat.access.portals import EC_KEY, HR, RSA_KEY

ENVIRON = {"HR_SECRET": "s" * 32}
PORTAL = ("https://portal.example.com",)


def one(environ: dict[str, str] = ENVIRON, **told: object) -> Site:
    config = SiteConfig(**({"id": "hr", "origins": PORTAL, "secret_env": "HR_SECRET"} | told))  # type: ignore[arg-type]
    (site,) = sites_of([config], environ)
    return site


def test_a_site_is_what_the_file_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "reportqa.toml"
    file.write_text(
        '[access]\nways = ["keys"]\naudience = "qa"\n'
        '[[access.sites]]\nid = "hr"\norigins = ["https://portal.example.com:443", "http://localhost:8001"]\n'
        'secret_env = "HR_SECRET"\ntitle = "人事问答"\nwelcome = "问问行业。"\ntheme = "dark"\nlanguage = "en"\n'
        'reports = ["ev-2025"]\ngroups = ["hr"]\n'
        '[[access.sites]]\nid = "sales"\norigins = ["https://sales.example.com"]\nsecret_env = "SALES_SECRET"\n',
        "utf-8",
    )
    monkeypatch.setenv("HR_SECRET", "h" * 32)
    monkeypatch.setenv("SALES_SECRET", "old-secret-old-secret-old-secret new-secret-new-secret-new-secret")
    config = load_config(file)
    assert config.access.audience == "qa"
    hr, sales = sites_of(config.access.sites)
    assert (hr.title, hr.welcome, hr.theme, hr.language) == ("人事问答", "问问行业。", "dark", "en")
    assert (hr.reports, hr.groups) == (frozenset({"ev-2025"}), frozenset({"hr"}))
    # As browsers write them, since messages are compared with them.
    assert hr.origins == ("https://portal.example.com", "http://localhost:8001")
    assert len(sales.keys) == 2
    assert "h" * 32 not in repr(hr)


@pytest.mark.parametrize("table", ["sites = 7", 'sites = ["hr"]', 'sites = [{id = "hr", origin = "x"}]'])
def test_a_table_that_is_none_is_named(tmp_path: Path, table: str) -> None:
    file = tmp_path / "reportqa.toml"
    file.write_text(f"[access]\n{table}\n", "utf-8")
    with pytest.raises(ConfigError, match=r"access\.sites"):
        load_config(file)


def test_a_public_key_says_by_which_algorithm_a_site_signs(tmp_path: Path) -> None:
    for key, algorithm in ((EC_KEY, "ES256"), (RSA_KEY, "RS256")):
        file = tmp_path / f"{algorithm}.pem"
        file.write_bytes(key.as_pem(private=False))
        assert one(secret_env="", public_key=str(file)).algorithm == algorithm
    assert one().algorithm == "HS256"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"id": ""}, "id"),
        ({"id": "../hr"}, "id"),
        ({"id": "人事"}, "id"),
        ({"origins": ()}, "origins"),
        ({"origins": ("https://*.example.com",)}, "通配符"),
        ({"origins": ("*",)}, "确切的来源"),
        ({"origins": ("https://Portal.example.com",)}, "小写"),
        ({"origins": ("https://portal.example.com/",)}, "路径"),
        ({"origins": ("https://portal.example.com; script-src *",)}, "确切的来源"),
        ({"origins": ("javascript:alert(1)",)}, "确切的来源"),
        ({"secret_env": ""}, "只填写其一"),
        ({"public_key": "x.pem"}, "只填写其一"),
        ({"secret_env": "NOT_THERE"}, "NOT_THERE 没有值"),
        ({"secret_env": "SHORT"}, "太短"),
        ({"secret_env": "", "public_key": "/there/is/none.pem"}, "无法读取"),
    ],
    ids=str,
)
def test_a_site_that_cannot_work_keeps_the_service_from_starting(told: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        one(ENVIRON | {"SHORT": "s" * 31}, **told)


@pytest.mark.parametrize(
    "pem",
    [
        EC_KEY.as_pem(private=True),  # of the portal alone
        ECKey.generate_key("P-384").as_pem(private=False),
        b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        rsa.generate_private_key(65537, 1024)
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        b"",
        b"s" * 40,
    ],
)
def test_a_file_that_is_no_fit_public_key_is_refused(tmp_path: Path, pem: bytes) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(pem)
    with pytest.raises(ConfigError, match="PEM 格式的公钥"):
        one(secret_env="", public_key=str(file))


def test_two_sites_do_not_share_an_id() -> None:
    config = SiteConfig("hr", PORTAL, "HR_SECRET")
    with pytest.raises(ConfigError, match="各不相同"):
        sites_of([config, config], ENVIRON)


def opened(path: str, query: str, method: str = "GET") -> Site | None:
    return Sites([HR]).opened({"path": path, "query_string": query.encode(), "method": method})


def test_a_page_is_opened_for_the_site_that_its_address_names() -> None:
    for path in ("/", "/chat", "/chat/", "/chat-en", "/chat-en/"):
        assert opened(path, "site=hr") is HR
        assert opened(path, "__theme=dark&site=hr") is HR
        assert opened(path, "") is None
    assert opened("/chat/gradio_api/queue/join", "site=hr") is None
    assert opened("/reports/ev-2025", "site=hr") is None
    assert opened("/chat/", "site=hr", "POST") is None


@pytest.mark.parametrize("query", ["site=", "site=finance", "site=hr&site=hr", "site=hr%00", "site=HR"])
def test_a_page_is_not_opened_for_a_site_that_is_none(query: str) -> None:
    with pytest.raises(Rejected) as rejected:
        opened("/chat/", query)
    assert rejected.value.status == 404


def test_a_service_that_portals_vouch_for_may_listen_beyond_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HR_SECRET", "h" * 32)
    config = Config(access=AccessConfig(sites=(SiteConfig("hr", PORTAL, "HR_SECRET"),)))
    access = access_of(config, tmp_path, host="0.0.0.0")
    assert access.embedding is not None
