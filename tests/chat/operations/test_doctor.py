"""Each thing that a machine can lack is told with its way out, and a run that would leave the machine fails."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from chat.cli import main
from chat.config import AccessConfig, Config, GeneratorConfig, ModelsConfig, ServerConfig
from chat.models.catalogue import DEFAULT_ENCODER
from chat.operations.doctor import (
    Finding,
    configuration_finding,
    disk_finding,
    index_finding,
    libraries_finding,
    memory_finding,
    models_findings,
    offline_verdict,
    packages_finding,
    port_finding,
    processor_finding,
    python_finding,
)
from chat.operations.rehearsal import Rehearsed
from chat.service.server import listen
from index.about import About, write_about
from index.versions import commit

GB = 1 << 30
QUOTING = Config(generator=GeneratorConfig(backend="none"))


def test_every_shortcoming_has_a_way_out(tmp_path: Path) -> None:
    nothing = replace(QUOTING, models=ModelsConfig(str(tmp_path)))
    shortcomings = [
        python_finding((3, 9)),
        packages_finding("no-such-package-here"),
        libraries_finding(("no_such_module",)),
        *models_findings(nothing),
        index_finding(nothing, tmp_path),
        configuration_finding(nothing, tmp_path, "0.0.0.0"),
        memory_finding(nothing, 100 << 20),
        port_finding("203.0.113.9", 7860),
        offline_verdict(Rehearsed((), "没有模型", ())),
    ]
    assert {finding.verdict for finding in shortcomings} == {"failed"}
    assert [finding.name for finding in shortcomings if not finding.told or not finding.way_out] == []


def test_what_is_there_passes() -> None:
    assert python_finding((3, 13)).verdict == "passed"
    assert packages_finding("packaging").verdict == "passed"
    assert libraries_finding(("json",)).verdict == "passed"


def test_a_missing_library_is_named_with_the_package_that_has_it() -> None:
    finding = libraries_finding(("no_such_module",))
    assert "no_such_module" in finding.told
    assert "apt install libgomp1" in finding.way_out


def committed(root: Path, about: About) -> None:
    def save(folder: Path) -> None:
        folder.mkdir()
        write_about(folder, about)

    commit(root, save)


@pytest.mark.parametrize(
    ("about", "verdict", "said"),
    [
        (About(DEFAULT_ENCODER, 384, 352, code="old"), "warning", "由另一版程序建立"),
        (About(DEFAULT_ENCODER, 384, 0), "warning", "0 段"),
        (About("another", 384, 352), "failed", "向量模型 another"),
        (About(DEFAULT_ENCODER, 384, 352, format=1), "failed", "索引格式是第 1 版"),
    ],
)
def test_an_index_is_of_this_version_and_this_encoder(tmp_path: Path, about: About, verdict: str, said: str) -> None:
    committed(tmp_path, about)
    finding = index_finding(Config(), tmp_path)
    assert finding.verdict == verdict
    assert said in finding.told


def test_a_damaged_index_fails_and_says_how_to_build_it_anew(tmp_path: Path) -> None:
    committed(tmp_path, About(DEFAULT_ENCODER, 384, 352))
    (tmp_path / "version-000001" / "about.json").write_text("{}")
    finding = index_finding(Config(), tmp_path)
    assert (finding.verdict, finding.way_out) == ("failed", "请运行 reportqa build --rebuild")


def test_an_open_service_is_a_warning_and_an_unprotected_one_a_failure(tmp_path: Path) -> None:
    opened = Config(access=AccessConfig(ways=("none",)))
    assert configuration_finding(opened, tmp_path, "0.0.0.0").verdict == "warning"
    assert configuration_finding(Config(), tmp_path, "0.0.0.0").verdict == "failed"
    assert configuration_finding(Config(), tmp_path, "127.0.0.1").verdict == "passed"
    wrong = Config(server=ServerConfig(frame_ancestors=("portal",)))
    assert configuration_finding(wrong, tmp_path, "127.0.0.1").verdict == "failed"


@pytest.mark.parametrize(("available", "verdict"), [(5 * GB, "passed"), (3 * GB, "warning"), (GB, "failed")])
def test_memory_is_told_by_what_the_configured_model_needs(available: int, verdict: str) -> None:
    assert memory_finding(Config(), available).verdict == verdict
    assert memory_finding(QUOTING, 3 * GB).verdict == "passed"


def test_a_processor_without_wide_registers_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    assert processor_finding("flags : sse2 avx2 fma\n").verdict == "passed"
    assert "avx2" in processor_finding("flags : sse2\n").told
    assert processor_finding("").verdict == "passed"


def test_a_port_in_use_is_a_warning_since_the_service_may_be_what_uses_it() -> None:
    with listen("127.0.0.1", 0) as taken:
        assert port_finding("127.0.0.1", taken.getsockname()[1]).verdict == "warning"
    assert port_finding("127.0.0.1", 0).verdict == "passed"


def test_a_folder_that_is_still_to_be_made_is_looked_for_above(tmp_path: Path) -> None:
    assert str(tmp_path) in disk_finding(tmp_path / "not" / "there").told


def test_an_attempt_to_leave_the_machine_fails_though_everything_went_well() -> None:
    finding = offline_verdict(Rehearsed(("载入", "页面", "检索", "回答"), "", ("hub.invalid", "hub.invalid")))
    assert finding == Finding(
        "离线",
        "failed",
        "试图连接 hub.invalid（已完成：载入、页面、检索、回答）",
        "请改为本机的服务：检查 [generator] base_url、[encoder]、[reranker] 与代理的环境变量",
    )


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A library with an index, by the bundled encoder, and quotes for answers."""
    (tmp_path / "corpus" / "reports").mkdir(parents=True)
    (tmp_path / "corpus" / "reports" / "cars.md").write_text(
        "# 新能源汽车产业报告\n\n## 一、产销\n\n2024年新能源汽车销量1286.6万辆，同比增长35.5%。\n", "utf-8"
    )
    (tmp_path / "reportqa.toml").write_text(
        f'[corpus]\nfolder = "{tmp_path}/corpus"\n[index]\nfolder = "{tmp_path}/index"\n[generator]\nbackend = "none"\n'
    )
    assert main(["--config", str(tmp_path / "reportqa.toml"), "build"]) == 0
    return tmp_path


@pytest.mark.model
def test_a_whole_run_stays_on_this_machine_and_one_that_asks_a_model_elsewhere_fails(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def doctor() -> tuple[int, dict[str, dict[str, str]]]:
        code = main(["--config", str(site / "reportqa.toml"), "doctor", "--offline", "--json", "--port", "0"])
        return code, {told["name"]: told for told in map(json.loads, capsys.readouterr().out.splitlines())}

    capsys.readouterr()
    code, told = doctor()
    assert (code, told["离线"]["verdict"], told["索引"]["verdict"]) == (0, "passed", "passed")
    elsewhere = '[generator]\nbackend = "openai"\nbase_url = "http://192.0.2.1:11434/v1"\n'
    config = (site / "reportqa.toml").read_text().replace('[generator]\nbackend = "none"\n', elsewhere)
    (site / "reportqa.toml").write_text(config)
    code, told = doctor()
    assert (code, told["离线"]["verdict"]) == (1, "failed")
    assert "192.0.2.1" in told["离线"]["told"]
