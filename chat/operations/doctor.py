"""Whether this machine can run the service, checked thing by thing; each finding says what is there and, where it falls short, the way out."""

import json
import os
import platform
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Literal

from chat.config import BUNDLED_ENCODER, Config, models_folder
from chat.models.catalogue import find_model
from chat.operations.rehearsal import Rehearsed
from ingest.errors import UserError
from ingest.system_errors import system_reason

Verdict = Literal["passed", "warning", "failed"]

DISTRIBUTION = "reportqa"
# Those with native parts, which an installation can have and a machine still cannot load.
NATIVE = ("numpy", "faiss", "onnxruntime", "torch", "xllamacpp", "pypdfium2", "lxml.etree")
PYTHONS = ((3, 11), (3, 13))
DISK_BYTES = 2 << 30  # an index of 100,000 passages, twice while it is replaced, and room for logs
LEAST_DISK_BYTES = 300 << 20
# Measured: 3.4 GB at most with the default model (docs/operations.md); a third of it is the model itself.
MEMORY_BYTES = {"local": 4 << 30, "openai": 2 << 30, "none": 2 << 30}
REHEARSAL_SECONDS = 300
CPU_FEATURES = ("avx2", "fma")


@dataclass(frozen=True, slots=True)
class Finding:
    """told: what is there. way_out: what to do, "" where nothing has to be done."""

    name: str
    verdict: Verdict
    told: str
    way_out: str = ""


def examine(config: Config, root: Path, *, host: str, port: int) -> Iterator[Finding]:
    """Everything but the rehearsal, each as soon as it is known: a model of 1 GB is read in full."""
    yield python_finding(sys.version_info[:2])
    yield packages_finding()
    yield libraries_finding()
    yield from models_findings(config)
    yield index_finding(config, root)
    yield configuration_finding(config, root, host)
    yield disk_finding(root)
    yield memory_finding(config, available_memory())
    yield processor_finding(_proc("cpuinfo"))
    yield port_finding(host, port)


def python_finding(running: tuple[int, int]) -> Finding:
    told = f"Python {'.'.join(map(str, running))}，{platform.system()} {platform.machine()}"
    if PYTHONS[0] <= running <= PYTHONS[1]:
        return Finding("Python", "passed", told)
    return Finding("Python", "failed", told, "请用 Python 3.11 至 3.13 重新安装")


def packages_finding(of: str = DISTRIBUTION) -> Finding:
    """Whether every package that this one asks for is there, in a version that it asks for."""
    from packaging.requirements import Requirement  # noqa: PLC0415

    try:
        wanted = [Requirement(line) for line in requires(of) or ()]
    except PackageNotFoundError:
        return Finding("软件包", "failed", f"{of} 没有安装", "请运行 pip install，或 make install")
    wanted = [each for each in wanted if each.marker is None or each.marker.evaluate({"extra": ""})]
    wrong = []
    for each in wanted:
        try:
            if not each.specifier.contains(version(each.name), prereleases=True):
                wrong.append(f"{each.name} {version(each.name)}（需要 {each.specifier}）")
        except PackageNotFoundError:
            wrong.append(f"{each.name}（没有安装）")
    if wrong:
        return Finding("软件包", "failed", "、".join(wrong), f"请重新安装：pip install {of}")
    return Finding("软件包", "passed", f"{of} {version(of)} 与所需的 {len(wanted)} 个包")


def libraries_finding(modules: tuple[str, ...] = NATIVE) -> Finding:
    wrong = []
    for name in modules:
        try:
            import_module(name)
        except (ImportError, OSError) as error:
            wrong.append(f"{name}：{error}")
    if wrong:
        return Finding(
            "本机库", "failed", "；".join(wrong), "缺 libgomp.so.1 时请 apt install libgomp1；否则请重新安装这些包"
        )
    return Finding("本机库", "passed", "、".join(modules))


def models_findings(config: Config) -> Iterator[Finding]:
    """Each model file that the configuration needs, read in full and compared with its sha256."""
    from chat.models.fetching import locate_path, verify  # noqa: PLC0415

    folder, chosen = models_folder(config), config.generator
    names = [config.encoder.model] if config.encoder.model == BUNDLED_ENCODER else []
    if chosen.backend == "local" and not chosen.path:
        names.append(chosen.model)
    for name in names:
        yield _model_finding(name, lambda name=name: verify(find_model(name), folder))  # type: ignore[misc]
    if chosen.backend == "local" and chosen.path:
        yield _model_finding(chosen.path, lambda: str(locate_path(Path(chosen.path).expanduser(), folder)))


def _model_finding(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding("模型", "passed", f"{name}，sha256 {check()[:12]}…" if name else "")
    except (UserError, OSError) as error:
        told, _, way_out = _reason(error).partition("；")
        return Finding("模型", "failed", told, way_out or f"请运行 reportqa model fetch {name}")


def index_finding(config: Config, root: Path) -> Finding:
    """Whether the index that is served is whole, of this version and this encoder, and has something in it."""
    from chat.setup import encoder_name  # noqa: PLC0415
    from index.about import check_format, read_about  # noqa: PLC0415
    from index.versions import current_version  # noqa: PLC0415

    try:
        folder = current_version(root)
        about = read_about(folder)
        check_format(about)
    except (UserError, OSError, ValueError, TypeError) as error:
        told, _, way_out = _reason(error).partition("；")
        return Finding("索引", "failed", told, way_out or "请运行 reportqa build --rebuild")
    told = f"{folder.name}，{about.passages:,} 段，向量模型 {about.encoder}"
    if about.encoder != (wanted := encoder_name(config)):
        return Finding("索引", "failed", told, f"配置的向量模型是 {wanted}；请运行 reportqa build --rebuild")
    if not about.passages:
        return Finding("索引", "warning", told, "资料库是空的；请用 reportqa add 添加报告")
    if not about.made_by(wanted):
        return Finding("索引", "warning", f"{told}，由另一版程序建立", "可以使用；运行 reportqa build 会更新它")
    return Finding("索引", "passed", told)


def configuration_finding(config: Config, root: Path, host: str) -> Finding:
    """Whether the service would start with it."""
    from urllib.parse import urlsplit  # noqa: PLC0415

    from chat.access.configured import access_of  # noqa: PLC0415
    from chat.operations.below import Below  # noqa: PLC0415
    from chat.service.guard import Guard  # noqa: PLC0415

    async def nothing(*_: object) -> None:
        pass

    try:
        access_of(config, root, host=host)
        Guard(Below(nothing, urlsplit(config.server.external_url).path), frame_ancestors=config.server.frame_ancestors)
    except UserError as error:
        return Finding("配置", "failed", str(error), "请按提示修改 reportqa.toml")
    ways = "、".join(config.access.ways)
    told = f"监听 {host}，身份方式 {ways}，日志 {config.logs.format}"
    if "none" in config.access.ways:
        return Finding("配置", "warning", told, "[access] ways 含 none：能连到这个地址的人都可以使用")
    return Finding("配置", "passed", told)


def disk_finding(root: Path) -> Finding:
    """Room where the index is, or will be; and whether it may be written."""
    there = next(folder for folder in (root, *root.absolute().parents) if folder.is_dir())
    free = shutil.disk_usage(there).free
    told = f"{there}：剩余 {free / 2**30:.1f} GB"
    if not os.access(there, os.W_OK | os.X_OK):
        return Finding("磁盘", "failed", f"{there}：不能写入", "请检查这个文件夹的所有者与权限")
    if free < LEAST_DISK_BYTES:
        return Finding("磁盘", "failed", told, "请腾出空间")
    if free < DISK_BYTES:
        return Finding("磁盘", "warning", told, f"更新索引时新旧两版并存，建议至少 {DISK_BYTES >> 30} GB")
    return Finding("磁盘", "passed", told)


def memory_finding(config: Config, available: int | None) -> Finding:
    """available: bytes, None where the system does not tell."""
    wanted = MEMORY_BYTES[config.generator.backend]
    if available is None:
        return Finding("内存", "warning", "无法得知", f"需要 {wanted >> 30} GB 可用内存")
    told = f"可用 {available / 2**30:.1f} GB，建议 {wanted >> 30} GB"
    if available < wanted // 2:
        return Finding("内存", "failed", told, '请增加内存，或在 [generator] 中改用较小的模型或 backend = "none"')
    if available < wanted:
        return Finding("内存", "warning", told, "同时有别的程序在用时可能不够")
    return Finding("内存", "passed", told)


def available_memory() -> int | None:
    """Bytes that a program may still take: of the machine, or of the container where that is less."""
    told = dict(line.split(":", 1) for line in _proc("meminfo").splitlines() if ":" in line)
    here = int(told["MemAvailable"].split()[0]) * 1024 if "MemAvailable" in told else None
    cgroup = Path("/sys/fs/cgroup")
    try:
        left = int((cgroup / "memory.max").read_text()) - int((cgroup / "memory.current").read_text())
    except (OSError, ValueError):  # no such limit
        return here
    return left if here is None else min(left, here)


def processor_finding(cpuinfo: str) -> Finding:
    """cpuinfo: as Linux has it in /proc; "" elsewhere."""
    cores = os.cpu_count() or 1
    flags = next((line.split(":", 1)[1].split() for line in cpuinfo.splitlines() if line.startswith("flags")), None)
    lacking = [feature for feature in CPU_FEATURES if flags is not None and feature not in flags]
    if lacking and platform.machine() in ("x86_64", "AMD64"):
        return Finding("处理器", "warning", f"{cores} 核，没有 {'、'.join(lacking)}", "可以运行，但回答会慢得多")
    if cores < 2:
        return Finding("处理器", "warning", f"{cores} 核", "建议至少 2 核")
    return Finding("处理器", "passed", f"{cores} 核")


def port_finding(host: str, port: int) -> Finding:
    from chat.service.server import PortInUse, listen  # noqa: PLC0415

    try:
        listen(host, port).close()
    except PortInUse:
        return Finding(
            "端口", "warning", f"{host}:{port} 已被占用", "服务若正在运行则属正常；否则请用 --port 换一个端口"
        )
    except (OSError, OverflowError, socket.gaierror) as error:
        return Finding("端口", "failed", f"{host}:{port}：{_reason(error)}", "请检查 [server] 的 host 与 port")
    return Finding("端口", "passed", f"{host}:{port} 可用")


def offline_finding(config_file: str, root: Path) -> Finding:
    """A whole run in a process of its own, where nothing beyond this machine may be reached."""
    command = [sys.executable, "-m", "chat.operations.rehearsal", config_file, str(root)]
    try:
        run = subprocess.run(
            command, capture_output=True, encoding="utf-8", timeout=REHEARSAL_SECONDS, check=True, errors="replace"
        )
        told = json.loads(run.stdout)
    except subprocess.TimeoutExpired:
        return Finding("离线", "failed", f"{REHEARSAL_SECONDS} 秒内没有完成", "请查看机器是否过忙，再试一次")
    except (subprocess.CalledProcessError, ValueError) as error:
        said = str(getattr(error, "stderr", "")).strip().splitlines()
        return Finding("离线", "failed", f"试运行中断：{said[-1] if said else error}", "请先解决以上各项，再试一次")
    return offline_verdict(Rehearsed(tuple(told["done"]), told["problem"], tuple(told["attempts"])))


def offline_verdict(rehearsed: Rehearsed) -> Finding:
    done = "、".join(rehearsed.done) or "无"
    if rehearsed.attempts:
        tried = "、".join(dict.fromkeys(rehearsed.attempts))
        way_out = "请改为本机的服务：检查 [generator] base_url、[encoder]、[reranker] 与代理的环境变量"
        return Finding("离线", "failed", f"试图连接 {tried}（已完成：{done}）", way_out)
    if rehearsed.problem:
        return Finding("离线", "failed", f"{rehearsed.problem}（已完成：{done}）", "请先解决以上各项，再试一次")
    return Finding("离线", "passed", f"{done}，没有连接本机以外的地址")


def _reason(error: Exception) -> str:
    return str(system_reason(error)) if isinstance(error, OSError) else str(error) or type(error).__name__


def _proc(name: str) -> str:
    try:
        return Path("/proc", name).read_text("utf-8", errors="replace")
    except OSError:
        return ""
