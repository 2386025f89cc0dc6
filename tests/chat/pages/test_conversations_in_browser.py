"""Conversations kept in a real browser: each under its own name, whatever is under way when another is begun or opened."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browsers import chromium
from tests.chat.pages.test_page_in_browser import Visit, served
from tests.fakes import ScriptedAssistant

if TYPE_CHECKING:
    from playwright.sync_api import Browser

KEPT = """() => Object.keys(localStorage).filter((key) => key.startsWith("reportqa.conversation."))
    .map((key) => JSON.parse(localStorage[key]))
    .map(({ title, exchanges }) => [title, exchanges.map(({ question }) => question)]).sort()"""


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    with chromium() as browser:
        yield browser


@pytest.fixture
def assistant() -> ScriptedAssistant:
    return ScriptedAssistant()


@pytest.fixture
def visit(browser: "Browser", assistant: ScriptedAssistant) -> Iterator[Visit]:
    with served(assistant) as home:
        visit = Visit(browser, home)
        yield visit
        visit.page.context.close()


def asked(visit: Visit, question: str) -> None:
    visit.ask(question)
    expect(visit.page.locator("#current .question")).to_have_text(question)
    visit.page.wait_for_selector("#current .answer")


def kept(visit: Visit) -> Any:
    return visit.page.evaluate(KEPT)


def test_a_conversation_begun_while_an_answer_is_written_is_no_copy_of_the_one_before(
    visit: Visit, assistant: ScriptedAssistant
) -> None:
    asked(visit, "销量？")
    assistant.held = True
    visit.ask("出口？")
    visit.page.wait_for_selector("#current .draft")
    visit.page.click("button.new")
    expect(visit.page.locator("#conversation .exchange")).to_have_count(0)
    assert kept(visit) == [["销量？", ["销量？"]]]
    assistant.held = False
    asked(visit, "产量？")
    assert kept(visit) == [["产量？", ["产量？"]], ["销量？", ["销量？"]]]


def test_a_conversation_opened_while_an_answer_is_written_stays_as_it_was(
    visit: Visit, assistant: ScriptedAssistant
) -> None:
    asked(visit, "销量？")
    visit.page.click("button.new")
    expect(visit.page.locator("#conversation .exchange")).to_have_count(0)
    asked(visit, "出口？")
    assistant.held = True
    visit.ask("同比？")
    visit.page.wait_for_selector("#current .draft")
    visit.page.click("button.conversations")
    visit.page.locator("#kept .opener", has_text="销量？").click()
    expect(visit.page.locator("#conversation .question")).to_have_text(["销量？"])
    assistant.held = False
    asked(visit, "产量？")
    assert kept(visit) == [["出口？", ["出口？"]], ["销量？", ["销量？", "产量？"]]]
