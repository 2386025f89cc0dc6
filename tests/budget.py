"""`make budget`: how many characters of evidence the model should get, by answers right against the wait for the first token.

python -m tests.budget [--set FILE.jsonl]   (a set of questions with passages of their own, as `reportqa eval --set` takes)

Every budget answers all questions anew, in turn; what it costs is minutes each. Prints a table and draws
docs/images/evidence-budget.svg: one line a set, one point a budget.
"""

import argparse
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from chat.assistant import Assistant
from chat.config import Config, load_encoder, load_generator
from chat.evaluating.answering_set import evaluate_answers, read_answering_set
from chat.evaluating.evaluation import evaluate, read_questions, summarise
from index.library import PassageIndex
from ingest.corpus import load_corpus
from ingest.duplicates import fold_duplicates
from ingest.passages import split_passages

# Characters for a narrow and for a broad question (a token is about one and a half), and how far below the best stretch
# another one may be: with one margin for all, it would be the margin that decides.
BUDGETS = ((120, 220, 0.03), (170, 300, 0.04), (210, 350, 0.05), (250, 400, 0.05), (400, 650, 0.08), (700, 1_100, 0.15))
PLOT = Path("docs/images/evidence-budget.svg")
WIDTH, HEIGHT, LEFT, BOTTOM = 640, 360, 56, 44
COLOURS = ("#1f5fbf", "#c2571a")


@dataclass(frozen=True, slots=True)
class Point:
    budget: int
    first_s: float
    right: float


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--set", type=Path)
    own = arguments.parse_args().set
    config = Config()
    encoder, generator = load_encoder(config), load_generator(config)
    reports = load_corpus(Path("corpus"))
    passages = fold_duplicates([passage for report in reports for passage in split_passages(report)])
    dev = Assistant(PassageIndex.build(passages, encoder), generator)
    gold = read_questions(Path("corpus/questions/dev.jsonl"))
    other = read_answering_set(own) if own else None
    of_others = Assistant(PassageIndex.build(other.passages, encoder), generator) if other else None
    dev.warm_up()
    lines: dict[str, list[Point]] = {}
    for narrow, broad, margin in BUDGETS:
        with patch.multiple("chat.assistant", BUDGET_CHARS=narrow, BROAD_BUDGET_CHARS=broad, PROMPT_MARGIN=margin):
            results = evaluate(dev, gold)
            first = statistics.median(each.first_token_ms for each in results if each.first_token_ms)
            _add(lines, "dev", Point(narrow, first / 1000, float(summarise(results)["all"]["accuracy"] or 0)))
            if other and of_others:
                figures = evaluate_answers(of_others, other.questions)
                _add(lines, own.stem, Point(narrow, (figures.first_token_ms or 0) / 1000, figures.right))
    PLOT.write_text(_svg(lines), "utf-8")


def _add(lines: dict[str, list[Point]], name: str, point: Point) -> None:
    lines.setdefault(name, []).append(point)
    print(
        f"{name:12} {point.budget:5} characters  right {point.right:.3f}  first token {point.first_s:.2f} s", flush=True
    )


def _svg(lines: dict[str, list[Point]]) -> str:
    """The share right (up) against the wait for the first token (to the right), each point named by its budget."""
    points = [point for line in lines.values() for point in line]
    longest, least = max(point.first_s for point in points) * 1.08, min(point.right for point in points) - 0.04

    def at(point: Point) -> tuple[float, float]:
        across = LEFT + (WIDTH - LEFT - 20) * point.first_s / longest
        up = (HEIGHT - BOTTOM - 20) * (point.right - least) / (1 - least)
        return round(across, 1), round(HEIGHT - BOTTOM - up, 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        *_axes(longest, least, at),
    ]
    for (name, line), colour in zip(lines.items(), COLOURS, strict=False):
        path = " ".join(f"{x},{y}" for x, y in map(at, line))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for point in line:
            x, y = at(point)
            parts.append(f'<circle cx="{x}" cy="{y}" r="4" fill="{colour}"/>')
            parts.append(f'<text x="{x}" y="{y - 9}" text-anchor="middle" fill="{colour}">{point.budget}</text>')
        x, y = at(line[-1])
        parts.append(f'<text x="{x}" y="{y + 20}" text-anchor="middle" fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _axes(longest: float, least: float, at: Callable[[Point], tuple[float, float]]) -> Sequence[str]:
    parts = []
    for second in range(int(longest) + 1):
        x, y = at(Point(0, second, least))
        parts.append(f'<text x="{x}" y="{y + 18}" text-anchor="middle" fill="#555">{second}</text>')
    for tenth in range(int(least * 20) + 1, 21):
        x, y = at(Point(0, 0, tenth / 20))
        parts.append(f'<line x1="{x}" y1="{y}" x2="{WIDTH - 20}" y2="{y}" stroke="#e3e3e3"/>')
        parts.append(f'<text x="{x - 8}" y="{y + 4}" text-anchor="end" fill="#555">{tenth / 20:.2f}</text>')
    parts.append(f'<text x="{WIDTH / 2}" y="{HEIGHT - 8}" text-anchor="middle" fill="#555">first token, s</text>')
    parts.append(
        f'<text x="14" y="{HEIGHT / 2}" transform="rotate(-90 14 {HEIGHT / 2})" text-anchor="middle" fill="#555">right</text>'
    )
    return parts


if __name__ == "__main__":
    main()
