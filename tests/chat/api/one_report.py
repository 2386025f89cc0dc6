"""A made-up report of two sections and three pages, of the second of which text recognition read the words."""

from chat.contract import ReportLine
from chat.library.opened import OpenedReport
from ingest.report import PageQuality, Report, Section
from tests.fakes import LISTED, ScriptedAssistant

TITLE = "储能报告"
MARKET = "市场\n2023年新增装机为22.6吉瓦。\n2024年新增装机为43.7吉瓦。"
REPORT = Report(
    "es-2024",
    TITLE,
    "某学会",
    "2024-12",
    "储能.pdf",
    (
        Section((TITLE, "概述"), "概述\n本报告讨论新型储能。", ((0, 1),)),
        Section((TITLE, "市场"), MARKET, ((0, 1), (21, 2))),
    ),
    pages=(PageQuality(1, 30), PageQuality(2, 15, ("scan",), confidence=0.93), PageQuality(3, 0, ("empty",))),
)
LINE = ReportLine("es-2024", TITLE, "某学会", "2024-12", 2, pages=REPORT.pages)


def scripted() -> ScriptedAssistant:
    """An assistant that has this report beside its own, and can open it."""
    return ScriptedAssistant(listed=(*LISTED, LINE), opened={REPORT.id: OpenedReport(REPORT, "储能.pdf", "")})
