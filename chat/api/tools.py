"""The tools by which a language model uses the library, as the Model Context Protocol describes tools: names, what they are for,
what goes in and comes out as JSON Schema; and their results, for a program as an object and for a model as text.

Pure: knows nothing of the protocol's transports.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chat.access.caller import Scope
from chat.answer import BadQuestion, Finished
from chat.api.completions import pieces_of
from chat.api.shapes import TEXT, closed, list_of, record
from chat.api.whole_report import AROUND, passage_object
from chat.contract import KINDS, MAX_CHOICES, MAX_OFFSET, MAX_TURNS, TURN_CHARS, JsonObject
from chat.pages.spans import citation_link, passage_link
from chat.search.facets import Results
from chat.search.reference import reference
from ingest.language import message, say
from ingest.report import Passage

SEARCH_K = 5  # each passage costs the model that reads it some 200 tokens
MAX_SEARCH_K = 20
MAX_NEIGHBOURS = 10
SECTION_NEIGHBOURS = 100

INSTRUCTIONS = (
    "这里是一个行业研究报告库。回答与报告有关的问题时，先用 search 找原文，或用 ask 直接得到每句话都有出处的回答；"
    "引用时请给出 reference 与 url，不要改动原文中的数字。资料里没有的，请如实说没有。"
)


@dataclass(frozen=True, slots=True)
class Tool:
    """scope: what a caller must be allowed to use it. takes, gives: JSON Schema of an object."""

    name: str
    title: str
    scope: Scope
    description: str
    takes: JsonObject
    gives: JsonObject


_PAGE: JsonObject = {"type": ["integer", "null"], "description": "页码；原文件没有页码时为空"}
_QUESTION: JsonObject = {"type": "string", "minLength": 1, "maxLength": 2000, "description": "用中文写的问题或关键词"}
_FILTERS: JsonObject = closed(
    {
        "reports": list_of(
            TEXT, maxItems=MAX_CHOICES, description="只在这些报告中找（报告编号，见资源 reportqa://reports）"
        ),
        "years": list_of({"type": "integer"}, maxItems=MAX_CHOICES, description="只找这些年份出版的报告"),
        "kinds": list_of({"type": "string", "enum": list(KINDS)}, description="只找这几类段落，row 是表格的行"),
    },
    (),
)
_HISTORY: JsonObject = list_of(
    closed(
        {
            "role": {"type": "string", "enum": ["user", "assistant"]},
            "content": {"type": "string", "maxLength": TURN_CHARS},
        },
        ("role", "content"),
    ),
    maxItems=MAX_TURNS,
    description="此前的对话，从早到晚；追问（如“那出口呢？”）靠它补全",
)
_PASSAGE: JsonObject = record(
    {
        "passage_id": {"type": "string", "description": "段落编号，可交给 read_passage"},
        "report_id": TEXT,
        "reference": {"type": "string", "description": "按 GB/T 7714—2015 著录的出处"},
        "headings": list_of(TEXT, description="从报告题名到所在章节"),
        "page": _PAGE,
        "kind": TEXT,
        "caption": {"type": "string", "description": "表格或图的题名、单位；没有时为空"},
        "text": {"type": "string", "description": "原文，一字未改"},
        "url": {"type": ["string", "null"], "description": "在浏览器中打开原文此处；服务地址未知时为空"},
    },
)
_CITATION: JsonObject = record(
    {
        "number": {"type": "integer", "description": "回答中的标号 [n]"},
        "passage_id": TEXT,
        "report_id": TEXT,
        "reference": TEXT,
        "page": _PAGE,
        "quote": {"type": "string", "description": "这一标号所依据的原话"},
        "url": {"type": ["string", "null"]},
    },
)

TOOLS = (
    Tool(
        "search",
        "检索段落",
        "search",
        "在行业研究报告库中检索与问题有关的原文段落，不经过语言模型。适合查数据、定义、政策、观点的原话；每段附出处与链接。",
        closed(
            {
                "question": _QUESTION,
                "k": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": MAX_SEARCH_K,
                    "default": SEARCH_K,
                    "description": "要几段",
                },
                "offset": {
                    "type": "integer",
                    "minimum": 0,
                    "maximum": MAX_OFFSET,
                    "default": 0,
                    "description": "略过前几段",
                },
                "filters": _FILTERS,
            },
            ("question",),
        ),
        record(
            {
                "question": TEXT,
                "total": {"type": "integer", "description": "共找到几段（最多 50）"},
                "passages": list_of(_PASSAGE),
            },
        ),
    ),
    Tool(
        "ask",
        "提问",
        "ask",
        "就行业研究报告提一个问题，得到中文回答：每句话都经过核对，并用 [n] 标出所依据的原话。资料不足时会说明没有找到依据（refused 为 true），"
        "此时不要自行补充答案。通常需要几秒到几十秒。",
        closed(
            {
                "question": _QUESTION,
                "history": _HISTORY,
                "filters": _FILTERS,
                "rewrite": {"type": "boolean", "default": True, "description": "是否按此前的对话补全问题"},
            },
            ("question",),
        ),
        record(
            {
                "question": TEXT,
                "standalone_question": {"type": "string", "description": "补全后的问题，回答的是它"},
                "answer": {"type": "string", "description": "带 [n] 标号的回答；没有依据时是其说明"},
                "refused": {"type": "boolean"},
                "sentences": list_of(
                    record(
                        {
                            "text": TEXT,
                            "citations": list_of({"type": "integer"}),
                            "state": {"type": "string", "enum": ["supported", "partly", "unsupported"]},
                        },
                    )
                ),
                "citations": list_of(_CITATION),
            },
        ),
    ),
    Tool(
        "read_passage",
        "读上下文",
        "search",
        "按段落编号读原文段落及其前后文，用来核对一处引文的语境，或读完整的一节、一张表。编号来自 search 或 ask 的结果。",
        closed(
            {
                "passage_id": {"type": "string", "minLength": 1, "maxLength": 300},
                "neighbours": {
                    "type": "integer",
                    "minimum": 0,
                    "maximum": MAX_NEIGHBOURS,
                    "default": AROUND,
                    "description": "前后各要几段（同一节内）",
                },
                "section": {
                    "type": "boolean",
                    "default": False,
                    "description": f"要整节，前后各至多 {SECTION_NEIGHBOURS} 段",
                },
            },
            ("passage_id",),
        ),
        record(
            {"before": list_of(_PASSAGE), "passage": _PASSAGE, "after": list_of(_PASSAGE)},
        ),
    ),
)
TOOLS_BY_NAME = {tool.name: tool for tool in TOOLS}


@dataclass(frozen=True, slots=True)
class Said:
    """A tool's result: the same as an object of its schema, and as text."""

    content: JsonObject
    text: str


def check_names(tool: Tool, arguments: Mapping[str, object]) -> None:
    """A misspelt name would otherwise be lost without a word.

    Raises:
        BadQuestion: the tool takes no argument of some name.
    """
    known: Any = tool.takes["properties"]
    if unknown := sorted(str(name)[:60] for name in arguments if name not in known):
        raise BadQuestion(
            message("{tool} 没有 {unknown} 这个参数；可用 {known}。", tool=tool.name, unknown=unknown[0], known=known)
        )


@dataclass(frozen=True, slots=True)
class WhichPassage:
    """What `read_passage` is asked for. each_way: how many neighbours on each side, of the same section."""

    passage_id: str
    each_way: int


def read_which(arguments: Mapping[str, object]) -> WhichPassage:
    """Check the arguments of `read_passage`.

    Raises:
        BadQuestion: one is missing or of the wrong kind.
    """
    passage_id, neighbours = arguments.get("passage_id"), arguments.get("neighbours", AROUND)
    section = arguments.get("section", False)
    if not isinstance(passage_id, str) or not 0 < len(passage_id) <= 300:
        raise BadQuestion(message("passage_id 应是段落编号，来自 search 或 ask 的结果。"))
    if not isinstance(neighbours, int) or isinstance(neighbours, bool) or not 0 <= neighbours <= MAX_NEIGHBOURS:
        raise BadQuestion(message("neighbours 应是 0 到 {most} 的整数。", most=MAX_NEIGHBOURS))
    if not isinstance(section, bool):
        raise BadQuestion(message("section 应是 true 或 false。"))
    return WhichPassage(passage_id, SECTION_NEIGHBOURS if section else neighbours)


def said_of_search(results: Results, home: str | None) -> Said:
    """What `search` found. home: the address of the service for links, None where it has none."""
    passages = [hit.passage for hit in results.hits]
    content: JsonObject = {
        "question": results.found.question,
        "total": results.total,
        "passages": [_passage(passage, home) for passage in passages],
    }
    return Said(content, "\n\n".join(map(_read_out, passages)) or say("没有找到有关的段落。"))


def said_of_answer(finished: Finished, home: str | None) -> Said:
    """What `ask` answers."""
    answer = finished.answer
    content: JsonObject = {
        "question": finished.found.question,
        "standalone_question": finished.found.standalone_question,
        "answer": answer.text,
        "refused": answer.refusal is not None,
        "sentences": [
            {"text": sentence.text, "citations": list(sentence.citations), "state": sentence.state}
            for sentence in answer.sentences
        ],
        "citations": [
            {
                "number": citation.number,
                "passage_id": citation.passage.id,
                "report_id": citation.passage.report_id,
                "reference": reference(citation.passage),
                "page": citation.passage.page,
                "quote": citation.quote,
                "url": _url(citation_link(citation, answer.citations), home),
            }
            for citation in answer.citations
        ],
    }
    return Said(content, "".join(pieces_of(answer)))


def said_of_passage(near: Sequence[Passage], at: int, home: str | None) -> Said:
    """What `read_passage` reads: near[at] is the passage itself."""
    before, after = near[:at], near[at + 1 :]
    content: JsonObject = {
        "before": [_passage(passage, home) for passage in before],
        "passage": _passage(near[at], home),
        "after": [_passage(passage, home) for passage in after],
    }
    head = " › ".join(near[at].headings)
    return Said(content, "\n".join([reference(near[at]), head, "", *(passage.text for passage in near)]))


def _passage(passage: Passage, home: str | None) -> JsonObject:
    told = passage_object(passage)
    known: Any = _PASSAGE["properties"]
    return {name: told[name] for name in known if name in told} | {"url": _url(passage_link(passage), home)}


def _read_out(passage: Passage) -> str:
    lines = [reference(passage), " › ".join(passage.headings), passage.caption, passage.text, f"（{passage.id}）"]
    return "\n".join(line for line in lines if line)


def _url(link: str, home: str | None) -> str | None:
    """A link of a page as an address that leads there from anywhere."""
    return None if home is None else home + link.removeprefix("..")
