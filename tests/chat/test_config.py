"""`reportqa.toml`: what may stand in it, what it is without one, and that every slip is named."""

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from chat.config import (
    AccessConfig,
    AnswerConfig,
    Config,
    ConfigError,
    CorpusConfig,
    EncoderConfig,
    GeneratorConfig,
    IndexConfig,
    LimitsConfig,
    LogsConfig,
    ModelsConfig,
    OidcConfig,
    ProxyConfig,
    RecordsConfig,
    RerankerConfig,
    ServerConfig,
    SiteConfig,
    load_config,
    load_generator,
    models_folder,
)
from chat.models.endpoint import Endpoint

EVERYTHING = """
[corpus]
folder = "reports"
[index]
folder = "/var/lib/reportqa"
[models]
folder = "~/models"
[encoder]
model = "BAAI/bge-small-zh-v1.5"
[reranker]
model = "/models/reranker"

[generator]
backend = "openai"
model = "qwen2.5:7b"
path = "/models/own.gguf"
base_url = "http://127.0.0.1:11434/v1"
threads = 4
silence_seconds = 60
[answer]
unproven = "show"
[server]
host = "0.0.0.0"
port = 8080
frame_ancestors = ["https://portal.example.com"]
allowed_hosts = ["reports.example.com", "10.0.0.5"]
editing = "never"
external_url = "https://reports.example.com"
[access]
ways = ["keys", "none"]
editors = ["资料组"]
admins = ["管理组"]
proxies = ["10.0.0.5"]
questions_per_minute = 20
requests_per_minute = 600
audience = "reports"
[access.proxy]
header = "X-Token"
issuer = "https://portal"
audience = "qa"
algorithm = "HS256"
keys = "portal.pem"
user = "name"
groups = "roles"
[access.oidc]
issuer = "https://sso"
client_id = "qa"
scope = "openid"
user = "name"
groups = "roles"
session_hours = 2
[access.groups]
"研发部" = ["ev-2025", "reports/研发/"]
[[access.sites]]
id = "hr"
origins = ["https://portal.example.com"]
secret_env = "REPORTQA_HR_SECRET"
public_key = "hr.pem"
title = "人事问答"
welcome = "问问行业。"
theme = "dark"
language = "en"
reports = ["ev-2025"]
groups = ["sales"]

[limits]
slots = 4
pending = 3
waiting = 64
wait_seconds = 90
answer_seconds = 180

[records]
url = "postgresql+psycopg://db.example.com/reportqa"
questions = true
feedback_days = 730
feedback_most = 5000
feedback_a_minute = 10
usage_days = 90

[logs]
format = "json"
questions = true
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("REPORTQA_CONFIG", raising=False)
    monkeypatch.delenv("REPORTQA_API_KEY", raising=False)


def written(text: str, name: str = "own.toml") -> Path:
    path = Path(name)
    path.write_text(text, "utf-8")
    return path


def test_without_a_file_everything_has_a_default() -> None:
    config = load_config()
    assert config == Config()
    assert (config.corpus.folder, config.index.folder) == ("corpus", ".reportqa/index")
    assert config.encoder.model == "multilingual-e5-small"
    assert (config.generator.backend, config.generator.model) == ("local", "qwen2.5-coder-1.5b-instruct")
    assert (config.server.host, config.server.port) == ("127.0.0.1", 7860)
    assert (config.server.frame_ancestors, config.server.allowed_hosts) == ((), ())


def test_every_key_of_every_section_is_read() -> None:
    config = load_config(written(EVERYTHING))
    assert config == Config(
        CorpusConfig("reports"),
        IndexConfig("/var/lib/reportqa"),
        ModelsConfig("~/models"),
        EncoderConfig("BAAI/bge-small-zh-v1.5"),
        RerankerConfig("/models/reranker"),
        GeneratorConfig("openai", "qwen2.5:7b", "/models/own.gguf", "http://127.0.0.1:11434/v1", 4, 60),
        AnswerConfig("show"),
        ServerConfig(
            "0.0.0.0",
            8080,
            ("https://portal.example.com",),
            ("reports.example.com", "10.0.0.5"),
            "never",
            "https://reports.example.com",
        ),
        AccessConfig(
            ("keys", "none"),
            ("资料组",),
            ("管理组",),
            ProxyConfig("X-Token", "https://portal", "qa", "HS256", "portal.pem", "name", "roles"),
            OidcConfig("https://sso", "qa", "openid", "name", "roles", 2),
            ("10.0.0.5",),
            20,
            600,
            {"研发部": ("ev-2025", "reports/研发/")},
            audience="reports",
            sites=(
                SiteConfig(
                    "hr",
                    ("https://portal.example.com",),
                    "REPORTQA_HR_SECRET",
                    "hr.pem",
                    "人事问答",
                    "问问行业。",
                    "dark",
                    "en",
                    ("ev-2025",),
                    ("sales",),
                ),
            ),
        ),
        LimitsConfig(4, 3, 64, 90, 180),
        RecordsConfig("postgresql+psycopg://db.example.com/reportqa", True, 730, 5000, 10, 90),
        LogsConfig("json", True),
    )
    default = Config()
    for section in fields(Config):
        ours, usual = getattr(config, section.name), getattr(default, section.name)
        same = [item.name for item in fields(ours) if getattr(ours, item.name) == getattr(usual, item.name)]
        assert same == [], f"EVERYTHING leaves {section.name}.{same} at its default"


def test_what_a_section_leaves_out_keeps_its_default() -> None:
    config = load_config(written("[server]\nport = 9000\n"))
    assert config == Config(server=ServerConfig(port=9000))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '[generator]\nmodle = "x"',
            "未知的配置项 generator.modle；可用：backend、base_url、model、path、silence_seconds、threads",
        ),
        (
            "[generater]",
            "未知的配置项 generater；可用：access、answer、corpus、encoder、generator、index、limits、logs、models、records、reranker、server",
        ),
        ("port = 7860", "未知的配置项 port"),
        ("generator = 3", "generator 应写成一节 [generator]"),
        ("[encoder]\nmodel = 5", "encoder.model 应为字符串，实为 5"),
        ("[records]\nquestions = 1", "records.questions 应为布尔值（true 或 false），实为 1"),
        ("[records]\nusage_days = -1", "records.usage_days 应不小于 0，实为 -1"),
        ("[records]\nfeedback_most = 0", "records.feedback_most 应不小于 1，实为 0"),
        ('[server]\nport = "7860"', "server.port 应为整数，实为 '7860'"),
        ("[server]\nport = true", "server.port 应为整数，实为 True"),
        ("[server]\nport = 7860.0", "server.port 应为整数，实为 7860.0"),
        ('[server]\nallowed_hosts = "a.example.com"', "server.allowed_hosts 应为字符串数组"),
        ("[server]\nallowed_hosts = [1]", "server.allowed_hosts 应为字符串数组"),
        ('[generator]\nbackend = "llama"', "generator.backend 应为 local、openai、none 之一，实为 'llama'"),
        ('[generator]\nbackend = ["none"]', "generator.backend 应为 local、openai、none 之一"),
        ('[access]\nways = ["kies"]', "access.ways 应为 loopback、keys、proxy、oidc、none 之一，实为 'kies'"),
        ("[access]\ngroups = 3", "access.groups 应写成一节 [access.groups]"),
        ('[access.groups]\n"研发部" = "ev-2025"', "access.groups.研发部 应为字符串数组"),
        ("[generator", "不是有效的 TOML"),
        (
            '[generator]\nmodel = "multilingual-e5-small"',
            "generator.model 的 multilingual-e5-small 是向量模型；请写在 [encoder] 的 model 中",
        ),
        (
            '[encoder]\nmodel = "qwen3-1.7b"',
            "encoder.model 的 qwen3-1.7b 是生成模型；请写在 [generator] 的 model 中",
        ),
        ('[logs]\nquestions = "yes"', "logs.questions 应为布尔值（true 或 false），实为 'yes'"),
        ("[limits]\nwaiting = 0", "limits.waiting 至少为 1，实为 0"),
        ('[generator]\nbackend = "openai"\nsilence_seconds = -1', "generator.silence_seconds 至少为 1，实为 -1"),
        ("[limits]\nslots = 2", "本地模型一次只答一个问题；limits.slots 应为 1，实为 2"),
    ],
)
def test_a_slip_is_named_with_the_file_and_its_path(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(written(text))
    assert str(caught.value).startswith(f"own.toml：{message}")


def test_text_that_is_not_utf_8_is_said() -> None:
    Path("own.toml").write_bytes('# 配置\n[server]\nhost = "主机"'.encode("gb18030"))
    with pytest.raises(ConfigError, match="不是有效的 TOML"):
        load_config(Path("own.toml"))


def test_a_byte_order_mark_does_no_harm() -> None:
    assert load_config(written("\ufeff[server]\nport = 9000\n")).server.port == 9000


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_file_that_was_named_must_be_there(name: str) -> None:
    with pytest.raises(ConfigError, match=r"无法读取配置.*请检查路径与权限"):
        load_config(Path(name))


def test_the_file_named_comes_before_the_environment_and_that_before_the_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for port, name in enumerate(("reportqa.toml", "environment.toml", "named.toml"), start=1):
        written(f"[server]\nport = {port}\n", name)
    assert load_config().server.port == 1
    monkeypatch.setenv("REPORTQA_CONFIG", "environment.toml")
    assert load_config().server.port == 2
    assert load_config(Path("named.toml")).server.port == 3


def test_a_file_named_by_the_environment_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTQA_CONFIG", "missing.toml")
    with pytest.raises(ConfigError, match=r"missing\.toml"):
        load_config()


def test_nothing_can_be_changed_afterwards() -> None:
    config = load_config(written(EVERYTHING))
    for record in (config, *(getattr(config, item.name) for item in fields(Config))):
        for item in fields(record):
            with pytest.raises(FrozenInstanceError):
                setattr(record, item.name, None)


def test_the_models_folder_may_be_given_from_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/li")
    assert models_folder(Config(models=ModelsConfig("~/models"))) == Path("/home/li/models")


def test_no_generator_is_a_choice() -> None:
    assert load_generator(Config(generator=GeneratorConfig(backend="none"))) is None


def test_an_endpoint_needs_its_address() -> None:
    with pytest.raises(ConfigError, match=r"须填写 generator\.base_url"):
        load_generator(Config(generator=GeneratorConfig(backend="openai")))


def test_the_configured_endpoint_is_the_generator() -> None:
    generator = load_generator(Config(generator=GeneratorConfig("openai", "m", base_url="http://127.0.0.1:1/v1")))
    assert isinstance(generator, Endpoint)
    assert generator.name == "m"


def test_an_own_model_file_that_is_missing_raises(tmp_path: Path) -> None:
    own = GeneratorConfig(path=str(tmp_path / "none.gguf"))
    with pytest.raises(Exception, match=r"none\.gguf：模型文件不存在；请检查配置 generator\.path"):
        load_generator(Config(models=ModelsConfig(str(tmp_path)), generator=own))
