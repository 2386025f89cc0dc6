"""The records of a conversation: what was asked, and an answer whose every sentence says what it rests on."""

from dataclasses import dataclass, field
from typing import Literal

from index.library import Hit
from ingest.errors import UserError
from ingest.language import in_all_languages, message
from ingest.report import Passage

Role = Literal["user", "assistant"]
Unproven = Literal["quote", "remove", "show"]
# Why the evidence is quoted where the model would have written: it cannot be reached or fails, or it took too long.
Fallback = Literal["unavailable", "overtime"]
# picture: what is asked stands in one, as no text. another: of another thing or time is told. years: of other years. near: sections
# are. nothing: not even that.
RefusalKind = Literal["picture", "another", "years", "near", "nothing"]

# What every refusal of a question begins with.
NOTHING = message("报告中没有找到可以回答这个问题的内容。")
QUESTION_CHARS = 2_000  # a question, not a document: what is longer would fill the small model's window by itself


class BadQuestion(UserError):
    """A question that cannot be asked; the message says why, in the reader's language."""


def check_question(text: str) -> str:
    """The question without the blanks around it.

    Raises:
        BadQuestion: nothing is left, more than QUESTION_CHARS characters are, or half a character is.
    """
    question = text.strip()
    if not question:
        raise BadQuestion(message("请输入问题。"))
    if any(0xD800 <= ord(letter) <= 0xDFFF for letter in question):
        raise BadQuestion(message("问题中有不完整的 Unicode 字符；请重新输入。"))
    if len(question) > QUESTION_CHARS:
        raise BadQuestion(
            message("问题过长：{given:,} 个字，最多 {most:,} 个字。", given=len(question), most=QUESTION_CHARS)
        )
    return question


def is_refusal(text: str) -> bool:
    """Whether an earlier reply was a refusal: its words are not about what was asked."""
    return text.startswith(in_all_languages(NOTHING))


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message of the conversation."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A mark of the answer: `passage.text[start:end] == quote`. Numbers count from 1 by first use."""

    number: int
    passage: Passage
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the answer without its marks, the numbers of its citations, and whether they bear it out: one that is not
    supported and cites something all the same is borne out in part, by its figures and names but not in all its words.

    composed: it is neither the model's nor a source's, but made by rule from what it cites: a step of arithmetic that it
        shows, a correction of what was asked, a source's words under its publisher, or the model's own with its figure put right.
    """

    text: str
    citations: tuple[int, ...]
    supported: bool
    composed: bool = False

    @property
    def state(self) -> Literal["supported", "partly", "unsupported"]:
        if self.supported:
            return "supported"
        return "partly" if self.citations else "unsupported"


@dataclass(frozen=True, slots=True)
class Answer:
    """Every number in a sentence has a citation, and every citation is used by a sentence.

    quoted: the sentences are the evidence itself (摘自原文), not the model's words.
    refusal: why there is no answer, in the reader's language; None where there is one. refused_for: its kind, where known.
    courtesy: nothing was asked of the reports (谢谢, 你是谁): the refusal is the reply to that, and says nothing of them.
    fallback: why it is quoted, where that is not for the draft's sake.
    missing: what is said of a side of the question that nothing found tells of (特斯拉 of 「谷歌和特斯拉各……」), in the reader's language.
    dropped_marks: marks of the draft that named nothing, left out of the answer.
    """

    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    quoted: bool = False
    refusal: str | None = None
    courtesy: bool = False
    dropped_marks: tuple[str, ...] = ()
    fallback: Fallback | None = None
    refused_for: RefusalKind | None = None
    missing: str = ""

    @property
    def text(self) -> str:
        """The answer as shown, with its `[n]` marks and what is missing; the refusal where there is no answer."""
        if self.refusal is not None:
            return self.refusal
        told = "".join(sentence.text + "".join(f"[{n}]" for n in sentence.citations) for sentence in self.sentences)
        return f"{told}\n{self.missing}" if self.missing else told


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds since the question came in, and tokens; None where the step did not happen.

    waited_ms: how much of it the question stood in the line before the model.
    """

    search_ms: float
    first_token_ms: float | None = None
    total_ms: float | None = None
    prompt_tokens: int | None = None
    answer_tokens: int | None = None
    waited_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """First event of an answer: the passages, ready to show before the model has said a word.

    needs_model: whether the answer waits for the model; one that does not need wait for nobody.
    """

    question: str
    standalone_question: str
    hits: tuple[Hit, ...]
    timings: Timings
    needs_model: bool = True


@dataclass(frozen=True, slots=True)
class Drafting:
    """The model's draft so far (not yet checked), sent whenever it grows and at least every 0.3 s while waiting."""

    text: str


@dataclass(frozen=True, slots=True)
class Checking:
    """The draft is whole and is being compared with its evidence."""


@dataclass(frozen=True, slots=True)
class Finished:
    """Last event: the checked answer, which replaces the draft."""

    found: Found
    answer: Answer
    timings: Timings = field(default_factory=lambda: Timings(0.0))


Event = Found | Drafting | Checking | Finished
