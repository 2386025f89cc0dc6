"""Who is not of a group gets nothing of its reports, by any route and any event of the page."""

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from starlette.datastructures import Headers

from chat.access.access import Access
from chat.access.audience import audience_of
from chat.access.caller import LOCAL, Caller
from chat.access.configured import see_of
from chat.access.groups import Groups, listed_in_vain, of_site
from chat.answer import Answer, Found, Sentence
from chat.assistant import Assistant
from chat.config import AccessConfig, Config, SiteConfig
from chat.contract import ReportLine
from chat.library.building import Setup, build_index
from chat.pages.exchange import Exchange
from chat.pages.kept import kept_object
from chat.service.app import make_app
from chat.service.live import LiveAssistant
from chat.service.server import listen
from chat.service.shelf import CorpusShelf
from chat.setup import load_library
from index.library import Hit
from tests.fakes import TIMINGS, HashingEncoder, cite, passage

SHARED = "2024年配储比例平均达到13.6%，市场空间广阔。"
OPEN = f"""# 光伏白皮书

## 1.1 协同

{SHARED}

## 1.2 装机

2023年光伏新增装机216.88吉瓦，同比增长148%。光伏组件价格同比下降42%。
"""
# Every word of it that nothing else has begins with 机密: it is what must not be seen, and what the group's own members see.
HIDDEN = f"""# 机密报告：机密储能

## 1.1 机密装机

2024年机密储能装机73.76吉瓦，同比增长103%。机密储能（简称密储）是指机密院研制的储能。

## 1.2 协同

{SHARED}

| 机密年份 | 机密装机（吉瓦） |
| --- | --- |
| 2023 | 34.527 |
| 2024 | 73.76 |
"""
SECRET = re.compile(r"机密|73\.76|34\.527|hidden-report")  # figures of more places than any timing has
# None of them says what must not be seen but the last, whose own words come back.
QUESTIONS = (
    "2024年储能装机是多少吉瓦？",
    "配储比例平均达到多少？",
    "2024年装机同比增长多少？",
    "市场空间怎么样？",
    "量子计算机有多少台？",
)
GROUPS = {"储能组": ["hidden-report"], "*": ["open-report"]}


def line(id: str, file: str = "") -> ReportLine:
    return ReportLine(id, id, "", "", 1, file=file)


LINES = (
    line("a", "reports/研发/甲.pdf"),
    line("b", "reports/研发/二部/乙.pdf"),
    line("c", "reports/市场/丙.pdf"),
    line("d"),
)


@pytest.mark.parametrize(
    ("lists", "groups", "seen"),
    [
        ({}, (), None),
        ({"研发部": ["*"]}, ("研发部",), None),
        ({"*": ["*"], "研发部": ["a"]}, (), None),
        ({"研发部": ["a"]}, ("研发部",), {"a"}),
        ({"研发部": ["a"]}, ("市场部",), set()),
        ({"研发部": ["a"]}, (), set()),
        ({"研发部": []}, ("研发部",), set()),
        ({"研发部": ["a"], "*": ["c"]}, ("研发部",), {"a", "c"}),
        ({"研发部": ["a"], "市场部": ["c"]}, ("研发部", "市场部"), {"a", "c"}),
        ({"研发部": ["reports/研发/"]}, ("研发部",), {"a", "b"}),
        ({"研发部": ["reports/研发/二部/"]}, ("研发部",), {"b"}),
        ({"研发部": ["reports/研发"]}, ("研发部",), set()),
        ({"研发部": ["研发/"]}, ("研发部",), set()),
        ({"研发部": ["/"]}, ("研发部",), set()),
    ],
)
def test_once_any_group_has_a_list_a_report_is_there_for_who_is_on_it_alone(
    lists: Mapping[str, list[str]], groups: tuple[str, ...], seen: set[str] | None
) -> None:
    opened = Groups(lists).opened_to(Caller("login", "ming", frozenset(groups)))
    assert (opened(LINES) if opened is not None else None) == seen


def test_a_caller_cannot_be_of_the_group_of_everybody_by_name_and_who_sits_here_sees_all() -> None:
    opened = Groups({"研发部": ["a"]}).opened_to(Caller("login", "ming", frozenset({"*"})))
    assert opened is not None
    assert opened(LINES) == frozenset()
    assert Groups({"研发部": ["a"]}).opened_to(LOCAL) is None


class ByGroup:
    """A way for tests: a header names the group, in ASCII."""

    def caller(self, headers: Headers, client: str) -> Caller | None:
        groups = {"storage": frozenset({"储能组"}), "others": frozenset({"市场部"})}
        named = headers.get("x-group", "")
        return Caller("proxy", named, groups[named], site=headers.get("x-site", "")) if named in groups else None


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        for end in app.state.pages_end:
            end.set()
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("groups")
    encoder = HashingEncoder()
    (folder / "corpus" / "reports").mkdir(parents=True)
    (folder / "corpus" / "reports" / "open.md").write_text(OPEN, "utf-8")
    (folder / "corpus" / "reports" / "zz.md").write_text(HIDDEN, "utf-8")
    entries = {"reports/open.md": {"id": "open-report"}, "reports/zz.md": {"id": "hidden-report"}}
    manifest = "".join(f'[[report]]\nfile = "{file}"\nid = "{entry["id"]}"\n' for file, entry in entries.items())
    (folder / "corpus" / "manifest.toml").write_text(manifest, "utf-8")
    setup = Setup(folder / "corpus", folder / "index", encoder.name, lambda: encoder)
    build_index(setup)
    live = LiveAssistant(setup.root, Assistant(load_library(setup.root, encoder), None))
    assert {each.id for each in live.reports} == {"open-report", "hidden-report"}
    sites = (SiteConfig("quantum", reports=("open-report",)), SiteConfig("storage", reports=("hidden-report", "gone")))
    config = Config(access=AccessConfig(groups={group: tuple(listed) for group, listed in GROUPS.items()}, sites=sites))
    app = make_app(
        live, shelf=CorpusShelf(setup, live), editing="always", access=Access([ByGroup()]), see=see_of(config, live)
    )
    with served(app) as home:
        yield home


def client_of(home: str, group: str) -> httpx.Client:
    return httpx.Client(base_url=home, headers={"x-group": group}, timeout=20)


def over_http(client: httpx.Client) -> str:
    """All that the routes say to a caller, the words of its own questions left out."""
    said = [client.get("/api/v1/reports").text, client.get("/reports/hidden-report").text]
    said.append(client.get("/reports/hidden-report/pages/1").text)
    for question in QUESTIONS:
        for asked in (
            {"question": question},
            {"question": question, "filters": {"years": [2024]}},
            {"question": question, "history": [{"role": "user", "content": "储能报告里说了什么？"}]},
        ):
            said.append(client.post("/api/v1/search", json=asked | {"k": 50}).text)
            said.append(client.post("/api/v1/ask", json=asked).text)
            streamed = client.post("/api/v1/ask", json=asked, headers={"accept": "text/event-stream"})
            said.append(streamed.text)
        for stream in (False, True):
            completion = {"model": "reportqa", "messages": [{"role": "user", "content": question}], "stream": stream}
            said.append(client.post("/v1/chat/completions", json=completion).text)
        for tool in ("search", "ask"):
            said.append(by_mcp(client, "tools/call", {"name": tool, "arguments": {"question": question}}))
    said += [client.get(f"/api/v1/reports/hidden-report{rest}").text for rest in ("", "/passages")]
    said += [
        by_mcp(client, "resources/read", {"uri": uri})
        for uri in ("reportqa://reports", "reportqa://reports/hidden-report")
    ]
    for id in ("hidden-report:0:0-59", "hidden-report:1:60-70", "hidden-report:1:0-34"):
        read = {"name": "read_passage", "arguments": {"passage_id": id}}
        said.append(by_mcp(client, "tools/call", read))
    return "\n".join(said)


def by_mcp(client: httpx.Client, method: str, params: Mapping[str, Any]) -> str:
    """What the library for language models says."""
    told = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    headers = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-06-18"}
    return client.post("/mcp", json=told, headers=headers).text


_SESSIONS = count()


def page_of(client: httpx.Client) -> dict[str, Any]:
    """The configuration of Gradio's page."""
    text = client.get("/chat/").text
    found = re.search(r"window\.gradio_config = (\{.*?\});</script>", text, re.S)
    assert found is not None
    config: dict[str, Any] = json.loads(found[1])
    return config


def page_event(client: httpx.Client, number: int, text: str) -> str:
    """All that one event of the page draws, with this text in every box."""
    config = page_of(client)
    dependency = next(each for each in config["dependencies"] if each["id"] == number)
    kinds = {each["id"]: each["type"] for each in config["components"]}
    data = [text if kinds[each] == "textbox" else None for each in dependency["inputs"]]
    session = f"session{next(_SESSIONS)}"
    joined = client.post(
        "/chat/gradio_api/queue/join", json={"data": data, "fn_index": number, "session_hash": session}
    )
    assert joined.status_code == 200, joined.text
    said = []
    with client.stream("GET", "/chat/gradio_api/queue/data", params={"session_hash": session}) as events:
        for line in events.iter_lines():
            said.append(line)
            if '"process_completed"' in line:
                break
    return "\n".join(json.dumps(json.loads(each[5:]), ensure_ascii=False) for each in said if each.startswith("data:"))


def wishes_of(questions: tuple[str, ...]) -> list[str]:
    """What a page may be told to do: by its boxes, by its buttons, or by hand."""
    return [
        *questions,
        *(json.dumps({"do": "ask", "question": question}) for question in questions),
        json.dumps({"do": "of", "report": "hidden-report", "question": "装机"}),
        json.dumps({"question": "装机是多少？", "filters": {"reports": ["hidden-report"]}}),
        json.dumps({"question": "装机是多少？", "filters": {"years": [2024]}}),
        "",
    ]


def on_the_page(client: httpx.Client) -> str:
    """All that any event of the page draws, each told each wish."""
    config = page_of(client)
    kinds = {each["id"]: each["type"] for each in config["components"]}
    said = []
    for dependency in config["dependencies"]:
        takes_text = any(kinds[each] == "textbox" for each in dependency["inputs"])
        for text in wishes_of(QUESTIONS[:3]) if takes_text else [""]:
            if dependency["backend_fn"]:
                said.append(page_event(client, dependency["id"], text))
    return "\n".join(said)


def without_own_words(said: str) -> str:
    """What was said, without what the caller itself named."""
    return re.sub(r"没有编号为 hidden-report\S* 的[报段]|没有 reportqa://reports/hidden-report 这个", "", said)


def test_by_no_route_does_who_is_not_of_the_group_get_anything_of_its_reports(home: str) -> None:
    with client_of(home, "others") as client:
        said = over_http(client)
    assert "216.88" in said
    assert SECRET.findall(without_own_words(said)) == []


def test_by_no_event_of_the_page_either(home: str) -> None:
    with client_of(home, "others") as client:
        said = on_the_page(client)
    assert "216.88" in said
    assert SECRET.findall(without_own_words(said)) == []


def test_the_page_of_a_site_gives_nothing_but_its_reports_to_who_may_see_more(home: str) -> None:
    with client_of(home, "storage") as client:
        client.headers["x-site"] = "quantum"
        said = over_http(client) + on_the_page(client)
    assert "216.88" in said
    assert SECRET.findall(without_own_words(said)) == []


def test_a_site_of_a_report_shows_it_to_nobody_who_may_not_see_it(home: str) -> None:
    with client_of(home, "others") as client:
        client.headers["x-site"] = "storage"
        assert client.get("/api/v1/reports").json()["reports"] == []
        said = over_http(client)
    assert SECRET.findall(without_own_words(said)) == []


def test_a_site_without_reports_of_its_own_is_for_all_that_its_user_may_see() -> None:
    listed = Groups({"研发部": ["a", "b"]}).opened_to(Caller("embed", "ming", frozenset({"研发部"}), site="hr"))
    for opened, reports, seen in [
        (None, frozenset[str](), None),
        (None, frozenset({"a", "gone"}), {"a"}),
        (None, frozenset({"gone"}), set()),
        (listed, frozenset[str](), {"a", "b"}),
        (listed, frozenset({"b", "c"}), {"b"}),
    ]:
        of_both = of_site(opened, reports)
        assert (of_both(LINES) if of_both is not None else None) == seen


def test_members_of_the_group_get_it_by_all_of_them(home: str) -> None:
    with client_of(home, "storage") as client:
        for question in ("2024年储能装机是多少吉瓦？",):
            for route in ("/api/v1/search", "/api/v1/ask"):
                assert "73.76" in client.post(route, json={"question": question}).text
        assert client.get("/reports/hidden-report").status_code == 200
        assert "机密报告" in client.get("/api/v1/reports").text
        assert len(SECRET.findall(on_the_page(client))) > 20


def test_a_report_that_is_not_to_be_seen_is_as_one_that_is_not_there(home: str) -> None:
    with client_of(home, "others") as client:
        for there in ("hidden-report", "nothing-at-all"):
            asked = {"question": "装机？", "filters": {"reports": [there]}}
            for route in ("/api/v1/search", "/api/v1/ask"):
                response = client.post(route, json=asked)
                assert response.status_code == 400
                assert f"没有编号为 {there} 的报告" in response.json()["error"]
            assert client.get(f"/reports/{there}").status_code == 404
            removed = client.delete(f"/api/v1/reports/{there}")
            assert (removed.status_code, removed.json()["error"]) == (
                404,
                f"没有编号为 {there} 的报告；请刷新列表后重试",
            )
    with client_of(home, "storage") as client:
        assert "hidden-report" in client.get("/api/v1/reports").text  # nothing was removed


def test_words_that_a_hidden_report_has_too_are_found_without_its_name(home: str) -> None:
    with client_of(home, "others") as client:
        hits = client.post("/api/v1/search", json={"question": "配储比例平均达到多少？"}).json()["hits"]
    assert "13.6%" in hits[0]["text"]
    assert hits[0]["also_at"] == []


@pytest.mark.parametrize(
    ("access", "report", "audience"),
    [
        (AccessConfig(), "a", ((), ())),
        (AccessConfig(groups={"研发部": ("a",), "*": ("b",)}), "a", (("研发部",), ())),
        (AccessConfig(groups={"研发部": ("a",), "*": ("reports/研发/",)}), "b", (("*",), ())),
        (AccessConfig(groups={"研发部": ("a",), "管理组": ("*",)}), "a", (("研发部",), ())),
        (AccessConfig(groups={"研发部": ("a",)}), "c", ((), ())),
        (AccessConfig(sites=(SiteConfig("hr", reports=("a",)), SiteConfig("all"))), "a", ((), ("hr",))),
        (AccessConfig(sites=(SiteConfig("hr", reports=("a",)), SiteConfig("all"))), "b", ((), ())),
    ],
)
def test_the_audience_of_a_report_is_whoever_lists_it(
    access: AccessConfig, report: str, audience: tuple[tuple[str, ...], tuple[str, ...]]
) -> None:
    assert audience_of(access)(report, next(each.file for each in LINES if each.id == report)) == audience


def test_words_that_stand_in_two_reports_are_found_by_who_may_see_either_alone(tmp_path: Path) -> None:
    for name in ("甲", "乙"):
        (tmp_path / "corpus" / name).mkdir(parents=True)
        (tmp_path / "corpus" / name / "报告.md").write_text(f"# {name}方报告\n\n## 协同\n\n{SHARED}\n", "utf-8")
    access = AccessConfig(groups={"甲组": ("甲/",), "乙组": ("乙/",)})
    encoder = HashingEncoder()
    setup = Setup(tmp_path / "corpus", tmp_path / "index", encoder.name, lambda: encoder, audience=audience_of(access))
    build_index(setup)
    see = see_of(Config(access=access), LiveAssistant(setup.root, Assistant(load_library(setup.root, encoder), None)))
    for group, title in (("甲组", "甲方报告"), ("乙组", "乙方报告")):
        (hit,) = see(Caller("proxy", "ming", frozenset({group}))).search("配储比例平均达到多少？").hits
        assert (hit.passage.title, hit.passage.text, hit.passage.also_at) == (title, f"协同\n\n{SHARED}", ())


def _answered(passage_id: str, text: str) -> Exchange:
    """A question that was answered from a passage."""
    source = passage(text, id=passage_id, report_id="hidden-report")
    hits = (Hit(source, 1.0, 1),)
    answer = Answer((Sentence("见原文。", (1,), True),), (cite(1, source, text[:5]),), hits)
    found = Found("装机？", "装机？", hits, TIMINGS)
    return Exchange("装机？", "a" * 20, "version-000001", "b" * 20, found=found, answer=answer, timings=TIMINGS)


def test_a_conversation_kept_from_another_day_gives_nothing_of_a_report_not_to_be_seen(home: str) -> None:
    found = {}
    for group in ("storage", "others"):
        with client_of(home, group) as client:
            hits = client.post("/api/v1/search", json={"question": "2024年储能装机是多少吉瓦？", "k": 50}).json()[
                "hits"
            ]
            found[group] = {hit["report_id"] for hit in hits}
    assert found["others"] == {"open-report"}
    with client_of(home, "storage") as client:
        secret = next(
            hit
            for hit in client.post("/api/v1/search", json={"question": "2024年储能装机是多少吉瓦？"}).json()["hits"]
            if hit["report_id"] == "hidden-report"
        )
    # What the browser of a member keeps; the words themselves are not among it.
    kept = kept_object(_answered(secret["passage_id"], secret["text"]))
    assert kept is not None
    assert SECRET.findall(json.dumps([kept["sentences"], kept["question"]], ensure_ascii=False)) == []
    with client_of(home, "others") as client:
        exported = client.post("/api/v1/export", json={"format": "md", "exchanges": [kept]})
        assert (exported.status_code, SECRET.findall(exported.text)) == (400, [])
        config = page_of(client)
        kinds = {each["id"]: each["type"] for each in config["components"]}
        opening = json.dumps({"do": "open", "exchanges": [kept]})
        drawn = [
            page_event(client, each["id"], opening)
            for each in config["dependencies"]
            if each["backend_fn"] and any(kinds[one] == "textbox" for one in each["inputs"])
        ]
    assert any("装机？" in each for each in drawn)
    assert SECRET.findall("".join(drawn)) == []


def test_what_is_listed_and_not_there_is_told_with_its_place() -> None:
    lines = [
        ReportLine("pv-2024", "光伏白皮书", "", "", 1, file="研究/pv.md"),
        ReportLine("ev-2025", "汽车", "", "", 1, file="ev.md"),
    ]
    access = AccessConfig(
        groups={"*": ("*", "研究/"), "sales": ("ev-2025", "ev-2024", "研究/旧/")},
        sites=(
            SiteConfig(id="hr", origins=("https://portal.example.com",), reports=("pv-2024", "研究/")),
            SiteConfig(id="open", origins=("https://portal.example.com",)),
        ),
    )
    told = [line.split("，")[0] for line in listed_in_vain(access, lines)]
    assert told == [
        "access.groups 的 sales：没有报告 ev-2024",
        "access.groups 的 sales：没有报告 研究/旧/",
        "access.sites 的 hr：没有报告 研究/",  # a site lists ids alone
    ]
