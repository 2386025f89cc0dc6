"""`reportqa.toml` to a frozen `Config`, and the one place where a configured backend is chosen.

Environment variables say only secrets (REPORTQA_API_KEY) and where the file is (REPORTQA_CONFIG).
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin, get_type_hints

from ingest.errors import UserError
from ingest.language import message
from ingest.system_errors import system_reason

if TYPE_CHECKING:
    from chat.models.generation import Generator
    from index.encoder import SentenceEncoder
    from index.rerank import Reranker

AccessWay = Literal["loopback", "keys", "proxy", "oidc", "none"]
Theme = Literal["auto", "light", "dark"]
SiteLanguage = Literal["auto", "zh-CN", "en"]

CONFIG_FILE = "reportqa.toml"
BUNDLED_ENCODER = "multilingual-e5-small"
_ADDRESS = re.compile(r"https?://[^\s/?#@]+(?:/[^\s?#]*)?")
_KINDS = {int: message("整数"), str: message("字符串"), bool: message("布尔值（true 或 false）")}


class ConfigError(UserError):
    """The configuration is wrong; the message names the file, the key and what it may be."""


@dataclass(frozen=True, slots=True)
class CorpusConfig:
    folder: str = "corpus"


@dataclass(frozen=True, slots=True)
class IndexConfig:
    folder: str = ".reportqa/index"


@dataclass(frozen=True, slots=True)
class ModelsConfig:
    """Where fetched models are kept; shared between checkouts, so that a second one fetches nothing."""

    folder: str = "~/.cache/reportqa/models"


@dataclass(frozen=True, slots=True)
class EncoderConfig:
    """model: the bundled encoder's name, a local folder of a SentenceTransformer, or a hub id."""

    model: str = BUNDLED_ENCODER


@dataclass(frozen=True, slots=True)
class RerankerConfig:
    """model: a local folder of a CrossEncoder of sentence-transformers, or a hub id; none where it is empty."""

    model: str = ""


@dataclass(frozen=True, slots=True)
class GeneratorConfig:
    """backend: `local` runs a catalogue model (model) or a GGUF file (path); `openai` asks an endpoint (base_url, model);
    `none` answers with the evidence itself, quoted. silence_seconds: the longest that an endpoint may send nothing."""

    backend: Literal["local", "openai", "none"] = "local"
    model: str = "qwen2.5-coder-1.5b-instruct"
    path: str = ""
    base_url: str = ""
    threads: int = 0  # 0: one for each core
    silence_seconds: int = 30


@dataclass(frozen=True, slots=True)
class AnswerConfig:
    """unproven: a draft with a sentence that its evidence does not bear out is replaced by the evidence (`quote`), goes
    without the sentence (`remove`), or shows it greyed (`show`)."""

    unproven: Literal["quote", "remove", "show"] = "quote"


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """frame_ancestors: origins of pages that may embed this one, such as https://portal.example.com.
    allowed_hosts: names this service may be called by, beside the loopback ones.
    editing: who may add and remove reports on the page and over HTTP: `loopback`, who calls from this machine by a
    loopback name and through no proxy, and whose key or login says so; `always`, everybody who gets in; `never`, nobody.
    external_url: how readers reach the service, such as https://reports.example.com, for links in what programs are
    answered; as each request called it where it is empty. A path in it is a proxy's, which takes it away."""

    host: str = "127.0.0.1"
    port: int = 7860
    frame_ancestors: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    editing: Literal["loopback", "always", "never"] = "loopback"
    external_url: str = ""


@dataclass(frozen=True, slots=True)
class SiteConfig:
    """A site of a portal whose pages hold ours, a `[[access.sites]]` each.

    id: by which its pages name it. origins: of those pages, such as https://portal.example.com.
    secret_env: the environment variable with the secret that its tokens are signed with (HS256); or public_key: the file with the
    public key that proves them (ES256, RS256).
    title, welcome, theme, language: of the page as the site shows it. reports: ids of the only reports that are searched for it, all
    where there are none. groups: of which a user must have one, everybody where there are none.
    """

    id: str = ""
    origins: tuple[str, ...] = ()
    secret_env: str = ""
    public_key: str = ""
    title: str = ""
    welcome: str = ""
    theme: Theme = "auto"
    language: SiteLanguage = "auto"
    reports: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProxyConfig:
    """header: that carries the proxy's token (JWT). issuer, audience: what it says. algorithm, keys: its signature, and a file with the
    public key (PEM or JWKS); for HS256 the secret is REPORTQA_PROXY_SECRET. user, groups: the claims that tell them."""

    header: str = "X-Portal-Token"
    issuer: str = ""
    audience: str = "reportqa"
    algorithm: Literal["HS256", "RS256", "PS256", "ES256", "EdDSA"] = "RS256"
    keys: str = ""
    user: str = "sub"
    groups: str = "groups"


@dataclass(frozen=True, slots=True)
class OidcConfig:
    """issuer: of the company's login (OpenID Connect). client_id: what we are to it; its secret, if any, is REPORTQA_OIDC_SECRET.
    scope: asked of it. user, groups: the claims that tell them. session_hours: how long one login lasts."""

    issuer: str = ""
    client_id: str = ""
    scope: str = "openid profile"
    user: str = "sub"
    groups: str = "groups"
    session_hours: int = 8


@dataclass(frozen=True, slots=True)
class AccessConfig:
    """ways: by which callers are known: `loopback`, who sits at this machine; `keys`, programs, by `reportqa key add`;
    `proxy`, those for whom a reverse proxy vouches; `oidc`, those who log in; and `none`, nobody is asked, which has to be said.
    Users of `sites` are known by their tokens in any case.
    editors: groups whose members may add and remove reports. admins: those that may do everything.
    proxies: networks (CIDR) of the reverse proxies in front of the service, whose X-Forwarded-For counts.
    groups: which reports the members of each may see, as ids or as folders of the corpus with a `/` at their end; `*` is every report, and
    as a group everybody. Without any, all reports are there for all who get in.
    questions_per_minute: of each caller; a key may have its own. requests_per_minute: of each address.
    audience: what a token of a site must be made for."""

    ways: tuple[AccessWay, ...] = ("loopback",)
    editors: tuple[str, ...] = ()
    admins: tuple[str, ...] = ()
    proxy: ProxyConfig = field(default_factory=ProxyConfig)
    oidc: OidcConfig = field(default_factory=OidcConfig)
    proxies: tuple[str, ...] = ()
    questions_per_minute: int = 10
    requests_per_minute: int = 300
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    audience: str = "reportqa"
    sites: tuple[SiteConfig, ...] = ()


@dataclass(frozen=True, slots=True)
class LimitsConfig:
    """slots: answers that reach the model at once; more than one for an endpoint only. pending: questions that one caller may have
    under way. waiting: those that may wait for the model, of all callers. wait_seconds: the longest that one waits.
    answer_seconds: the longest that the model writes."""

    slots: int = 1
    pending: int = 2
    waiting: int = 32
    wait_seconds: int = 60
    answer_seconds: int = 120


@dataclass(frozen=True, slots=True)
class RecordsConfig:
    """What is kept of use.

    url: the database, as SQLAlchemy writes it (postgresql+psycopg://host/name); empty: an SQLite file beside the index.
    questions: whether what was asked is kept with its usage, or only that something was.
    feedback_days, usage_days: how long rows are kept; 0: as long as there is room. feedback_most: how many verdicts at most.
    feedback_a_minute: how many verdicts one caller may give.
    """

    url: str = ""
    questions: bool = False
    feedback_days: int = 0
    feedback_most: int = 20_000
    feedback_a_minute: int = 30
    usage_days: int = 365


@dataclass(frozen=True, slots=True)
class LogsConfig:
    """What is told on standard error while the service runs. format: `text` for people; `json`, an object a line, for what collects
    logs. questions: whether with the words of questions, which stand nowhere else in it."""

    format: Literal["text", "json"] = "text"
    questions: bool = False


@dataclass(frozen=True, slots=True)
class Config:
    corpus: CorpusConfig = field(default_factory=CorpusConfig)
    index: IndexConfig = field(default_factory=IndexConfig)
    models: ModelsConfig = field(default_factory=ModelsConfig)
    encoder: EncoderConfig = field(default_factory=EncoderConfig)
    reranker: RerankerConfig = field(default_factory=RerankerConfig)
    generator: GeneratorConfig = field(default_factory=GeneratorConfig)
    answer: AnswerConfig = field(default_factory=AnswerConfig)
    server: ServerConfig = field(default_factory=ServerConfig)
    access: AccessConfig = field(default_factory=AccessConfig)
    limits: LimitsConfig = field(default_factory=LimitsConfig)
    records: RecordsConfig = field(default_factory=RecordsConfig)
    logs: LogsConfig = field(default_factory=LogsConfig)


def load_config(path: Path | None = None) -> Config:
    """The configuration of a file: path, else $REPORTQA_CONFIG, else ./reportqa.toml where there is one, else defaults.

    Raises:
        ConfigError: a file named is missing, is no TOML, or holds an unknown key, a value of the wrong type, or a model of the
            wrong kind.
    """
    named = path or (Path(os.environ["REPORTQA_CONFIG"]) if os.environ.get("REPORTQA_CONFIG") else None)
    file = named or Path(CONFIG_FILE)
    if named is None and not file.exists():
        return Config()
    try:
        table = tomllib.loads(file.read_text("utf-8-sig"))  # Notepad writes a byte order mark
    except OSError as error:
        raise ConfigError(
            message("{file}：无法读取配置（{reason}）；请检查路径与权限", file=file, reason=system_reason(error))
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(message("{file}：不是有效的 TOML（{error}）", file=file, error=error)) from error
    config: Config = _record(Config, table, file, "")
    _check_kinds(config, file)
    _check_limits(config, file)
    if config.server.external_url and not _ADDRESS.fullmatch(config.server.external_url):
        raise ConfigError(
            message("{file}：server.external_url 应是服务对外的地址，形如 https://reports.example.com", file=file)
        )
    _check_kept(config.records, file)
    return config


def _check_kinds(config: Config, file: Path) -> None:
    """An encoder cannot write and a generator cannot encode: a name in the wrong section is one before anything loads.

    An endpoint's models bear its own names.
    """
    from chat.models.catalogue import CATALOGUE  # noqa: PLC0415 - as below

    kinds = {model.name: model.kind for model in CATALOGUE}
    if kinds.get(config.encoder.model) == "generator":
        raise ConfigError(
            message(
                "{file}：encoder.model 的 {model} 是生成模型；请写在 [generator] 的 model 中",
                file=file,
                model=config.encoder.model,
            )
        )
    if config.generator.backend == "local" and kinds.get(config.generator.model) == "encoder":
        raise ConfigError(
            message(
                "{file}：generator.model 的 {model} 是向量模型；请写在 [encoder] 的 model 中",
                file=file,
                model=config.generator.model,
            )
        )


def _check_limits(config: Config, file: Path) -> None:
    limits = config.limits
    for limit in fields(limits):
        if getattr(limits, limit.name) < 1:
            raise ConfigError(
                message(
                    "{file}：limits.{name} 至少为 1，实为 {value}",
                    file=file,
                    name=limit.name,
                    value=getattr(limits, limit.name),
                )
            )
    if config.generator.silence_seconds < 1:
        raise ConfigError(
            message(
                "{file}：generator.silence_seconds 至少为 1，实为 {value}",
                file=file,
                value=config.generator.silence_seconds,
            )
        )
    if limits.slots > 1 and config.generator.backend == "local":
        raise ConfigError(
            message(
                "{file}：本地模型一次只答一个问题；limits.slots 应为 1，实为 {value}", file=file, value=limits.slots
            )
        )


def _check_kept(records: RecordsConfig, file: Path) -> None:
    least = {"feedback_days": 0, "feedback_most": 1, "feedback_a_minute": 1, "usage_days": 0}
    for name, lowest in least.items():
        if (value := getattr(records, name)) < lowest:
            raise ConfigError(
                message(
                    "{file}：records.{name} 应不小于 {lowest}，实为 {value}",
                    file=file,
                    name=name,
                    lowest=lowest,
                    value=value,
                )
            )


def _record(kind: Any, table: Mapping[str, Any], file: Path, path: str) -> Any:
    hints = get_type_hints(kind)
    known = {item.name for item in fields(kind)}
    values = {}
    for key, value in table.items():
        where = f"{path}{key}"
        if key not in known:
            raise ConfigError(
                message("{file}：未知的配置项 {where}；可用：{known}", file=file, where=where, known=sorted(known))
            )
        values[key] = _value(hints[key], value, file, where)
    return kind(**values)


def _value(hint: Any, value: Any, file: Path, where: str) -> Any:
    if is_dataclass(hint):
        if not isinstance(value, dict):
            raise ConfigError(message("{file}：{where} 应写成一节 [{where}]", file=file, where=where))
        return _record(hint, value, file, f"{where}.")
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            raise ConfigError(
                message(
                    "{file}：{where} 应为 {choices} 之一，实为 {value}",
                    file=file,
                    where=where,
                    choices=get_args(hint),
                    value=repr(value),
                )
            )
        return value
    if get_origin(hint) is Mapping:
        if not isinstance(value, dict):
            raise ConfigError(message("{file}：{where} 应写成一节 [{where}]", file=file, where=where))
        _, item = get_args(hint)
        return {key: _value(item, each, file, f"{where}.{key}") for key, each in value.items()}
    if get_origin(hint) is tuple:
        return _values(get_args(hint)[0], value, file, where)
    assert get_origin(hint) not in (Union, UnionType)
    if not isinstance(value, hint) or isinstance(value, bool) is not (hint is bool):
        raise ConfigError(
            message(
                "{file}：{where} 应为{kind}，实为 {value}",
                file=file,
                where=where,
                kind=_KINDS[hint],
                value=repr(value),
            )
        )
    return value


def _values(kind: Any, value: Any, file: Path, where: str) -> tuple[Any, ...]:
    """An array, of sections or of texts."""
    if is_dataclass(kind):
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise ConfigError(message("{file}：{where} 应写成一节或多节 [[{where}]]", file=file, where=where))
        return tuple(_record(kind, each, file, f"{where}.") for each in value)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ConfigError(
            message('{file}：{where} 应为字符串数组，如 ["https://portal.example.com"]', file=file, where=where)
        )
    if get_origin(kind) is Literal:
        for each in value:
            _value(kind, each, file, where)
    return tuple(value)


def models_folder(config: Config) -> Path:
    return Path(config.models.folder).expanduser()


def load_encoder(config: Config) -> "SentenceEncoder":
    """The configured encoder; the bundled one from its folder, which `reportqa model fetch` makes."""
    from chat.models.catalogue import find_model  # noqa: PLC0415 - nothing of this is needed for `--help`
    from chat.models.fetching import locate  # noqa: PLC0415
    from index.encoder import SentenceEncoder  # noqa: PLC0415

    if config.encoder.model == BUNDLED_ENCODER:
        folder = locate(find_model(BUNDLED_ENCODER), models_folder(config))
        return SentenceEncoder.load(str(folder), name=BUNDLED_ENCODER)
    return SentenceEncoder.load(config.encoder.model)


def load_reranker(config: Config) -> "Reranker | None":
    """The configured reranker; None where none is."""
    if not config.reranker.model:
        return None
    from index.rerank import Reranker  # noqa: PLC0415

    return Reranker.load(config.reranker.model)


def load_generator(config: Config) -> "Generator | None":
    """The configured generator; None where answers are to be quotes alone.

    Raises:
        ConfigError: a key that this backend needs is missing.
        ModelUnavailable, ModelAltered: the model file is not there or not the one it should be.
    """
    from chat.models.catalogue import find_model  # noqa: PLC0415 - as above
    from chat.models.fetching import locate, locate_path  # noqa: PLC0415

    chosen = config.generator
    match chosen.backend:
        case "none":
            return None
        case "openai":
            from chat.models.endpoint import Endpoint  # noqa: PLC0415

            if not chosen.base_url:
                raise ConfigError(
                    message("generator.backend 为 openai 时须填写 generator.base_url，如 http://127.0.0.1:11434/v1")
                )
            return Endpoint(
                chosen.base_url,
                chosen.model,
                api_key=os.environ.get("REPORTQA_API_KEY", ""),
                silence_seconds=chosen.silence_seconds,
            )
        case "local":
            from chat.models.local_model import LocalModel  # noqa: PLC0415

            folder = models_folder(config)
            path = (
                locate_path(Path(chosen.path).expanduser(), folder)
                if chosen.path
                else locate(find_model(chosen.model), folder)
            )
            return LocalModel(path, threads=chosen.threads or os.cpu_count() or 1)
