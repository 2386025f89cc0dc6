"""What is replied without a search, in the language that is spoken: to a courtesy, and to a question about the assistant itself."""

from collections.abc import Iterable, Sequence

from chat.answer import Answer
from chat.understanding.courtesy import Courtesy
from ingest.language import say, spoken

MOST_REPORTS = 5


def courtesy_answer(kind: Courtesy, reports: Sequence[str]) -> Answer:
    """The reply to a courtesy, which cites nothing; reports: the titles in the library."""
    go_on = say("还有想了解的，请接着问。")
    match kind:
        case "parting":
            said = [say("再见。需要时再来提问。")]
        case "thanks":
            said = [say("不客气。"), go_on]
        case "noted":
            said = [say("好的。"), go_on]
        case "greeting":
            said = [say("你好！"), *_about_itself(reports)]
        case "itself":
            said = _about_itself(reports)
    return Answer((), (), (), refusal=joined(said, " "), courtesy=True)


def _about_itself(reports: Sequence[str]) -> list[str]:
    return [
        say("我是行业报告问答助手：从收录的报告里查找原文来回答，并注明每一处出处；报告里没有的，会直接说没有找到。"),
        covered(reports) if reports else say("目前还没有收录报告。"),
        say(
            "请直接提问，写明对象和年份更容易找准，例如“2022年某行业的市场规模是多少？”；也可以接着追问，例如“那2023年呢？”。"
        ),
    ]


def covered(reports: Sequence[str]) -> str:
    """What the library covers, as a sentence; reports: at least one title."""
    named = joined([say("《{title}》", title=title) for title in reports[:MOST_REPORTS]], ", ")
    if len(reports) > MOST_REPORTS:
        named = say("{shown}等 {count} 份报告", shown=named, count=len(reports))
    return say("目前收录的是{reports}。", reports=named)


def joined(parts: Iterable[str], between: str) -> str:
    """The parts with what English has between them; Chinese has nothing there."""
    return (between if spoken() == "en" else "").join(parts)
