"""`[access]` of the configuration as an `Access`, and the refusal to serve others where it lets nobody in."""

from collections.abc import Callable
from pathlib import Path

from chat.access.access import Access
from chat.access.address import networks_of
from chat.access.caller import Caller, Scope, Way
from chat.access.embedding import Embedding
from chat.access.groups import Groups, within
from chat.access.keys import KEYS, Keys, KeyStore
from chat.access.limits import Limits
from chat.access.loopback import Loopback, is_loopback
from chat.config import AccessConfig, Config, ConfigError
from chat.live import LiveAssistant
from chat.part import Part
from ingest.errors import UserError
from ingest.language import message


class Unprotected(UserError):
    """The service would be open to a network, and nobody said to whom."""


def access_of(config: Config, root: Path, *, host: str) -> Access:
    """Who may use a service that listens on host and answers from the index at root.

    Raises:
        Unprotected: it listens beyond this machine, and no way is named by which others are known.
        ConfigError, BadNetwork: what is configured makes no sense, a site of the portal among it.
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
    asked: list[Way] = []
    embedding = Embedding.of(config.access) if config.access.sites else None
    if embedding is not None:
        asked.append(embedding.tokens)
    if "keys" in ways:
        asked.append(Keys(KeyStore(root / KEYS)))
    if "loopback" in ways:
        asked.append(Loopback())  # last: what a caller says of itself is asked first
    return Access(
        asked,
        everybody=_everybody(config) if "none" in ways else None,
        limits=_limits(config.access),
        embedding=embedding,
        proxies=networks_of(config.access.proxies),
    )


def see_of(config: Config, library: LiveAssistant) -> "Callable[[Caller], LiveAssistant | Part]":
    """What of a library is there for a caller: by the groups of the configuration, and of a portal's site the reports it is for."""
    groups = Groups(config.access.groups)
    of_sites = {site.id: frozenset(site.reports) for site in config.access.sites if site.reports}

    def see(caller: Caller) -> LiveAssistant | Part:
        opened = within(groups.opened_to(caller), of_sites.get(caller.site))
        return library if opened is None else Part(library, opened)

    return see


def _limits(access: AccessConfig) -> Limits:
    for name in ("questions_per_minute", "requests_per_minute"):
        if getattr(access, name) < 1:
            raise ConfigError(message("access.{name} 应为正整数，实为 {value}", name=name, value=getattr(access, name)))
    return Limits(questions=access.questions_per_minute, requests=access.requests_per_minute)


def _everybody(config: Config) -> Caller:
    readers: frozenset[Scope] = frozenset({"ask", "search"})
    return Caller("open", scopes=readers | {"reports"} if config.server.editing == "always" else readers)
