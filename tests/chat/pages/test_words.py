"""The strings of the pages say the same in both languages, and each of them is said somewhere."""

import ast
import dataclasses
import re
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter

import pytest

from chat.library.places import PlaceWords
from chat.library.quality import QualityWords
from chat.pages import words as groups
from chat.pages.chinese import CHINESE
from chat.pages.english import ENGLISH
from chat.pages.plurals import Counting
from chat.pages.words import FeedbackWords, FrameWords, ScriptWords, Words

CHAT = Path(groups.__file__).parents[1]
SOURCES = [path for path in sorted(CHAT.rglob("*.py")) if path.stem not in ("chinese", "english", "words")]
SPEAKING = re.compile(r'"\./words\.js"|^ +const words = JSON\.parse', re.M)  # scripts that say something
SCRIPTS = [
    path for path in sorted((CHAT / "pages" / "static").glob("*.js")) if SPEAKING.search(path.read_text("utf-8"))
]
CHINESE_LETTER = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")  # with the punctuation of Chinese


def strings(told: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Every string with the way to it."""
    if isinstance(told, str):
        yield name, told
    elif isinstance(told, Mapping):
        for key, value in told.items():
            yield from strings(value, f"{name}[{key}]")
    else:
        assert dataclasses.is_dataclass(told), name
        for field in dataclasses.fields(told):
            yield from strings(getattr(told, field.name), f"{name}.{field.name}".lstrip("."))


IN_CHINESE, IN_ENGLISH = dict(strings(CHINESE)), dict(strings(ENGLISH))


def filled_in(text: str) -> set[tuple[str, str]]:
    """What stands in braces, with its format: a text in the place of a number would not do. Words that follow a number are none."""
    gaps = [(name or "0", form or "") for _, name, form, _ in Formatter().parse(text) if name is not None]
    return {(name, form) for name, form in gaps if "|" not in form}


def test_both_languages_have_the_same_strings_with_the_same_gaps() -> None:
    assert list(IN_CHINESE) == list(IN_ENGLISH)
    gaps = {name: filled_in(text) for name, text in IN_CHINESE.items()}
    assert gaps == {name: filled_in(text) for name, text in IN_ENGLISH.items()}
    assert gaps["export.only_of"] == {("title", "")}
    assert gaps["overview.again_within"] == {("count", ",")}
    assert gaps["places.pages[page]"] == {("0", "")}


@pytest.mark.parametrize("told", [IN_CHINESE, IN_ENGLISH], ids=["zh", "en"])
def test_no_string_is_empty_or_has_html_in_it(told: dict[str, str]) -> None:
    assert not [name for name, text in told.items() if not text.strip()]
    assert not [name for name, text in told.items() if re.search(r"</?[a-zA-Z!]|&#?\w+;", text)]


def test_a_word_that_follows_a_number_is_in_a_string_that_counts() -> None:
    following = {name: text for name, text in IN_ENGLISH.items() if re.search(r"\{\w+:[^}]*\|", text)}
    assert len(following) > 10
    assert all(isinstance(text, Counting) for text in following.values())
    assert not [name for name in following if name.startswith(("script.", "feedback."))]  # scripts fill gaps themselves


def test_no_chinese_is_left_in_english_but_the_name_of_the_other_language() -> None:
    assert [name for name, text in IN_ENGLISH.items() if CHINESE_LETTER.search(text)] == ["head.other_language"]
    assert not CHINESE_LETTER.search(CHINESE.head.other_language)


def test_what_is_told_apart_by_its_words_has_different_ones() -> None:
    for words in (CHINESE, ENGLISH):
        tabs = (words.head.chat, words.head.search, words.head.reports, words.head.overview, words.head.evaluation)
        assert len(set(tabs)) == 5
        assert len(set(words.feedback.reasons.values())) == len(words.feedback.reasons)
        assert len({words.path for words in (CHINESE, ENGLISH)}) == 2


# --- Each is said somewhere


GROUPS = {
    name: group
    for name, group in [*vars(groups).items(), ("PlaceWords", PlaceWords), ("QualityWords", QualityWords)]
    if dataclasses.is_dataclass(group) and isinstance(group, type)
}
TYPES = {name: typing.get_type_hints(group) for name, group in GROUPS.items()}


class Said(ast.NodeVisitor):
    """The fields of groups that a module reads, as (group, field), by what its annotations and assignments say of its names."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {"CHINESE": "Words", "ENGLISH": "Words"}
        self.read: set[tuple[str, str]] = set()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        before = dict(self.names)
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        self.names |= {
            each.arg: each.annotation.id
            for each in arguments
            if isinstance(each.annotation, ast.Name) and each.annotation.id in GROUPS
        }
        self.generic_visit(node)
        self.names = before

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        pairs: list[tuple[ast.expr, ast.expr]] = [(target, node.value) for target in node.targets]
        for target, value in pairs:
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                pairs.extend(zip(target.elts, value.elts, strict=True))
            elif isinstance(target, ast.Name) and (group := self.group(value)):
                self.names[target.id] = group

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.generic_visit(node)
        if group := self.group(node.value):
            self.read.add((group, node.attr))

    def group(self, node: ast.expr) -> str | None:
        """The group that an expression is, where that is plain."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id)
        if isinstance(node, ast.Attribute):
            if owner := self.group(node.value):
                kind = TYPES[owner].get(node.attr)
                return kind.__name__ if isinstance(kind, type) and kind.__name__ in GROUPS else None
            return "Words" if node.attr == "words" else None
        made = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        return "Words" if made == "words_for" else None


def said(source: str) -> set[tuple[str, str]]:
    visitor = Said()
    visitor.visit(ast.parse(source))
    return visitor.read


def said_by_script(source: str) -> set[tuple[str, str]]:
    judging = set(re.findall(r"\b(?:words\.feedback|said)\.(\w+)", source))
    framed = set(re.findall(r"\bwords\.frame\.(\w+)", source))
    own = set(re.findall(r"\bwords\.(\w+)", source)) - {"feedback", "frame", "js"}
    groups = (("FeedbackWords", judging), ("FrameWords", framed), ("ScriptWords", own))
    return {(group, name) for group, names in groups for name in names}


def test_a_field_counts_as_said_where_its_own_group_is_read_and_nowhere_else() -> None:
    assert said("def f(words: Words): return words.talk.copy") == {("Words", "talk"), ("TalkWords", "copy")}
    assert said("def f(talk: Talk): return talk.words.head.theme") == {("Words", "head"), ("HeadWords", "theme")}
    assert ("TalkWords", "copy") in said("def f(words: Words):\n    a, b = words.talk, 1\n    return a.copy")
    assert not said("def f(line: ReportLine): return line.title")
    assert not said("def f(words: TalkWords): pass\ndef g(words): return words.copy")
    assert said_by_script("say(words.copied); words.feedback.send") == {
        ("ScriptWords", "copied"),
        ("FeedbackWords", "send"),
    }


def test_every_string_is_said_somewhere() -> None:
    read = {each for path in SOURCES for each in said(path.read_text("utf-8"))}
    read |= {each for path in SCRIPTS for each in said_by_script(path.read_text("utf-8"))}
    there = {(name, field.name) for name, group in GROUPS.items() for field in dataclasses.fields(group)}
    assert not there - read


def test_the_script_says_nothing_that_there_is_not_and_fills_every_gap() -> None:
    there = {
        (group.__name__, field.name)
        for group in (ScriptWords, FeedbackWords, FrameWords)
        for field in dataclasses.fields(group)
    }
    for path in SCRIPTS:
        source = path.read_text("utf-8")
        assert said_by_script(source) <= there, path.name
        for name, given in re.findall(r"filled\(words\.(\w+), \{([^}]*)\}", source):
            names = {part.split(":")[0].strip() for part in given.split(",")}
            assert {gap for gap, _ in filled_in(getattr(CHINESE.script, name))} == names, (path.name, name)
    plain = re.compile(r"(?<!filled\()words\.(\w+)")
    unfilled = {name for path in SCRIPTS for name in plain.findall(path.read_text("utf-8"))} - {
        "feedback",
        "frame",
        "js",
    }
    assert not [name for name in unfilled if filled_in(getattr(CHINESE.script, name))]


def test_there_are_sources_to_read() -> None:
    assert len(SOURCES) > 50
    assert len(SCRIPTS) > 4
    assert {ScriptWords, Words} <= set(GROUPS.values())
