"""`[access]` of the configuration as an `Access`, and the refusal to serve others where it lets nobody in."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from chat.access.access import Access
from chat.access.address import Network, networks_of
from chat.access.caller import Caller, Way
from chat.access.embedding import Embedding
from chat.access.groups import Groups, of_site
from chat.access.keys import KEYS, Keys, KeyStore
from chat.access.limits import Limits
from chat.access.login_routes import CALLBACK, LOGIN, Login
from chat.access.loopback import Loopback, is_loopback
from chat.access.people import READERS, Roles
from chat.access.provider import Client, Provider, is_safe_url
from chat.access.proxy import LONGEST_SECONDS, Proxy
from chat.access.sessions import MOST_PENDING, MOST_SESSIONS, PENDING_SECONDS, Kept, LoggedIn
from chat.access.tokens import Expected, keys_of_file, shared_secret
from chat.config import AccessConfig, Config, ConfigError
from chat.service.live import LiveAssistant
from chat.service.part import Part
from ingest.errors import UserError
from ingest.language import message

PROXY_SECRET = "REPORTQA_PROXY_SECRET"


class Unprotected(UserError):
    """The service would be open to a network, and nobody said to whom."""


def access_of(config: Config, root: Path, *, host: str, login: Login | None = None) -> Access:
    """Who may use a service that listens on host and answers from the index at root. login: as `login_of` gives it.

    Raises:
        Unprotected: it listens beyond this machine, and no way is named by which others are known.
        ConfigError, BadNetwork, BadKey: what is configured makes no sense, a site of the portal among it.
    """
    ways = config.access.ways
    if not is_loopback(host) and set(ways) <= {"loopback"} and not config.access.sites:
        raise Unprotected(
            message(
                "{host} 不是本机地址，同一网络里的人都能打开，而配置没有说谁可以用，因此没有启动。请在 reportqa.toml 的 [access] 中写明："
                'ways = ["keys"]，凭 reportqa key add 发放的密钥使用；或 ways = ["none"]，不问身份，所有人可用。只在本机使用时去掉 --host。',
                host=host,
            )
        )
    proxies = networks_of(config.access.proxies)
    asked: list[Way] = []
    embedding = Embedding.of(config.access) if config.access.sites else None
    if embedding is not None:
        asked.append(embedding.tokens)
    if "keys" in ways:
        asked.append(Keys(KeyStore(root / KEYS)))
    if "proxy" in ways:
        asked.append(_proxy(config, proxies))
    if login is not None:
        asked.append(LoggedIn(login.sessions, login.cookie))
    if "loopback" in ways:
        if any(network.is_loopback for network in proxies):
            raise ConfigError(
                message(
                    "access.proxies 中有本机地址，ways 中就不能有 loopback：本机的反向代理背后，所有人看上去都在本机。请去掉 ways 中的 loopback。"
                )
            )
        asked.append(Loopback())  # last: what a caller says of itself is asked first
    return Access(
        asked,
        everybody=_everybody(config) if "none" in ways else None,
        limits=_limits(config.access),
        proxies=proxies,
        named=(config.access.proxy.header,) if "proxy" in ways else (),
        login=f"{login.home}{LOGIN}" if login is not None else "",
        embedding=embedding,
    )


def login_of(config: Config) -> Login | None:
    """Where people log in; None where they do not.

    Raises:
        ConfigError: what is configured makes no sense.
    """
    oidc, home = config.access.oidc, config.server.external_url.rstrip("/")
    if "oidc" not in config.access.ways:
        return None
    if not oidc.client_id or not is_safe_url(oidc.issuer) or not is_safe_url(home):
        raise ConfigError(
            message(
                "ways 中有 oidc 时，须填写 access.oidc.issuer、access.oidc.client_id 与 server.external_url；两个地址都应以 https:// 开头"
            )
        )
    if oidc.session_hours < 1:
        raise ConfigError(message("access.oidc.session_hours 应为正整数，实为 {hours}", hours=oidc.session_hours))
    client = Client(
        oidc.issuer,
        oidc.client_id,
        os.environ.get("REPORTQA_OIDC_SECRET", ""),
        f"{home}{CALLBACK}",
        scope=oidc.scope,
        user=oidc.user,
        groups=oidc.groups,
    )
    seconds = oidc.session_hours * 3600
    return Login(
        Provider(client, roles=_roles(config)),
        sessions=Kept(seconds=seconds, most=MOST_SESSIONS),
        pending=Kept(seconds=PENDING_SECONDS, most=MOST_PENDING),
        home=home,
        seconds=seconds,
    )


def _proxy(config: Config, proxies: Sequence[Network]) -> Proxy:
    proxy = config.access.proxy
    if not proxies or not proxy.issuer or not proxy.audience or (proxy.algorithm != "HS256" and not proxy.keys):
        raise ConfigError(
            message(
                "ways 中有 proxy 时，须填写 access.proxies、access.proxy.issuer 与 access.proxy.keys（HS256 则设置环境变量 REPORTQA_PROXY_SECRET）"
            )
        )
    if proxy.algorithm == "HS256":
        keys = shared_secret(os.environ.get(PROXY_SECRET, ""), PROXY_SECRET)
    else:
        keys = keys_of_file(Path(proxy.keys).expanduser(), proxy.algorithm)
    expected = Expected(proxy.issuer, proxy.audience, (proxy.algorithm,), longest=LONGEST_SECONDS)
    return Proxy(proxy.header, proxies, keys, expected, roles=_roles(config), user=proxy.user, groups=proxy.groups)


def _roles(config: Config) -> Roles:
    return Roles(frozenset(config.access.editors), frozenset(config.access.admins))


def see_of(config: Config, library: LiveAssistant) -> "Callable[[Caller], LiveAssistant | Part]":
    """What of a library is there for a caller, by the groups of the configuration and the site whose page asks."""
    groups = Groups(config.access.groups)
    sites = {site.id: frozenset(site.reports) for site in config.access.sites}

    def see(caller: Caller) -> LiveAssistant | Part:
        opened = of_site(groups.opened_to(caller), sites.get(caller.site, frozenset()))
        return library if opened is None else Part(library, opened)

    return see


def _limits(access: AccessConfig) -> Limits:
    for name in ("questions_per_minute", "requests_per_minute"):
        if getattr(access, name) < 1:
            raise ConfigError(message("access.{name} 应为正整数，实为 {value}", name=name, value=getattr(access, name)))
    return Limits(questions=access.questions_per_minute, requests=access.requests_per_minute)


def _everybody(config: Config) -> Caller:
    return Caller("open", scopes=READERS | {"reports"} if config.server.editing == "always" else READERS)
