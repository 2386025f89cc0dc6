"""What goes in and comes out of the HTTP interface, as JSON Schemas: the components of its description."""

from collections.abc import Mapping
from typing import get_args

from chat.answer import QUESTION_CHARS, Fallback
from chat.api.completions import IGNORED, MODEL, UNSUPPORTED
from chat.api.shapes import FLAG, MAYBE_NUMBER, NUMBER, TEXT, closed, list_of, named, one_of, record, told
from chat.contract import KINDS, MAX_CHOICES, MAX_K, MAX_OFFSET, MAX_TURNS, TURN_CHARS, JsonObject
from chat.records.feedback import LIBRARY, REASONS, VERDICTS
from chat.search.facets import DEFAULT_K
from chat.service.feedback_routes import (
    ANSWER_CHARS,
    ANSWER_ID,
    COMMENT_CHARS,
    ID_CHARS,
    MAX_CITATIONS,
    STANDALONE_CHARS,
)
from ingest.source import Flag, PageKind

_QUESTION = told({"type": "string", "pattern": r"\S"}, f"问题；去掉首尾空白后至多 {QUESTION_CHARS:,} 个字")
_ID = told({}, "调用者自己的编号（字符串或整数），原样带回；可不给出")
_PAGE = told(MAYBE_NUMBER, "页码，从 1 起；原文件没有页码时为 null")
_SPAN = list_of(NUMBER, minItems=2, maxItems=2)
_ASKED: Mapping[str, JsonObject] = {
    "id": _ID,
    "question": _QUESTION,
    "history": told(
        {**list_of(named("Turn"), maxItems=MAX_TURNS), "type": ["array", "null"]}, "此前的对话，从早到晚；追问靠它补全"
    ),
    "filters": named("Filters"),
    "rewrite": {**FLAG, "default": True, "description": "是否按此前的对话补全问题；false 时按原样提问"},
}
_ANSWER_ID: JsonObject = {"type": "string", "pattern": f"^(?:{ANSWER_ID.pattern})$"}
_FOUND: Mapping[str, JsonObject] = {
    "id": _ID,
    "question": TEXT,
    "standalone_question": told(TEXT, "补全后的问题，查找与回答的是它"),
    "hits": list_of(named("Hit")),
}
_PLACE: Mapping[str, JsonObject] = {
    "passage_id": TEXT,
    "report_id": TEXT,
    "title": TEXT,
    "publisher": TEXT,
    "published": told(TEXT, "出版日期，如 2025-03；未知时为空"),
    "period": told(TEXT, "所述时期，如 2024年；未知时为空"),
    "headings": list_of(TEXT, description="从报告题名到所在章节"),
    "page": _PAGE,
    "page_kind": one_of(get_args(PageKind)),
}
_QUALITY: Mapping[str, JsonObject] = {
    "page": _PAGE,
    "flags": list_of(one_of(get_args(Flag))),
    "excluded": told(FLAG, "读不可靠，未收录"),
    "confidence": {"type": ["number", "null"], "description": "文字识别的平均可信度，0 到 1"},
}
_REPORT: Mapping[str, JsonObject] = {
    "report_id": TEXT,
    "title": TEXT,
    "publisher": TEXT,
    "published": TEXT,
    "period": TEXT,
    "passages": told(NUMBER, "可检索的段落数"),
    "pages": told(MAYBE_NUMBER, "页数；原文件没有页码时为 null"),
    "page_kind": one_of(get_args(PageKind)),
    "quality": list_of(record(_QUALITY), description="读取有可说之处的页"),
    "notes": list_of(TEXT),
}
_USAGE = record({"prompt_tokens": NUMBER, "completion_tokens": NUMBER, "total_tokens": NUMBER})
_STAMP: Mapping[str, JsonObject] = {
    "id": TEXT,
    "created": NUMBER,
    "model": {"const": MODEL},
    "system_fingerprint": told(TEXT, "所用索引的版本"),
}
_ANNOTATION = record(
    {
        "type": {"const": "url_citation"},
        "url_citation": record(
            {
                "start_index": told(NUMBER, "标号 [n] 在 content 中的起点，按字符计"),
                "end_index": told(NUMBER, "标号之后的位置"),
                "url": told(TEXT, "在浏览器中打开所引原话"),
                "title": told(TEXT, "按 GB/T 7714—2015 著录的出处"),
            }
        ),
    }
)
_MESSAGE = record(
    {
        "role": one_of(("user", "assistant", "system", "developer")),
        "content": {
            "description": "文字，或由文字组成的数组；system 与 developer 的内容不影响回答",
            "anyOf": [TEXT, list_of(record({"type": {"const": "text"}, "text": TEXT}))],
        },
    }
)

SCHEMAS: Mapping[str, JsonObject] = {
    "Error": record({"id": _ID, "error": told(TEXT, "给人看的原因")}),
    "OpenAIError": record(
        {
            "error": record(
                {
                    "message": TEXT,
                    "type": TEXT,
                    "param": {"type": ["string", "null"], "description": "有误的参数"},
                    "code": {"type": ["string", "null"]},
                }
            )
        }
    ),
    "Event": record(
        {
            "event": told(TEXT, "事件的名称；OpenAI 格式的流没有"),
            "data": told(TEXT, "一行 JSON；OpenAI 格式的流以 [DONE] 结束"),
        },
        optional=("event",),
        description="事件流中的一个事件",
    ),
    "Health": record({"status": {"const": "ok"}}),
    "Turn": record(
        {"role": one_of(("user", "assistant")), "content": {"type": "string", "maxLength": TURN_CHARS}},
    ),
    "Filters": {
        **closed(
            {
                "reports": list_of({"type": "string", "minLength": 1}, maxItems=MAX_CHOICES, description="报告编号"),
                "years": list_of(
                    {"type": ["integer", "null"], "minimum": 1000, "maximum": 9999},
                    maxItems=MAX_CHOICES,
                    description="出版年份；null 是未注明年份的",
                ),
                "kinds": list_of(one_of(KINDS), maxItems=MAX_CHOICES, description="段落类型，row 是表格的行"),
            }
        ),
        "type": ["object", "null"],
        "description": "在哪里找；同一项多个值取其一，各项须同时满足",
    },
    "AskRequest": record(_ASKED, optional=("id", "history", "filters", "rewrite")),
    "SearchRequest": record(
        {
            **_ASKED,
            "k": {"type": "integer", "minimum": 1, "maximum": MAX_K, "default": DEFAULT_K, "description": "要几段"},
            "offset": {"type": "integer", "minimum": 0, "maximum": MAX_OFFSET, "default": 0, "description": "略过几段"},
        },
        optional=("id", "history", "filters", "rewrite", "k", "offset"),
    ),
    "Hit": record(
        {
            "rank": NUMBER,
            "score": {"type": "number"},
            **_PLACE,
            "kind": one_of(KINDS),
            "text": told(TEXT, "原文，一字未改"),
            "highlights": list_of(_SPAN, description="问题中的词在 text 中的起止，按字符计"),
            "reference": told(TEXT, "按 GB/T 7714—2015 著录的出处"),
            "also_at": list_of(named("Place"), description="同样的话还在哪里"),
        }
    ),
    "Place": record(
        {
            "report_id": TEXT,
            "title": TEXT,
            "headings": list_of(TEXT),
            "page": _PAGE,
            "page_kind": one_of(get_args(PageKind)),
            "text": told(TEXT, "在那里的文字；与此处相同时为空"),
        }
    ),
    "Citation": record({"number": told(NUMBER, "标号 [n]"), **_PLACE, "quote": told(TEXT, "所依据的原话")}),
    "Sentence": record(
        {
            "text": TEXT,
            "citations": list_of(NUMBER, description="所引标号"),
            "supported": FLAG,
            "state": told(one_of(("supported", "partly", "unsupported")), "依据是否充分"),
            "composed": told(FLAG, "按规则由所引内容写成，如算式"),
        }
    ),
    "Answer": record(
        {
            **_FOUND,
            "answer": told(TEXT, "带 [n] 标号的回答；没有依据时是其说明"),
            "refused": told(FLAG, "资料中没有找到依据"),
            "quoted": told(FLAG, "回答是原文的摘录，不是模型写的"),
            "fallback": told(
                {"enum": [*get_args(Fallback), None]},
                "因何改为摘录：unavailable 模型不可用，overtime 超时；null 不是因此",
            ),
            "missing": told(TEXT, "问题中没有找到依据的一方，已附在回答之后；没有则为空"),
            "sentences": list_of(named("Sentence")),
            "citations": list_of(named("Citation")),
            "timings": record(
                {
                    "search_ms": {"type": "number"},
                    "waited_ms": {"type": ["number", "null"]},
                    "first_token_ms": {"type": ["number", "null"]},
                    "total_ms": {"type": ["number", "null"]},
                    "prompt_tokens": MAYBE_NUMBER,
                    "answer_tokens": MAYBE_NUMBER,
                }
            ),
        }
    ),
    "SearchResult": record(
        {
            **_FOUND,
            "total": told(NUMBER, "共找到几段（一般至多 50）"),
            "offset": NUMBER,
            "facets": record(
                {
                    "reports": list_of(record({"report_id": TEXT, "title": TEXT, "count": NUMBER})),
                    "years": list_of(record({"year": MAYBE_NUMBER, "count": NUMBER})),
                    "kinds": list_of(record({"kind": TEXT, "count": NUMBER})),
                },
                description="换用其他筛选条件会有几段",
            ),
            "nearest_words": told(
                {"type": "object", "additionalProperties": list_of(TEXT)}, "资料中没有的词，与其相近的词"
            ),
            "loosened": list_of(
                record({"filters": named("Filters"), "total": NUMBER}), description="没有找到时，放宽筛选条件会有几段"
            ),
            "timings": record({"search_ms": {"type": "number"}}),
        }
    ),
    "Report": record(_REPORT),
    "Reports": record({"reports": list_of(named("Report")), "editable": told(FLAG, "调用者可否增删报告")}),
    "WholeReport": record(
        {
            **_REPORT,
            "sections": list_of(
                record(
                    {
                        "section": told(NUMBER, "章节序号，从 0 起"),
                        "headings": list_of(TEXT),
                        "page": _PAGE,
                        "characters": NUMBER,
                    }
                )
            ),
            "page_quality": list_of(record({"characters": NUMBER, **_QUALITY}), description="逐页的读取质量"),
        }
    ),
    "Passage": record(
        {
            **{name: schema for name, schema in _PLACE.items() if name != "period"},
            "section": NUMBER,
            "kind": told(TEXT, "段落类型；notice 是声明、目录等，不参与检索"),
            "caption": told(TEXT, "表格或图的题名、单位；没有时为空"),
            "text": told(TEXT, "原文，一字未改"),
            "start": told(NUMBER, "在所在章节中的起点，按字符计"),
            "end": NUMBER,
            "reference": TEXT,
        }
    ),
    "Passages": record({"report_id": TEXT, "total": NUMBER, "offset": NUMBER, "passages": list_of(named("Passage"))}),
    "ExportRequest": record(
        {
            "id": _ID,
            "format": one_of(("md", "docx", "pdf")),
            "language": told({}, "文件中标题等所用的语言，zh 或 en；其他取值按 zh"),
            "exchanges": list_of({"type": "object"}, description="页面保存在浏览器中的会话"),
        },
        optional=("id", "language"),
    ),
    "FeedbackRequest": closed(
        {
            "answer_id": told(_ANSWER_ID, "调用者为回答取的编号，撤回时用；应难以猜到"),
            "verdict": one_of(VERDICTS),
            "reason": one_of(("", *REASONS), description="只用于 verdict 是 down 时"),
            "comment": {"type": "string", "maxLength": COMMENT_CHARS},
            "question": _QUESTION,
            "standalone_question": {"type": "string", "maxLength": STANDALONE_CHARS},
            "answer": {"type": "string", "pattern": r"\S", "maxLength": ANSWER_CHARS},
            "refused": FLAG,
            "citations": list_of(
                closed(
                    {
                        name: {"type": "string", "minLength": 1, "maxLength": ID_CHARS}
                        for name in ("report_id", "passage_id")
                    },
                    ("report_id", "passage_id"),
                ),
                maxItems=MAX_CITATIONS,
            ),
            "library": told({"type": "string", "pattern": f"^(?:{LIBRARY.pattern})?$"}, "回答所用索引的版本"),
        },
        ("answer_id", "verdict", "question", "answer", "refused"),
    ),
    "FeedbackKept": record({"answer_id": TEXT, "answer_kept": told(FLAG, "回答的文字是否一并存下")}),
    "FeedbackWithdrawn": record({"answer_id": TEXT}),
    "CompletionRequest": closed(
        {
            "model": {"const": MODEL},
            "messages": list_of(_MESSAGE, minItems=1, description="最后一条须是 user 的问题，此前的是对话"),
            "stream": {"type": ["boolean", "null"], "default": False},
            "stream_options": {
                "type": ["object", "null"],
                "properties": {"include_usage": {"type": ["boolean", "null"]}, "include_obfuscation": {}},
                "additionalProperties": False,
                "description": "只用于 stream 是 true 时",
            },
            "reportqa": {
                "type": ["object", "null"],
                "properties": {"filters": named("Filters"), "rewrite": FLAG},
                "additionalProperties": False,
                "description": "本服务的扩展，同 AskRequest",
            },
            **{name: told({}, "接受，但不影响回答") for name in IGNORED},
            **{
                name: {"enum": [None, *allowed], "description": "不支持其他取值"}
                for name, allowed in UNSUPPORTED.items()
            },
        },
        ("model", "messages"),
    ),
    "Completion": record(
        {
            **_STAMP,
            "object": {"const": "chat.completion"},
            "choices": list_of(
                record(
                    {
                        "index": {"const": 0},
                        "message": record(
                            {
                                "role": {"const": "assistant"},
                                "content": told(TEXT, "带 [n] 标号的回答，其后是所引出处；纯文本"),
                                "refusal": {"type": "null"},
                                "annotations": list_of(_ANNOTATION, description="每个标号一项"),
                            }
                        ),
                        "logprobs": {"type": "null"},
                        "finish_reason": {"const": "stop"},
                    }
                ),
                minItems=1,
                maxItems=1,
            ),
            "usage": told(_USAGE, "语言模型读写的词元；没有用到模型时为 0"),
            "reportqa": named("Answer"),
        }
    ),
    "Model": record({"id": {"const": MODEL}, "object": {"const": "model"}, "created": NUMBER, "owned_by": TEXT}),
    "Models": record({"object": {"const": "list"}, "data": list_of(named("Model"))}),
    "Description": told({"type": "object"}, "本文档"),
}
