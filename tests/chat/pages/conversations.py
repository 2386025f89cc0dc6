"""Conversations to export: one with a bit of everything, and any that can be."""

import datetime
from dataclasses import replace

from hypothesis import strategies as st

from chat.answer import Answer, Citation, Found, Sentence
from chat.pages.exchange import Exchange, OneReport
from chat.pages.export import Document, document_of
from tests.fakes import EXPORTS, HITS, POLICY, SALES, TIMINGS, TITLE, cite, passage

DAY = datetime.date(2025, 4, 1)
QUESTION = "2024年新能源汽车的销量和出口各是多少？"
FIRST, SECOND = "2024年新能源汽车出口128.4万辆，同比增长6.7%。", "其中纯电动汽车出口98.7万辆，同比下降10.4%。"


def exchange(question: str, answer: Answer, standalone: str | None = None, of: OneReport | None = None) -> Exchange:
    found = Found(question, standalone or question, HITS, TIMINGS)
    return Exchange(question, of=of, found=found, answer=answer, timings=TIMINGS)


ANSWERED = exchange(
    QUESTION,
    Answer(
        sentences=(
            Sentence("销量为1286.6万辆，出口128.4万辆。", (1, 2), True),
            Sentence("纯电动汽车出口减少。", (3,), False),
            Sentence("国内销量为1286.6－128.4＝1158.2万辆。", (1, 2), True, composed=True),
            Sentence("预计2025年继续增长。", (), False),
        ),
        citations=(cite(1, SALES, "1286.6"), cite(2, EXPORTS, FIRST), cite(3, EXPORTS, SECOND)),
        hits=HITS,
    ),
)
QUOTED = exchange(
    "那政策呢？",
    Answer(
        sentences=(Sentence("（一）扩大分布式光伏；", (1,), True), Sentence("出口128.4万辆。", (2,), True)),
        citations=(cite(1, POLICY, POLICY.text), cite(2, EXPORTS, FIRST)),
        hits=HITS,
        quoted=True,
    ),
    standalone="新能源汽车的政策有哪些？",
    of=OneReport("pv-2024", "光伏行业白皮书"),
)
REFUSED = exchange("明天天气如何？", Answer((), (), HITS, refusal="资料库中没有相关内容。"))
BROKEN_OFF = Exchange("停下的问题", draft="写到一半", stopped=True)
FAILED = Exchange("出错的问题", problem="模型忙。")
CONVERSATION = (BROKEN_OFF, ANSWERED, FAILED, QUOTED, REFUSED)


def exported(*exchanges: Exchange) -> Document:
    """The document of a conversation in which something was answered."""
    document = document_of(exchanges, DAY)
    assert document is not None
    return document


def saying(text: str) -> Document:
    """A document whose only answer says this, quotes it, and was asked it."""
    source = passage(text, title=TITLE)
    answer = Answer((Sentence(text, (1,), True),), (Citation(1, source, text, 0, len(text)),), ())
    return exported(exchange(text, answer))


@st.composite
def answers(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> Answer:
    """Any answer: its sentences cite some of its citations, several of them the same passage."""
    sources = [replace(EXPORTS, id=str(number), text=draw(texts)) for number in range(draw(st.integers(1, 3)))]
    citations = []
    for number in range(1, draw(st.integers(0, 5)) + 1):
        source = draw(st.sampled_from(sources))
        start = draw(st.integers(0, len(source.text)))
        end = draw(st.integers(start, len(source.text)))
        citations.append(Citation(number, source, source.text[start:end], start, end))
    numbers = st.lists(st.integers(1, len(citations)), unique=True) if citations else st.just([])
    sentences = draw(st.lists(st.builds(Sentence, texts, numbers.map(tuple), st.booleans(), st.booleans()), max_size=4))
    refusal = draw(st.none() | texts)
    return Answer(
        tuple(sentences), tuple(citations), (), quoted=draw(st.booleans()), refusal=refusal, missing=draw(texts)
    )


def conversations(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Document]:
    """Any conversation with an answer, as a document."""
    exchanges = st.lists(st.builds(exchange, texts, answers(texts), texts), min_size=1, max_size=3)
    return exchanges.map(lambda asked: exported(*asked))
