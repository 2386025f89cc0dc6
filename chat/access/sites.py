"""The sites of a portal whose pages may hold ours: what is configured of each, with the keys that prove its tokens.

Everything of a site that the browser is told is public: its page is served before anybody is known.
"""

import os
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs

from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, Key, OctKey, RSAKey
from starlette.types import Scope as Asgi

from chat.access.rejected import Rejected
from chat.config import ConfigError, SiteConfig, SiteLanguage, Theme
from ingest.language import message
from ingest.system_errors import system_reason

Algorithm = Literal["HS256", "ES256", "RS256"]

SECRET_BYTES = 32  # RFC 7518, 3.2: a key of the size of the hash or larger
RSA_BITS = 2048
NO_SITE = message("没有这个站点；请核对嵌入代码里的 data-site 与服务的配置。")

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
# Exact ones: what may frame the page is also what its messages come from, and those are compared as they are.
_ORIGIN = re.compile(r"https?://(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(?::\d{1,5})?")
_PAGES = re.compile(r"/|/chat(?:-en)?/?")


@dataclass(frozen=True, slots=True)
class Site:
    """origins: of its pages, exact. algorithm: the only one its tokens may be signed by. keys: any of which may have signed one.

    title, welcome: in the place of ours, "" for ours. reports: the only ones that are searched for it, empty for all.
    groups: of which its users must have one, empty for everybody whom it vouches for.
    """

    id: str
    origins: tuple[str, ...]
    algorithm: Algorithm
    keys: tuple[Key, ...] = field(repr=False)
    title: str = ""
    welcome: str = ""
    theme: Theme = "auto"
    language: SiteLanguage = "auto"
    reports: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()


class Sites:
    """All of them, by id."""

    def __init__(self, sites: Iterable[Site] = ()) -> None:
        self._by_id = {site.id: site for site in sites}

    def __iter__(self) -> Iterator[Site]:
        return iter(self._by_id.values())

    def named(self, id: str) -> Site | None:
        return self._by_id.get(id)

    def opened(self, scope: Asgi) -> Site | None:
        """The site that a page is opened for, as `?site=` says; None where it is opened for none.

        Raises:
            Rejected: there is no such site.
        """
        query = scope.get("query_string", b"")
        if not query or scope["method"] not in ("GET", "HEAD") or not _PAGES.fullmatch(scope["path"]):
            return None
        named = parse_qs(query.decode("latin-1"), keep_blank_values=True).get("site")
        if named is None:
            return None
        site = self.named(named[0]) if len(named) == 1 else None
        if site is None:
            raise Rejected(404, NO_SITE)
        return site


def sites_of(configured: Iterable[SiteConfig], environ: Mapping[str, str] = os.environ) -> Sites:
    """The configured sites, their secrets from the environment and their public keys from files.

    Raises:
        ConfigError: one of them cannot work; the message names it.
    """
    sites: dict[str, Site] = {}
    for each in configured:
        if not _ID.fullmatch(each.id) or each.id in sites:
            raise ConfigError(
                message(
                    "access.sites 中的 id {id} 应为小写字母、数字、- 与 _，不超过 32 个字符，且各不相同",
                    id=repr(each.id),
                )
            )
        sites[each.id] = _site(each, environ)
    return Sites(sites.values())


def _site(configured: SiteConfig, environ: Mapping[str, str]) -> Site:
    site = configured.id
    if not configured.origins:
        raise ConfigError(
            message(
                '站点 {site}：缺少 origins，即门户页面的来源，如 ["https://portal.example.com"]',
                site=site,
            )
        )
    for origin in configured.origins:
        if not _ORIGIN.fullmatch(origin):
            raise ConfigError(
                message(
                    "站点 {site}：{origin} 不是确切的来源，应形如 https://portal.example.com，小写，不含路径与通配符",
                    site=site,
                    origin=repr(origin),
                )
            )
    if bool(configured.secret_env) is bool(configured.public_key):
        raise ConfigError(
            message("站点 {site}：secret_env（HS256）与 public_key（ES256、RS256）须填写且只填写其一", site=site)
        )
    if configured.secret_env:
        algorithm, keys = _secret(configured.secret_env, site, environ)
    else:
        algorithm, keys = _public(Path(configured.public_key).expanduser(), site)
    return Site(
        configured.id,
        tuple(map(_as_browsers_write, configured.origins)),
        algorithm,
        keys,
        title=configured.title,
        welcome=configured.welcome,
        theme=configured.theme,
        language=configured.language,
        reports=frozenset(configured.reports),
        groups=frozenset(configured.groups),
    )


def _as_browsers_write(origin: str) -> str:
    default = ":443" if origin.startswith("https:") else ":80"
    return origin.removesuffix(default)


def _secret(name: str, site: str, environ: Mapping[str, str]) -> tuple[Algorithm, tuple[Key, ...]]:
    """One secret, or two parted by a blank while the portal goes over from one to the other."""
    secrets = environ.get(name, "").split()
    if not secrets:
        raise ConfigError(
            message(
                "站点 {site}：环境变量 {name} 没有值；它是与门户共有的密钥，可用 openssl rand -hex 32 生成",
                site=site,
                name=name,
            )
        )
    if any(len(secret.encode()) < SECRET_BYTES for secret in secrets):
        raise ConfigError(
            message(
                "站点 {site}：环境变量 {name} 中的密钥太短，至少 {bytes} 个字节",
                site=site,
                name=name,
                bytes=SECRET_BYTES,
            )
        )
    return "HS256", tuple(OctKey.import_key(secret) for secret in secrets)


def _public(path: Path, site: str) -> tuple[Algorithm, tuple[Key, ...]]:
    try:
        pem = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            message("站点 {site}：无法读取 {path}（{reason}）", site=site, path=path, reason=system_reason(error))
        ) from error
    unfit = ConfigError(
        message(
            "站点 {site}：{path} 应为 PEM 格式的公钥：P-256 椭圆曲线（ES256），或不短于 {bits} 位的 RSA（RS256）",
            site=site,
            path=path,
            bits=RSA_BITS,
        )
    )
    if b"PUBLIC KEY" not in pem:
        raise unfit  # a private one has no business here
    kinds: tuple[tuple[Algorithm, type[ECKey] | type[RSAKey]], ...] = (("ES256", ECKey), ("RS256", RSAKey))
    for algorithm, kind in kinds:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SecurityWarning)  # of a short one: it is refused below
                key = kind.import_key(pem)
        except (JoseError, ValueError, TypeError, AttributeError):
            continue  # of the other kind
        if isinstance(key, ECKey) and key.curve_name == "P-256":
            return algorithm, (key,)
        if isinstance(key, RSAKey) and key.public_key.key_size >= RSA_BITS:
            return algorithm, (key,)
    raise unfit
