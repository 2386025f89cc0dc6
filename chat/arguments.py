"""What `reportqa` takes on its command line: the commands, what each needs, and what is said of one that cannot be read."""

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, NoReturn

from index.filters import UNKNOWN_YEAR
from ingest.language import say, spoken

# What argparse says of a command that it cannot read, whole or in parts.
_IN_CHINESE = (
    (r"the following arguments are required: (.+)", r"还缺 \1"),
    (r"one of the arguments (.+) is required", r"须给出其中一项：\1"),
    (r"unrecognized arguments: (.+)", r"多出 \1"),
    (r"ambiguous option: (.+) could match (.+)", r"\1 可以是 \2 中的任何一个，请写全"),
    (r"^argument (.+?): ", r"\1："),
    (r"expected one argument", "后面须有一个值"),
    (r"expected at least one argument", "后面至少须有一个值"),
    (r"expected at most one argument", "后面最多有一个值"),
    (r"expected (\d+) arguments?", r"后面须有 \1 个值"),
    (r"ignored explicit argument (.+)", r"后面不能有值（\1）"),
    (r"not allowed with argument (.+)", r"不能与 \1 同用"),
    (r"invalid choice: (.+?),? \(choose from (.+)\)", r"没有 \1，可用 \2"),
    (r"invalid \w+ value: (.+)", r"值不对（\1）"),
)


class _Help(argparse.HelpFormatter):
    """The words that argparse adds of itself, in the language that is spoken."""

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, say("用法：") if prefix is None else prefix)

    def start_section(self, heading: str | None) -> None:
        words = {"positional arguments": say("参数"), "options": say("选项")}
        super().start_section(words.get(heading or "", heading))


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with a command."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, formatter_class=_Help, add_help=False)
        self.add_argument("-h", "--help", action="help", help=say("显示这份说明"))

    def error(self, message: str) -> NoReturn:
        if spoken() == "zh":
            for english, chinese in _IN_CHINESE:
                message = re.sub(english, chinese, message)
        print(
            say("错误：命令写法不对（{problem}）；用法见 {prog} --help", problem=message, prog=self.prog),
            file=sys.stderr,
        )
        raise SystemExit(2)  # as whatever else is not done


def read_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """What a command line says: its `command`, and what that takes. One that cannot be read ends the process, with its problem in one line."""
    return _parser().parse_args(argv)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="reportqa", description=say("研报问答：对行业报告提问，得到每句话都可核对出处的回答。全部在本机运行。")
    )
    parser.add_argument(
        "--config", metavar="FILE", help=say("配置文件（默认 ./reportqa.toml，或环境变量 REPORTQA_CONFIG）")
    )
    commands = parser.add_subparsers(dest="command", required=True, title=say("命令"), metavar=say("命令"))

    def command(name: str, help: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=help, description=help)

    inspect = command("inspect", say("查看一份报告被读成了什么：章节与段落"))
    inspect.add_argument("file", metavar="FILE", help=say("报告文件"))

    build = command("build", say("读取新增与改动的报告，更新索引；没有变化时什么都不做"))
    build.add_argument("--rebuild", action="store_true", help=say("全部重新读取、重新嵌入"))
    _add_corpus(build)

    add = command("add", say("把报告文件复制到资料库并更新索引"))
    add.add_argument("files", nargs="+", metavar="FILE", help=say("报告文件"))
    _add_corpus(add)

    remove = command("remove", say("从资料库与索引中彻底移除报告"))
    remove.add_argument("ids", nargs="+", metavar="ID", help=say("报告编号，或其独有的开头（至少 4 个字符）"))
    _add_corpus(remove)

    shown = command("list", say("列出索引中的报告：页数、段数与读取质量"))
    shown.add_argument("--json", action="store_true", help=say("每份报告输出一行 JSON"))
    _add_corpus(shown)

    _add_questions(command)
    _add_service(command)
    return parser


# Adds a command of that name, with a line of help.
Adds = Callable[[str, str], argparse.ArgumentParser]


def _add_questions(command: Adds) -> None:
    search = command("search", say("检索段落，不用语言模型"))
    search.add_argument("question", nargs="?", help=say("问题"))
    search.add_argument("--k", type=_positive, default=10, help=say("每页的段落数（默认 10）"))
    search.add_argument("--page", type=_page, default=1, help=say("第几页（默认 1）"))
    search.add_argument("--json", action="store_true", help=say("输出一行 JSON，与 HTTP 接口相同"))
    _add_filters(search)
    _add_stream(search)

    ask = command("ask", say("提问，得到带出处的回答"))
    ask.add_argument("question", nargs="?", help=say("问题"))
    _add_filters(ask)
    _add_stream(ask)

    evaluate = command("eval", say("用题集评测检索与回答"))
    evaluate.add_argument(
        "--questions", default="corpus/questions/dev.jsonl", metavar="FILE", help=say("题集（JSONL）")
    )
    evaluate.add_argument("--retrieval-only", action="store_true", help=say("只评检索，不用语言模型"))
    evaluate.add_argument(
        "--output", metavar="FILE", help=say("结果另存为 JSON（默认在索引的文件夹中，移除报告时一并删除）")
    )
    evaluate.add_argument(
        "--set",
        metavar="PATH",
        help=say(
            "改评别的题集，不用索引：文件夹（corpus.jsonl、queries.jsonl、qrels.tsv）评检索；JSONL 文件（每题自带段落）评回答与引文"
        ),
    )
    evaluate.add_argument(
        "--reject", action="store_true", help=say("与 --set 文件夹合用：抽走四分之一的文章，评该拒答的是否拒答")
    )
    evaluate.add_argument("--compare", metavar="FILE", help=say("与之前一次结果（JSON）逐项比较"))
    _add_index(evaluate)


def _add_service(command: Adds) -> None:
    feedback = command("feedback", say("读者对回答的反馈：汇总，或导出"))
    written = feedback.add_mutually_exclusive_group()
    written.add_argument("--jsonl", action="store_true", help=say("每条反馈输出一行 JSON，从早到晚"))
    written.add_argument(
        "--questions",
        metavar="FILE",
        help=say("把得到“没有帮助”的问题写成题集（JSONL），补全标准答案后可用 reportqa eval 评测"),
    )
    _add_index(feedback)

    _add_model(command("model", say("语言模型与向量模型：查看、获取、校验")))

    _add_key(command("key", say("访问密钥：发放、查看、吊销")))

    doctor = command("doctor", say("检查这台机器能否运行：逐项通过、警告或失败，附解决办法"))
    doctor.add_argument("--offline", action="store_true", help=say("再完整试运行一次，连接本机以外的地址即为失败"))
    doctor.add_argument("--json", action="store_true", help=say("每项输出一行 JSON"))
    doctor.add_argument("--host", help=say("监听地址（默认用配置的）"))
    doctor.add_argument("--port", type=_port, help=say("端口（默认用配置的）"))
    _add_index(doctor)

    bundle = command("bundle", say("做一个离线安装包：软件包、模型、源码、校验和与安装脚本"))
    bundle.add_argument("folder", metavar="DIR", help=say("放在哪个文件夹（新的或空的）"))
    bundle.add_argument("--without-models", action="store_true", help=say("不含模型"))

    chat = command("chat", say("打开问答页面与 HTTP 接口（首次运行会获取模型并建立索引）"))
    chat.add_argument("--host", help=say("监听地址（默认 127.0.0.1）"))
    chat.add_argument("--port", type=_port, help=say("端口（默认 7860）"))
    _add_corpus(chat)

    _add_index(command("mcp", say("让支持 MCP 的程序检索与提问，经标准输入与输出（服务运行时也可用 /mcp）")))


def _add_corpus(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--corpus", metavar="DIR", help=say("存放报告的文件夹"))
    _add_index(parser)


def _add_index(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--index", metavar="DIR", help=say("索引所在的文件夹（默认 .reportqa/index）"))


def _add_filters(parser: argparse.ArgumentParser) -> None:
    def several(name: str, metavar: str, help: str, type: Callable[[str], object] = str) -> None:
        parser.add_argument(
            name, metavar=metavar, help=say("{help}（可多次给出）", help=help), type=type, action="append", default=[]
        )

    several("--report", "ID", say("只在这份报告中找"))
    several("--year", "YEAR", say("只在这一年出版的报告中找；{unknown}：未注明出版年份的", unknown=UNKNOWN_YEAR), _year)
    several("--kind", "KIND", say("只找这种段落：text、row、list、figure 或 note"))


def _add_stream(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--jsonl", action="store_true", help=say("从标准输入逐行读取 JSON，向标准输出逐行写出结果"))
    _add_index(parser)


def _add_model(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, title=say("操作"), metavar=say("操作"))
    actions.add_parser("list", help=say("列出模型目录与本机状态"))
    fetch = actions.add_parser("fetch", help=say("获取模型；中断后再次运行会接着下载"))
    fetch.add_argument("name", nargs="?", help=say("模型名（默认：当前配置需要的全部）"))
    fetch.add_argument("--from", dest="source", metavar="PATH", help=say("先试这个本地文件"))
    verify = actions.add_parser("verify", help=say("重新计算 sha256，校验已有的模型"))
    verify.add_argument("name", nargs="?", help=say("模型名（默认：本机已有的全部）"))


def _add_key(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, title=say("操作"), metavar=say("操作"))
    add = actions.add_parser("add", help=say("发放一个密钥；密钥本身只显示这一次"))
    add.add_argument("name", metavar="NAME", help=say("给谁用，如系统的名称"))
    scopes = {"ask": say("提问"), "search": say("检索、看报告与导出"), "reports": say("增删报告"), "admin": say("管理")}
    meant = [f"{scope} {meaning}" for scope, meaning in scopes.items()]
    add.add_argument(
        "--scope",
        choices=scopes,
        action="append",
        required=True,
        help=say("可以做什么（可多次给出）：{meant}", meant=meant),
    )
    add.add_argument("--group", metavar="GROUP", action="append", default=[], help=say("属于哪个组（可多次给出）"))
    add.add_argument("--per-minute", metavar="N", type=_per_minute, help=say("每分钟最多提问几次（默认用配置的数）"))
    add.add_argument("--expires", metavar="DATE", type=_date, help=say("有效的最后一天，如 2027-06-30（默认不到期）"))
    shown = actions.add_parser("list", help=say("列出发放过的密钥；密钥本身没有保存，不会列出"))
    revoke = actions.add_parser("revoke", help=say("吊销一个密钥，立即生效"))
    revoke.add_argument("name", metavar="NAME", help=say("名称或编号"))
    for action in (add, shown, revoke):
        _add_index(action)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(say("应为日期，如 2027-06-30，实为 {text}", text=text)) from error


def _per_minute(text: str) -> int:
    from chat.access.keys import MOST_PER_MINUTE  # noqa: PLC0415

    return _whole_number(text, 1, MOST_PER_MINUTE)


def _positive(text: str) -> int:
    from chat.contract import MAX_K  # noqa: PLC0415

    return _whole_number(text, 1, MAX_K)


def _page(text: str) -> int:
    from chat.contract import MAX_K  # noqa: PLC0415

    return _whole_number(text, 1, MAX_K)


def _year(text: str) -> int | None:
    return None if text == UNKNOWN_YEAR else _whole_number(text, 1000, 9999)


def _port(text: str) -> int:
    return _whole_number(text, 0, 65_535)


def _whole_number(text: str, least: int, most: int) -> int:
    if not text.isascii() or not text.isdecimal() or not least <= int(text) <= most:
        raise argparse.ArgumentTypeError(
            say("应为 {least} 到 {most} 的整数，实为 {text}", least=least, most=most, text=text)
        )
    return int(text)
