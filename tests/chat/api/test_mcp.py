"""The official client of the Model Context Protocol against the server, over stdio and HTTP in both of its eras."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import jsonschema
import pytest
from mcp import Client, StdioServerParameters
from mcp.shared.exceptions import MCPError
from starlette.requests import Request

from chat.access.caller import LOCAL, Caller
from chat.answer import Answer, Turn
from chat.api.completions import pieces_of
from chat.api.mcp_server import make_server
from chat.api.tools import TOOLS, TOOLS_BY_NAME
from chat.api.whole_report import whole_report_object
from chat.contract import report_object
from chat.models.generation import GeneratorUnavailable
from chat.service.gate import ModelGate
from index.filters import Filter
from ingest.errors import UserError
from ingest.language import message
from ingest.passages import split_passages
from tests.chat.api.one_report import LINE, REPORT, scripted
from tests.chat.service.test_app import served, wait_until
from tests.fakes import ANSWER, HITS, LISTED, ScriptedAssistant

ROOT = Path(__file__).parents[3]
STDIO = """
from chat.api.mcp_server import make_server, serve_stdio
from chat.service.gate import ModelGate
from tests.chat.api.one_report import scripted
print("a stray word that must not reach the client")
assistant = scripted()
serve_stdio(make_server(lambda caller: assistant, ModelGate(), lambda request: None))
"""
CITED = "ev-2025#8"
USES: dict[str, dict[str, Any]] = {
    "search": {"question": "销量？"},
    "ask": {"question": "销量？"},
    "read_passage": {"passage_id": CITED},
}


@dataclass(frozen=True)
class Door:
    """A way to the server. home: where its links lead; None where that is not known."""

    connect: Callable[[], Client]
    home: str | None

    def use(self, work: Callable[[Client], Awaitable[Any]]) -> Any:
        async def used() -> Any:
            async with asyncio.timeout(60):
                async with self.connect() as client:
                    return await work(client)

        return asyncio.run(used())


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[str, ScriptedAssistant]]:
    assistant = scripted()
    with served(assistant) as home:
        yield home, assistant


@pytest.fixture
def assistant(shared: tuple[str, ScriptedAssistant]) -> ScriptedAssistant:
    assistant = shared[1]
    assistant.asked.clear()
    assistant.within.clear()
    assistant.answer, assistant.error, assistant.seconds = ANSWER, None, 0.0
    return assistant


@pytest.fixture(params=["http", "http of 2025", "stdio"])
def door(request: pytest.FixtureRequest, shared: tuple[str, ScriptedAssistant], assistant: ScriptedAssistant) -> Door:
    home = shared[0]
    match request.param:
        case "http":
            return Door(lambda: Client(f"{home}/mcp"), home)
        case "http of 2025":
            return Door(lambda: Client(f"{home}/mcp", mode="legacy"), home)
        case _:
            command = StdioServerParameters(command=sys.executable, args=["-u", "-c", STDIO], cwd=ROOT)
            return Door(lambda: Client(command), None)


def test_the_tools_are_told_in_chinese_with_what_goes_in_and_comes_out(door: Door) -> None:
    told = door.use(lambda client: client.list_tools()).tools
    assert [tool.name for tool in told] == ["search", "ask", "read_passage"]
    for tool, ours in zip(told, TOOLS, strict=True):
        assert (tool.input_schema, tool.output_schema) == (ours.takes, ours.gives)
        assert tool.annotations.read_only_hint is True
        for schema in (tool.input_schema, tool.output_schema):
            jsonschema.Draft202012Validator.check_schema(schema)


def test_a_search_finds_passages_with_their_references(door: Door) -> None:
    arguments = {"question": "销量？", "k": 2, "filters": {"years": [2025]}}
    result = door.use(lambda client: client.call_tool("search", arguments))
    content = result.structured_content
    jsonschema.validate(content, TOOLS_BY_NAME["search"].gives)
    assert (content["total"], [each["passage_id"] for each in content["passages"]]) == (2, ["ev-2025#3", CITED])
    assert content["passages"][1]["reference"] == "某研究院. 新能源汽车产业发展报告（2025）[R]. 2025-03：15."
    assert content["passages"][1]["caption"] == "表2-1 新能源汽车产销（单位：万辆）"
    url = content["passages"][1]["url"]
    assert url is None if door.home is None else url.startswith(f"{door.home}/reports/ev-2025#p=4.40-64.")
    assert "2024\t1288.8\t1286.6\t35.5%" in result.content[0].text
    assert CITED in result.content[0].text


def test_an_answer_has_its_sentences_and_the_words_they_stand_on(door: Door) -> None:
    history = [{"role": "user", "content": "比亚迪的销量？"}]
    result = door.use(lambda client: client.call_tool("ask", {"question": "那它呢？", "history": history}))
    content = result.structured_content
    jsonschema.validate(content, TOOLS_BY_NAME["ask"].gives)
    assert (content["answer"], content["refused"]) == (ANSWER.text, False)
    assert [sentence["state"] for sentence in content["sentences"]] == ["supported", "supported", "unsupported"]
    assert [(each["number"], each["passage_id"], each["quote"]) for each in content["citations"]] == [
        (1, CITED, "1286.6"),
        (2, "ev-2025#3", "2024年新能源汽车出口128.4万辆，同比增长6.7%。"),
    ]
    assert result.content[0].text == "".join(pieces_of(ANSWER))


def test_what_is_asked_reaches_the_assistant(
    shared: tuple[str, ScriptedAssistant], assistant: ScriptedAssistant
) -> None:
    arguments = {
        "question": "那它呢？",
        "history": [{"role": "user", "content": "销量？"}],
        "filters": {"reports": ["pv-2024"]},
    }
    Door(lambda: Client(f"{shared[0]}/mcp"), None).use(lambda client: client.call_tool("ask", arguments))
    assert assistant.asked == [("那它呢？", (Turn("user", "销量？"),))]
    assert assistant.within == [Filter(reports=frozenset({"pv-2024"}))]


def test_a_refusal_is_a_result_that_says_so(
    shared: tuple[str, ScriptedAssistant], assistant: ScriptedAssistant
) -> None:
    assistant.answer = Answer((), (), HITS, refusal="资料中没有找到依据。")
    door = Door(lambda: Client(f"{shared[0]}/mcp"), None)
    result = door.use(lambda client: client.call_tool("ask", {"question": "销量？"}))
    assert (result.is_error, result.structured_content["refused"]) == (False, True)
    assert result.content[0].text == "资料中没有找到依据。"


def test_a_passage_is_read_with_what_stands_around_it(door: Door) -> None:
    first, second = split_passages(REPORT)
    read = partial(door.use, lambda client: client.call_tool("read_passage", {"passage_id": second.id}))
    content = read().structured_content
    jsonschema.validate(content, TOOLS_BY_NAME["read_passage"].gives)
    assert (content["before"], content["after"]) == ([], [])  # the other passage is of another section
    assert (content["passage"]["text"], content["passage"]["page"]) == (second.text, 1)
    assert first.section != second.section


def test_a_passage_that_is_no_more_is_told(door: Door) -> None:
    result = door.use(lambda client: client.call_tool("read_passage", {"passage_id": "es-2024:0:7-9"}))
    assert (result.is_error, "请重新检索" in result.content[0].text) == (True, True)


def test_a_passage_whose_report_cannot_be_opened_is_read_alone(door: Door) -> None:
    result = door.use(lambda client: client.call_tool("read_passage", {"passage_id": CITED, "section": True}))
    assert result.structured_content["passage"]["text"] == "2024\t1288.8\t1286.6\t35.5%"


def test_the_reports_are_resources(door: Door) -> None:
    async def read(client: Client) -> Sequence[Any]:
        (listed,) = (await client.list_resources()).resources
        (template,) = (await client.list_resource_templates()).resource_templates
        uris = (str(listed.uri), template.uri_template.replace("{report_id}", "es-2024"))
        return [json.loads((await client.read_resource(uri)).model_dump()["contents"][0]["text"]) for uri in uris]

    reports, one = door.use(read)
    assert reports == {"reports": [report_object(line) for line in (*LISTED, LINE)]}
    assert one == whole_report_object(LINE, REPORT)


def test_a_resource_that_there_is_not_is_an_error(door: Door) -> None:
    async def read(client: Client) -> list[int]:
        codes = []
        for uri in ("reportqa://reports/none", "reportqa://others", "file:///etc/passwd"):
            with pytest.raises(MCPError, match="没有") as raised:
                await client.read_resource(uri)
            codes.append(raised.value.error.code)
        return codes

    assert door.use(read) == [-32602] * 3


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("search", {}, "缺少 question"),
        ("search", {"question": "销量？", "k": 21}, "k 应是 1 到 20"),
        ("search", {"question": "销量？", "years": [2025]}, "search 没有 years 这个参数"),
        ("search", {"question": "销量？", "filters": {"reports": ["none"]}}, "没有编号为 none 的报告"),
        ("ask", {"question": "长" * 2001}, "问题过长"),
        ("ask", {"question": "销量？", "history": ["x"]}, "history[0] 应是对象"),
        ("read_passage", {}, "passage_id 应是"),
        ("read_passage", {"passage_id": CITED, "neighbours": 11}, "neighbours 应是 0 到 10"),
        ("read_passage", {"passage_id": CITED, "section": 1}, "section 应是"),
        ("delete", {}, "没有名为 delete 的工具；可用 search、ask、read_passage。"),
    ],
)
def test_what_a_model_does_wrong_it_reads_and_can_mend(
    shared: tuple[str, ScriptedAssistant], tool: str, arguments: dict[str, Any], message: str
) -> None:
    door = Door(lambda: Client(f"{shared[0]}/mcp"), None)
    result = door.use(lambda client: client.call_tool(tool, arguments))
    assert (result.is_error, message in result.content[0].text) == (True, True)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_model_that_cannot_answer_is_said_and_an_unforeseen_error_is_not_told_in_full(
    shared: tuple[str, ScriptedAssistant], assistant: ScriptedAssistant, mode: str
) -> None:
    door = Door(lambda: Client(f"{shared[0]}/mcp", mode=mode), None)
    assistant.error = GeneratorUnavailable("模型服务没有响应。")
    result = door.use(lambda client: client.call_tool("ask", {"question": "销量？"}))
    assert (result.is_error, result.content[0].text) == (True, "模型服务没有响应。")
    assistant.error = ZeroDivisionError("/secret/path")

    async def fail(client: Client) -> str:
        with pytest.raises(MCPError) as raised:
            await client.call_tool("ask", {"question": "销量？"})
        return str(raised.value)

    assert "secret" not in door.use(fail)


def test_who_may_not_use_a_tool_does_not_see_it_nor_use_it() -> None:
    async def never() -> Any:
        await asyncio.sleep(3600)

    def handled(method: str, caller: Caller, **params: Any) -> Any:
        """What the server answers this caller."""
        scope = {"type": "http", "headers": [], "state": {"caller": caller}}
        context: Any = SimpleNamespace(request=Request(scope, never))
        entry = make_server(lambda caller: scripted(), ModelGate(), lambda request: None).get_request_handler(method)
        assert entry is not None
        handler: Any = entry.handler
        return asyncio.run(handler(context, entry.params_type(**params)))

    searcher, asker = (replace(LOCAL, scopes=frozenset({scope})) for scope in ("search", "ask"))
    for caller, allowed in ((searcher, ["search", "read_passage"]), (asker, ["ask"]), (LOCAL, [*TOOLS_BY_NAME])):
        assert [tool.name for tool in handled("tools/list", caller).tools] == allowed
        used = {name: handled("tools/call", caller, name=name, arguments=given) for name, given in USES.items()}
        assert [name for name, result in used.items() if not result.is_error] == sorted(allowed, key=list(USES).index)
    with pytest.raises(MCPError):
        handled("resources/read", asker, uri="reportqa://reports")


def test_the_server_speaks_before_the_library_is_loaded_and_tells_why_it_cannot_be() -> None:
    def missing(caller: Caller) -> Any:
        raise UserError(message("还没有索引；请先运行 reportqa build"))

    async def used() -> tuple[int, Any]:
        async with Client(make_server(missing, ModelGate(), lambda request: None)) as client:
            result = await client.call_tool("search", {"question": "销量？"})
            with pytest.raises(MCPError, match="还没有索引"):
                await client.read_resource("reportqa://reports")
            return len((await client.list_tools()).tools), result

    tools, result = asyncio.run(used())
    assert (tools, result.is_error, result.content[0].text) == (3, True, "还没有索引；请先运行 reportqa build")


CALL: dict[str, Any] = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "ask", "arguments": {"question": "销量？"}},
}
ACCEPT = {"accept": "application/json, text/event-stream"}


def test_each_request_stands_for_itself_and_is_answered_with_json(
    shared: tuple[str, ScriptedAssistant], assistant: ScriptedAssistant
) -> None:
    response = httpx.post(f"{shared[0]}/mcp", json=CALL, headers=ACCEPT)
    assert response.headers["content-type"] == "application/json"
    assert "mcp-session-id" not in response.headers
    assert response.json()["result"]["structuredContent"]["answer"] == ANSWER.text
    assert "default-src 'none'" in response.headers["content-security-policy"]


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}])
def test_asvs_3_5_1_another_sites_page_uses_no_tool(
    shared: tuple[str, ScriptedAssistant], assistant: ScriptedAssistant, headers: dict[str, str]
) -> None:
    assert httpx.post(f"{shared[0]}/mcp", json=CALL, headers=ACCEPT | headers).status_code == 403
    assert assistant.asked == []


def test_a_host_that_is_not_ours_is_not_answered(shared: tuple[str, ScriptedAssistant]) -> None:
    assert httpx.post(f"{shared[0]}/mcp", json=CALL, headers=ACCEPT | {"host": "evil.example"}).status_code == 400


def test_no_stream_is_kept_open_and_no_session_ended(shared: tuple[str, ScriptedAssistant]) -> None:
    for method in ("GET", "DELETE", "PUT"):
        response = httpx.request(method, f"{shared[0]}/mcp", headers=ACCEPT)
        assert (response.status_code, response.headers["allow"]) == (405, "POST")


def test_a_body_over_the_limit_is_refused(shared: tuple[str, ScriptedAssistant]) -> None:
    response = httpx.post(f"{shared[0]}/mcp", content=b"x" * 1_100_000, headers=ACCEPT)
    assert response.status_code == 413


def test_a_client_that_leaves_frees_the_model(
    shared: tuple[str, ScriptedAssistant], assistant: ScriptedAssistant
) -> None:
    assistant.seconds = 30
    for headers in (ACCEPT, ACCEPT | {"mcp-protocol-version": "2025-06-18"}):
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{shared[0]}/mcp", json=CALL, headers=headers, timeout=0.7)
        assert wait_until(lambda: assistant.running == 0)


def test_the_command_speaks_the_protocol_though_there_is_no_library_yet(tmp_path: Path) -> None:
    config = tmp_path / "reportqa.toml"
    config.write_text('[generator]\nbackend = "none"\n[encoder]\nmodel = "/there/is/none"\n', "utf-8")
    given = ["-m", "chat.cli", "--config", str(config), "mcp", "--index", str(tmp_path / "index")]
    command = StdioServerParameters(command=sys.executable, args=given, cwd=ROOT)

    async def searched(client: Client) -> Any:
        return await client.call_tool("search", {"question": "销量？"})

    result = Door(lambda: Client(command), None).use(searched)
    assert (result.is_error, "无法加载向量模型 /there/is/none" in result.content[0].text) == (True, True)
