"""`reportqa`: the one composition point. Commands are thin; each says what it needs and hands over.

Nothing heavy is imported before a command needs it, so that `reportqa --help` answers at once. Exit codes: 0 done,
1 done in part (a report unreadable, a line invalid), 2 not done, with one message on standard error; 75 not done
because another process is writing the index: try again later.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from chat.arguments import read_arguments
from chat.config import Config, load_config
from index.versions import IndexBusy, IndexUnavailable
from ingest.errors import UserError
from ingest.isolation import Reader
from ingest.language import locale_language, message, say, speaking
from ingest.system_errors import system_reason

if TYPE_CHECKING:
    from socket import socket

    from chat.answer import Event
    from chat.assistant import Assistant
    from chat.contract import Asked, JsonObject, ReportLine
    from chat.library.building import Built, Setup
    from chat.operations.operation_routes import Operations
    from chat.records.feedback import FeedbackStore
    from chat.records.usage import UsageStore
    from chat.search.facets import Results
    from chat.service.gate import ModelGate
    from chat.service.live import LiveAssistant
    from chat.terminal import OneBar
    from index.encoder import SentenceEncoder

DONE, IN_PART, FAILED = 0, 1, 2
BUSY = 75  # EX_TEMPFAIL of sysexits.h


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code; what it says is in the language of the environment's locale."""
    try:
        try:
            with speaking(locale_language(os.environ)):
                return _run(argv)
        finally:
            sys.stdout.flush()  # at the end of the process a reader that has left would be a complaint
    except BrokenPipeError:
        # The reader (`| head`) has left; what is still in the buffer must not be tried once more at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _run(argv: Sequence[str] | None) -> int:
    arguments = read_arguments(argv)
    try:
        config = load_config(Path(arguments.config) if arguments.config else None)
        code = _COMMANDS[arguments.command](arguments, config)
    except UserError as error:
        print(say("错误：{error}", error=error), file=sys.stderr)
        return BUSY if isinstance(error, IndexBusy) else FAILED
    except KeyboardInterrupt:
        print(say("已停止。"), file=sys.stderr)
        return 130
    except BrokenPipeError:
        raise
    except OSError as error:
        said = message("{reason}；请检查路径、权限与磁盘空间", reason=system_reason(error))
        if error.filename:
            said = message("{file}：{said}", file=error.filename, said=said)
        print(say("错误：{error}", error=said), file=sys.stderr)
        return FAILED
    return code


def _index_root(arguments: argparse.Namespace, config: Config) -> Path:
    return Path(arguments.index or config.index.folder)


def _inspect(arguments: argparse.Namespace, config: Config) -> int:
    from chat.terminal import one_bar, show_report  # noqa: PLC0415

    path = Path(arguments.file)
    if path.is_dir():
        raise UserError(
            message("{path} 是文件夹；请给出其中一份报告，或用 reportqa build --corpus {path} 全部读入", path=path)
        )
    with one_bar() as bar, Reader() as read:
        bar.step(say("读取"))
        report = read(path, {}, progress=lambda done, total: bar.progress(say("读取"), done, total))
    show_report(report)
    return DONE


def _setup(arguments: argparse.Namespace, config: Config, bar: "OneBar", read: Reader) -> "Setup":
    """Where this command works; the encoder is fetched and loaded when something has to be embedded, and then once."""
    from chat.access.audience import audience_of  # noqa: PLC0415
    from chat.config import load_encoder  # noqa: PLC0415
    from chat.library.building import Setup  # noqa: PLC0415
    from chat.setup import encoder_name, fetch_models  # noqa: PLC0415

    def encoder() -> "SentenceEncoder":
        fetch_models(config, generator=False, progress=bar.progress, notice=bar.notice)
        bar.step(say("载入向量模型"))
        return load_encoder(config)

    corpus = Path(arguments.corpus or config.corpus.folder)
    root = _index_root(arguments, config)
    name, url = encoder_name(config), config.records.url
    seen_by = audience_of(config.access)
    return Setup(corpus, root, name, cache(encoder), read=read, progress=bar.progress, records=url, audience=seen_by)


def _build(arguments: argparse.Namespace, config: Config) -> int:
    from chat.library.building import build_index  # noqa: PLC0415
    from chat.terminal import one_bar, show_built  # noqa: PLC0415

    with one_bar() as bar, Reader() as read:
        built = build_index(_setup(arguments, config, bar, read), rebuild=arguments.rebuild)
    return IN_PART if show_built(built) else DONE


def _add(arguments: argparse.Namespace, config: Config) -> int:
    from chat.library.curation import add_reports  # noqa: PLC0415
    from chat.terminal import one_bar, show_added  # noqa: PLC0415

    with one_bar() as bar, Reader() as read:
        added = add_reports(_setup(arguments, config, bar, read), [Path(file) for file in arguments.files])
    return IN_PART if show_added(added) else DONE


def _remove(arguments: argparse.Namespace, config: Config) -> int:
    from chat.library.curation import remove_reports  # noqa: PLC0415
    from chat.terminal import one_bar, show_removed  # noqa: PLC0415

    with one_bar() as bar, Reader() as read:
        removed = remove_reports(_setup(arguments, config, bar, read), arguments.ids)
    return IN_PART if show_removed(removed) else DONE


def _list(arguments: argparse.Namespace, config: Config) -> int:
    from chat.contract import error_object, report_object  # noqa: PLC0415
    from chat.library.curation import list_reports  # noqa: PLC0415
    from chat.terminal import show_listed  # noqa: PLC0415
    from index.versions import current_version  # noqa: PLC0415

    version = current_version(_index_root(arguments, config), on_damage=_tell_damage)
    listed, unreadable = list_reports(Path(arguments.corpus or config.corpus.folder), version)
    if not arguments.json:
        show_listed(listed, unreadable)
        return DONE
    lines = [report_object(each.line) | {"file": each.file} for each in listed]
    for line in [*lines, *(error_object(str(error)) for error in unreadable)]:
        sys.stdout.buffer.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
    sys.stdout.buffer.flush()
    return DONE


def _tell_damage(damage: IndexUnavailable) -> None:
    """The version before serves in its place: said above the bar, which comes back below it."""
    print(say("当前索引已损坏，暂用上一版：{damage}", damage=damage), file=sys.stderr)


def _search(arguments: argparse.Namespace, config: Config) -> int:
    from chat.assistant import Assistant  # noqa: PLC0415
    from chat.config import load_encoder, load_reranker  # noqa: PLC0415
    from chat.contract import search_object  # noqa: PLC0415
    from chat.library.curation import report_lines  # noqa: PLC0415
    from chat.search.facets import search_in_one_go  # noqa: PLC0415
    from chat.setup import load_library  # noqa: PLC0415
    from chat.terminal import one_bar, show_searched  # noqa: PLC0415

    _require_question(arguments)
    root = _index_root(arguments, config)
    with one_bar() as bar:
        bar.step(say("载入向量模型"))
        encoder = load_encoder(config)
        bar.step(say("载入索引"))
        library = load_library(root, encoder, on_damage=_tell_damage)
        assistant = Assistant(library, None, reranker=load_reranker(config))
    reports = report_lines(root / library.version)

    def searched(asked: "Asked") -> "Results":
        return search_in_one_go(
            assistant,
            asked.question,
            asked.turns,
            within=asked.within,
            rewrite=asked.rewrite,
            k=asked.k,
            offset=asked.offset,
        )

    def answer(asked: "Asked") -> "JsonObject":
        return search_object(searched(asked), reports, asked.id)

    if arguments.jsonl:
        return _stream(sys.stdin.buffer, sys.stdout.buffer, answer, reports, k=arguments.k)
    asked = _asked(arguments, reports, k=arguments.k, offset=(arguments.page - 1) * arguments.k)
    if arguments.json:
        _write_line(sys.stdout.buffer, answer(asked))
    else:
        show_searched(searched(asked), reports)
    return DONE


def _ask(arguments: argparse.Namespace, config: Config) -> int:
    from chat.answer import Finished  # noqa: PLC0415
    from chat.contract import ask_object  # noqa: PLC0415
    from chat.library.curation import report_lines  # noqa: PLC0415
    from chat.terminal import one_bar, show_answer  # noqa: PLC0415

    _require_question(arguments)
    with one_bar() as bar:
        assistant = _assistant(arguments, config, bar)
    reports = report_lines(_index_root(arguments, config) / assistant.library.version)

    def events(asked: "Asked") -> "Iterable[Event]":
        return assistant.ask(asked.question, asked.turns, within=asked.within, rewrite=asked.rewrite)

    def answer(asked: "Asked") -> "JsonObject":
        return ask_object(next(event for event in events(asked) if isinstance(event, Finished)), asked.id)

    if arguments.jsonl:
        return _stream(sys.stdin.buffer, sys.stdout.buffer, answer, reports)
    show_answer(events(_asked(arguments, reports)))
    return DONE


def _asked(arguments: argparse.Namespace, reports: "Sequence[ReportLine]", **page: int) -> "Asked":
    """The request of the contract that the arguments make."""
    from chat.contract import read_asked  # noqa: PLC0415

    filters = {"reports": arguments.report, "years": arguments.year, "kinds": arguments.kind}
    return read_asked({"question": arguments.question, "filters": filters, **page}, reports)


def _assistant(arguments: argparse.Namespace, config: Config, bar: "OneBar") -> "Assistant":
    from chat.config import load_encoder  # noqa: PLC0415
    from chat.setup import fetch_models, load_assistant  # noqa: PLC0415

    fetch_models(config, progress=bar.progress, notice=bar.notice)
    root = _index_root(arguments, config)
    assistant = load_assistant(
        config, root, encoder=lambda: load_encoder(config), loading=bar.step, on_damage=_tell_damage
    )
    assistant.warm_up()
    return assistant


def _require_question(arguments: argparse.Namespace) -> None:
    """Checked before anything is loaded: who asks nothing, or a whole document, need not wait to hear so."""
    from chat.answer import check_question  # noqa: PLC0415

    if arguments.jsonl and (arguments.report or arguments.year or arguments.kind):
        raise UserError(message("用 --jsonl 时，筛选条件写在每一行的 filters 中"))
    if arguments.jsonl == (arguments.question is not None):
        raise UserError(message('请给出一个问题（如 reportqa ask "…"），或用 --jsonl 从标准输入读取，二者选一'))
    if arguments.question is not None:
        check_question(arguments.question)


def _stream(
    lines: Iterable[bytes],
    output: BinaryIO,
    answer: "Callable[[Asked], JsonObject]",
    reports: "Sequence[ReportLine]",
    *,
    k: int | None = None,
) -> int:
    """One object out for each line in, in order, each as soon as it is there; an invalid line gets its error there.

    UTF-8 in and out, whatever the terminal's encoding is.
    """
    from chat.contract import error_object, identity, read_asked  # noqa: PLC0415
    from chat.search.facets import DEFAULT_K  # noqa: PLC0415

    code = DONE
    for line in lines:
        if not line.strip():
            continue
        request: object = None
        try:
            request = _decoded(line)
            result = answer(read_asked(request, reports, k=k or DEFAULT_K))
        except UserError as error:
            result, code = error_object(str(error), identity(request)), IN_PART
        _write_line(output, result)
    return code


def _write_line(output: BinaryIO, result: "JsonObject") -> None:
    output.write(json.dumps(result, ensure_ascii=False).encode() + b"\n")
    output.flush()


def _mcp(arguments: argparse.Namespace, config: Config) -> int:
    from chat.api.mcp_server import make_server, serve_stdio  # noqa: PLC0415
    from chat.service.gate import ModelGate  # noqa: PLC0415
    from chat.service.live import LiveAssistant  # noqa: PLC0415
    from chat.terminal import one_bar  # noqa: PLC0415

    def load() -> LiveAssistant:
        with one_bar() as bar:
            assistant = _assistant(arguments, config, bar)
        return LiveAssistant(_index_root(arguments, config), assistant)

    address = config.server.external_url.rstrip("/") or None
    with ThreadPoolExecutor(max_workers=1) as aside:
        loading = aside.submit(load)
        serve_stdio(make_server(lambda caller: loading.result(), ModelGate(), lambda request: address))
    loading.result()  # what kept the library from being loaded is told here too
    return DONE


def _decoded(line: bytes) -> object:
    from chat.answer import BadQuestion  # noqa: PLC0415

    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadQuestion(message("这一行不是有效的 JSON（{error}）", error=error)) from error


def _eval(arguments: argparse.Namespace, config: Config) -> int:
    if not arguments.set:
        return _eval_questions(arguments, config)
    path = Path(arguments.set)
    if path.is_file():
        return _eval_answers(path, config)
    return _eval_refusals(path, config) if arguments.reject else _eval_set(path, config)


def _eval_answers(path: Path, config: Config) -> int:
    from chat.assistant import Assistant  # noqa: PLC0415
    from chat.config import load_encoder, load_generator  # noqa: PLC0415
    from chat.evaluating.answering_set import evaluate_answers, read_answering_set  # noqa: PLC0415
    from chat.terminal import one_bar, show_answers  # noqa: PLC0415
    from index.library import PassageIndex  # noqa: PLC0415

    chosen = read_answering_set(path)
    with one_bar() as bar:
        bar.step(say("载入模型"))
        encoder, generator = load_encoder(config), load_generator(config)
        library = PassageIndex.build(
            chosen.passages, encoder, progress=lambda done, total: bar.progress(say("建立索引"), done, total)
        )
        assistant = Assistant(library, generator, unproven=config.answer.unproven)
        assistant.warm_up()
        figures = evaluate_answers(
            assistant, chosen.questions, done=lambda done, total: bar.progress(say("评测"), done, total)
        )
    show_answers(figures, path)
    return DONE


def _eval_refusals(folder: Path, config: Config) -> int:
    from chat.assistant import Assistant  # noqa: PLC0415
    from chat.config import load_encoder  # noqa: PLC0415
    from chat.evaluating.retrieval_set import evaluate_refusals, held_out, read_set  # noqa: PLC0415
    from chat.terminal import one_bar, show_refusals  # noqa: PLC0415
    from index.library import PassageIndex  # noqa: PLC0415

    chosen = read_set(folder)
    out = held_out(chosen)
    with one_bar() as bar:
        bar.step(say("载入向量模型"))
        left = [passage for passage in chosen.passages if passage.report_id not in out]
        library = PassageIndex.build(
            left, load_encoder(config), progress=lambda done, total: bar.progress(say("建立索引"), done, total)
        )
        figures = evaluate_refusals(
            Assistant(library, None), chosen, out, done=lambda done, total: bar.progress(say("评测"), done, total)
        )
    show_refusals(figures, folder)
    return DONE


def _eval_set(folder: Path, config: Config) -> int:
    from chat.config import load_encoder  # noqa: PLC0415
    from chat.evaluating.retrieval_set import evaluate_set, read_set  # noqa: PLC0415
    from chat.terminal import one_bar, show_set  # noqa: PLC0415
    from index.library import PassageIndex  # noqa: PLC0415

    chosen = read_set(folder)
    with one_bar() as bar:
        bar.step(say("载入向量模型"))
        encoder = load_encoder(config)
        library = PassageIndex.build(
            chosen.passages, encoder, progress=lambda done, total: bar.progress(say("建立索引"), done, total)
        )
        figures = evaluate_set(library, chosen, done=lambda done, total: bar.progress(say("评测"), done, total))
    show_set(figures, folder)
    return DONE


def _eval_questions(arguments: argparse.Namespace, config: Config) -> int:
    from chat.assistant import Assistant  # noqa: PLC0415
    from chat.config import load_encoder, load_reranker  # noqa: PLC0415
    from chat.evaluating.evaluation import evaluate, keep_results, read_questions, read_summary, summarise  # noqa: PLC0415
    from chat.library.building import RESULTS  # noqa: PLC0415
    from chat.setup import load_library  # noqa: PLC0415
    from chat.terminal import one_bar, show_summary  # noqa: PLC0415

    questions = read_questions(Path(arguments.questions))
    earlier = read_summary(Path(arguments.compare)) if arguments.compare else None
    root = _index_root(arguments, config)
    output = Path(arguments.output) if arguments.output else root / RESULTS
    if output.is_dir():
        raise UserError(message("{output} 是文件夹；请用 --output 给出文件名", output=output))
    with one_bar() as bar:
        if arguments.retrieval_only:
            bar.step(say("载入向量模型与索引"))
            library = load_library(root, load_encoder(config), on_damage=_tell_damage)
            assistant = Assistant(library, None, reranker=load_reranker(config))
        else:
            assistant = _assistant(arguments, config, bar)
        asked = iter(range(1, len(questions) + 1))
        results = evaluate(
            assistant,
            questions,
            retrieval_only=arguments.retrieval_only,
            done=lambda _: bar.progress(say("评测"), next(asked), len(questions)),
        )
    if not keep_results(output, results, root / assistant.library.version):
        print(say("评测期间有报告被移除或改动，结果中没有保留回答。"), file=sys.stderr)
    show_summary(summarise(results), earlier, output)
    return DONE


def _feedback(arguments: argparse.Namespace, config: Config) -> int:
    from chat.records.feedback_export import feedback_object, questions_of, write_questions  # noqa: PLC0415
    from chat.terminal import show_feedback, show_questions_written  # noqa: PLC0415

    root = _index_root(arguments, config)
    if not root.is_dir():
        raise UserError(message("{root}：没有这个文件夹；请用 --index 指明索引所在的文件夹", root=root))
    records = _stores(config, root)[0].records()
    if arguments.jsonl:
        for each in records:
            _write_line(sys.stdout.buffer, feedback_object(each))
    elif arguments.questions:
        questions = questions_of(records)
        if not questions:
            raise UserError(message("还没有“没有帮助”的反馈，没有题目可写"))
        write_questions(Path(arguments.questions), questions)
        show_questions_written(len(questions), Path(arguments.questions))
    else:
        show_feedback(records)
    return DONE


def _model(arguments: argparse.Namespace, config: Config) -> int:
    from chat.config import models_folder  # noqa: PLC0415
    from chat.models.catalogue import CATALOGUE, find_model  # noqa: PLC0415
    from chat.models.fetching import fetch, state, verify  # noqa: PLC0415
    from chat.setup import fetch_models  # noqa: PLC0415
    from chat.terminal import one_bar, show_models, show_verified  # noqa: PLC0415

    folder = models_folder(config)
    match arguments.action:
        case "list":
            show_models(CATALOGUE, folder)
        case "fetch":
            source = Path(arguments.source) if arguments.source else None
            if source is not None and not arguments.name:
                raise UserError(
                    message(
                        "--from 需要同时给出模型名，如 reportqa model fetch qwen2.5-coder-1.5b-instruct --from 文件"
                    )
                )
            with one_bar() as bar:
                if arguments.name:
                    fetch(find_model(arguments.name), folder, source=source, progress=bar.progress, notice=bar.notice)
                else:
                    fetch_models(config, progress=bar.progress, notice=bar.notice)
            show_models(CATALOGUE, folder)
        case "verify":
            here = [model for model in CATALOGUE if state(model, folder) == "ready"]
            chosen = [find_model(arguments.name)] if arguments.name else here
            if not chosen:
                raise UserError(message("{folder}：本机还没有模型；请先运行 reportqa model fetch", folder=folder))
            for model in chosen:
                with one_bar() as bar:
                    bar.step(say("校验 {name}（{megabytes:,.0f} MB）", name=model.name, megabytes=model.size / 1e6))
                    digest = verify(model, folder)
                show_verified(model, digest)
    return DONE


def _key(arguments: argparse.Namespace, config: Config) -> int:
    from chat.access.keys import KEYS, KeyStore  # noqa: PLC0415
    from chat.terminal import show_keys, show_notice  # noqa: PLC0415

    store = KeyStore(_index_root(arguments, config) / KEYS)
    match arguments.action:
        case "add":
            key = store.add(
                arguments.name,
                arguments.scope,
                groups=arguments.group,
                per_minute=arguments.per_minute,
                expires=arguments.expires,
            )
            print(key)  # alone on standard output, for a program to take
            show_notice(say("密钥只显示这一次，请现在保存；使用时放在请求头 Authorization: Bearer 之后。"))
            if "keys" not in config.access.ways:
                show_notice(say('现在还不能用：请在配置的 [access] 中写 ways = ["keys"]，并重启服务。'))
        case "list":
            show_keys(store.keys())
        case "revoke":
            revoked = store.revoke(arguments.name)
            show_notice(say("已吊销：{name}（{id}）", name=revoked.name, id=revoked.id))
    return DONE


def _listening(host: str, port: int) -> "socket":
    """The address, taken before anything heavy is loaded.

    Raises:
        UserError: it cannot be had.
    """
    from chat.service.server import listen  # noqa: PLC0415

    try:
        return listen(host, port)
    except (OSError, OverflowError) as error:
        reason = system_reason(error) if isinstance(error, OSError) else error
        raise UserError(
            message(
                "无法在 {host}:{port} 上监听（{reason}）；请检查 --host 与 --port", host=host, port=port, reason=reason
            )
        ) from error


def _doctor(arguments: argparse.Namespace, config: Config) -> int:
    from dataclasses import asdict  # noqa: PLC0415

    from chat.operations.doctor import examine, offline_finding  # noqa: PLC0415
    from chat.terminal import show_finding  # noqa: PLC0415

    root = _index_root(arguments, config)
    port = config.server.port if arguments.port is None else arguments.port
    findings = examine(config, root, host=arguments.host or config.server.host, port=port)
    if arguments.offline:
        file = arguments.config or os.environ.get("REPORTQA_CONFIG") or ""
        findings = chain(findings, (offline_finding(file, root) for _ in range(1)))
    failed = False
    for finding in findings:
        failed = failed or finding.verdict == "failed"
        if arguments.json:
            _write_line(sys.stdout.buffer, asdict(finding))
        else:
            show_finding(finding)
    return IN_PART if failed else DONE


def _bundle(arguments: argparse.Namespace, config: Config) -> int:
    from chat.operations.bundle import make_bundle  # noqa: PLC0415
    from chat.terminal import one_bar, show_notice  # noqa: PLC0415

    folder = Path(arguments.folder)
    with one_bar() as bar:
        size = make_bundle(config, folder, models=not arguments.without_models, step=bar.step)
    show_notice(
        say(
            "离线安装包在 {folder}（{size:.1f} GB）；在目标机器上运行其中的 sh install.sh。",
            folder=folder,
            size=size / 1e9,
        )
    )
    return DONE


def _stores(config: Config, root: Path) -> "tuple[FeedbackStore, UsageStore]":
    """What is kept of the use of the index at root."""
    from chat.records.database import records_of  # noqa: PLC0415
    from chat.records.feedback import FeedbackStore  # noqa: PLC0415
    from chat.records.usage import UsageStore  # noqa: PLC0415

    kept = config.records
    records = records_of(root, kept.url)
    feedback = FeedbackStore(records, root, most=kept.feedback_most, days=kept.feedback_days)
    return feedback, UsageStore(records, days=kept.usage_days, questions=kept.questions)


def _watching(config: Config, live: "LiveAssistant", usage: "UsageStore") -> "tuple[ModelGate, Operations]":
    """The gate, with those that are told of every question, and what watches the service."""
    from chat.operations.logs import logged_use  # noqa: PLC0415
    from chat.operations.metrics import Metrics  # noqa: PLC0415
    from chat.operations.operation_routes import Operations  # noqa: PLC0415
    from chat.operations.readiness import checks_of  # noqa: PLC0415
    from chat.service.gate import gate_of  # noqa: PLC0415

    metrics = Metrics()
    observers = (metrics.count_use, logged_use(questions=config.logs.questions), usage.record)
    gate = gate_of(config.limits, observers=observers)
    metrics.watch(gate, live)
    return gate, Operations(metrics, checks_of(live))


def _tell_address(host: str, listener: "socket") -> None:
    from chat.terminal import open_page, show_serving  # noqa: PLC0415

    name = f"[{host}]" if ":" in host and not host.startswith("[") else host
    address = f"http://{name}:{listener.getsockname()[1]}"
    show_serving(address)
    open_page(address)


def _load_following(config: Config, setup: "Setup", bar: "OneBar") -> "tuple[LiveAssistant, list[Built]]":
    """The assistant over the index brought up to date with the corpus, and what that build did, if there was one.

    Where the index cannot be updated now, the one that is there serves, and the bar says why.
    """
    from chat.library.building import Built, build_index  # noqa: PLC0415
    from chat.records.database import RecordsUnavailable  # noqa: PLC0415
    from chat.service.live import LiveAssistant  # noqa: PLC0415
    from chat.setup import load_assistant  # noqa: PLC0415

    built: list[Built] = []
    damages: list[IndexUnavailable] = []

    def build() -> None:
        bar.step(say("检查报告"))
        try:
            built.append(build_index(setup, may_begin_empty=True))
        except IndexBusy as busy:
            bar.notice(say("{busy}。先用现有的索引回答，更新完成后自动换用新的。", busy=busy))
        except RecordsUnavailable as problem:
            bar.notice(say("索引没有更新：{problem}。先用现有的索引回答。", problem=problem))

    assistant = load_assistant(
        config, setup.root, encoder=setup.encoder, prepare=build, loading=bar.step, on_damage=damages.append
    )
    for damage in damages:
        _tell_damage(damage)
    return LiveAssistant(setup.root, assistant, problem="".join(map(str, damages))), built


def _chat(arguments: argparse.Namespace, config: Config) -> int:
    from chat.access.configured import access_of, login_of, see_of  # noqa: PLC0415
    from chat.access.groups import listed_in_vain  # noqa: PLC0415
    from chat.library.page_views import PageViews  # noqa: PLC0415
    from chat.models.generation import GeneratorUnavailable  # noqa: PLC0415
    from chat.operations.logs import logging_as  # noqa: PLC0415
    from chat.records.retention import pruned_daily  # noqa: PLC0415
    from chat.service.app import make_app  # noqa: PLC0415
    from chat.service.guard import LOOPBACK_HOSTS  # noqa: PLC0415
    from chat.service.server import serve  # noqa: PLC0415
    from chat.service.shelf import CorpusShelf  # noqa: PLC0415
    from chat.setup import fetch_models  # noqa: PLC0415
    from chat.terminal import one_bar, show_built  # noqa: PLC0415

    host = arguments.host or config.server.host
    port = config.server.port if arguments.port is None else arguments.port
    login = login_of(config)
    access = access_of(config, _index_root(arguments, config), host=host, login=login)
    with _listening(host, port) as listener, Reader() as viewer:
        with one_bar() as bar, Reader() as read:
            fetch_models(config, progress=bar.progress, notice=bar.notice)
            setup = _setup(arguments, config, bar, read)
            feedback, usage = _stores(config, setup.root)
            live, built = _load_following(config, setup, bar)
            for told in listed_in_vain(config.access, live.reports):
                bar.notice(told)
            bar.step(say("准备页面"))
            with ThreadPoolExecutor(max_workers=1) as aside:
                warm = aside.submit(live.warm_up)  # the model reads while the page is imported, 2 s each
                gate, operations = _watching(config, live, usage)
                app = make_app(
                    live,
                    gate=gate,
                    frame_ancestors=config.server.frame_ancestors,
                    allowed_hosts=(*LOOPBACK_HOSTS, host, *config.server.allowed_hosts),
                    shelf=CorpusShelf(setup, live),
                    editing=config.server.editing,
                    views=PageViews(setup.corpus, viewer),
                    feedback=feedback,
                    feedback_a_minute=config.records.feedback_a_minute,
                    usage=usage,
                    access=access,
                    see=see_of(config, live),
                    login=login,
                    external_url=config.server.external_url,
                    operations=operations,
                )
                try:
                    warm.result()
                except GeneratorUnavailable as problem:
                    bar.notice(say("模型暂不可用，先以摘录原文作答：{problem}", problem=problem))
        for each in built:
            show_built(each)
        _tell_address(host, listener)
        with logging_as(config.logs), pruned_daily([feedback.prune, usage.prune]):
            serve(app, listener)
    return DONE


_COMMANDS: Mapping[str, Callable[[argparse.Namespace, Config], int]] = {
    "inspect": _inspect,
    "build": _build,
    "add": _add,
    "remove": _remove,
    "list": _list,
    "search": _search,
    "ask": _ask,
    "eval": _eval,
    "feedback": _feedback,
    "model": _model,
    "key": _key,
    "doctor": _doctor,
    "bundle": _bundle,
    "chat": _chat,
    "mcp": _mcp,
}

if __name__ == "__main__":
    sys.exit(main())
