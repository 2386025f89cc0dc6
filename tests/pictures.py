"""`make pictures`: the pictures of the documentation, taken of the real page with the real model."""

import io
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from chat.assistant import Assistant
from chat.config import Config, load_encoder, load_generator
from chat.evaluating.evaluation import evaluate, keep_results, read_questions
from chat.library.building import Setup, build_index
from chat.library.page_views import PageViews
from chat.models.generation import Generator
from chat.pages.chinese import CHINESE
from chat.records.database import records_of
from chat.records.feedback import FeedbackStore
from chat.service.app import make_app
from chat.service.live import LiveAssistant
from chat.service.shelf import CorpusShelf
from chat.setup import load_library
from index.encoder import SentenceEncoder
from ingest.isolation import Reader
from tests.browsers import chromium
from tests.documents import blocks_of, to_pdf
from tests.page_bench import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

IMAGES = Path("docs") / "images"
CORPUS = Path("corpus")
QUESTIONS = CORPUS / "questions" / "dev.jsonl"
PRINTED = "qianzhan-aigc-2023"
MAIN, FOLLOWING = "2022年AI芯片中训练芯片的占比是多少？", "推理芯片呢？"
TABLE = "国外预训练模型的参数量分别是多少？"
FILM_MS = 900
FILM_COLOURS = 64


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, chromium() as browser, Reader() as viewer:
        corpus, root = _printed(Path(folder), browser), Path(folder) / "index"
        config = Config()
        encoder = load_encoder(config)
        setup = Setup(corpus, root, encoder.name, lambda: encoder)
        build_index(setup)
        generator = load_generator(config)
        live = LiveAssistant(root, Assistant(load_library(root, encoder), generator))
        live.warm_up()
        app = make_app(
            live,
            shelf=CorpusShelf(setup, live),
            views=PageViews(corpus, viewer),
            feedback=FeedbackStore(records_of(root), root),
        )
        with served(app) as home:
            _film(browser, home)
            _pages(browser, home)
            _reading(browser, home)
            _phone(browser, home)
        _evaluation(browser, Path(folder) / "plain", encoder, generator)


def _printed(folder: Path, browser: "Browser") -> Path:
    """The corpus, one of its reports as the PDF that a reader would have."""
    corpus = folder / "corpus"
    shutil.copytree(CORPUS, corpus)
    report = corpus / "reports" / f"{PRINTED}.md"
    pdf = to_pdf(blocks_of(report.read_text("utf-8")), "ChatGPT开启AIGC产业生态新时代", browser)
    report.with_suffix(".pdf").write_bytes(pdf)
    report.unlink()
    manifest = corpus / "manifest.toml"
    kept = [line for line in manifest.read_text("utf-8").splitlines() if not line.startswith("sha256")]
    manifest.write_text("\n".join(kept).replace(f"{PRINTED}.md", f"{PRINTED}.pdf"), "utf-8")
    return corpus


def _page(browser: "Browser", home: str, width: int = 1280, height: int = 760) -> "Page":
    page = browser.new_page(viewport={"width": width, "height": height}, locale="zh-CN")
    page.goto(home)
    page.locator(".offer").first.wait_for()
    return page


def _ask(page: "Page", question: str) -> None:
    turn = page.locator("#conversation .exchange").count() + 1
    page.fill("#ask textarea", question)
    page.press("#ask textarea", "Enter")
    page.locator(f"#current .exchange[data-turn='{turn}'][data-kept]").wait_for(timeout=120_000)
    page.wait_for_timeout(300)


def _film(browser: "Browser", home: str) -> None:
    """The main job, from the first look to the cited words."""
    page = _page(browser, home)
    frames: list[Image.Image] = []

    def shoot() -> None:
        frames.append(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))

    shoot()
    page.locator("#ask textarea").press_sequentially(MAIN)
    shoot()
    page.press("#ask textarea", "Enter")
    page.locator("#sources .source").first.wait_for()
    shoot()
    page.locator("#current .exchange[data-kept]").wait_for(timeout=120_000)
    page.wait_for_timeout(300)
    shoot()
    page.locator("#current a.mark").first.hover()
    page.locator("#quote-card").wait_for()
    shoot()
    page.locator("#current a.mark").first.click()
    _ask(page, FOLLOWING)
    shoot()
    page.goto(str(page.locator("#sources a.open").first.evaluate("(link) => link.href")))
    page.locator(".leaf img").wait_for()
    page.wait_for_timeout(600)
    shoot()
    small = [frame.resize((960, 570)).quantize(FILM_COLOURS, dither=Image.Dither.NONE) for frame in frames]
    small[0].save(
        IMAGES / "main-job.gif", save_all=True, append_images=small[1:], duration=[FILM_MS * 2] * len(small), loop=0
    )
    page.close()


def _pages(browser: "Browser", home: str) -> None:
    page = _page(browser, home)
    _ask(page, TABLE)
    page.locator("details.look summary").first.click()
    page.wait_for_timeout(300)
    page.screenshot(path=IMAGES / "look.png")
    page.get_by_role("button", name=CHINESE.head.conversations, exact=True).click()
    page.get_by_role("button", name=CHINESE.head.theme).click()
    page.wait_for_timeout(300)
    page.screenshot(path=IMAGES / "dark.png")
    page.get_by_role("button", name=CHINESE.head.theme).click()
    for name, tab in (
        ("search", CHINESE.head.search),
        ("reports", CHINESE.head.reports),
        ("overview", CHINESE.head.overview),
    ):
        page.get_by_role("tab", name=tab).click()
        if name == "search":
            page.fill("#query textarea", "AI服务器市场规模")
            page.press("#query textarea", "Enter")
            page.locator("#results .source").first.wait_for()
        page.wait_for_timeout(1_000)
        page.screenshot(path=IMAGES / f"{name}.png")
    page.close()


def _reading(browser: "Browser", home: str) -> None:
    page = _page(browser, home)
    _ask(page, MAIN)
    page.goto(str(page.locator("#sources a.open").first.evaluate("(link) => link.href")))
    page.locator(".leaf img").wait_for()
    page.wait_for_timeout(600)
    page.screenshot(path=IMAGES / "reading.png")
    page.close()


def _phone(browser: "Browser", home: str) -> None:
    page = _page(browser, home.replace("/chat/", "/chat-en/"), 360, 740)
    page.screenshot(path=IMAGES / "phone-english.png")
    page.goto(home)
    page.locator(".offer").first.wait_for()
    _ask(page, MAIN)
    page.screenshot(path=IMAGES / "phone.png")
    page.close()


def _evaluation(browser: "Browser", root: Path, encoder: SentenceEncoder, generator: Generator | None) -> None:
    """What `make eval` finds: over the reports as they are, not as the PDF of the other pictures."""
    build_index(Setup(CORPUS, root, encoder.name, lambda: encoder))
    assistant = Assistant(load_library(root, encoder), generator)
    live = LiveAssistant(root, assistant)
    keep_results(live.results, evaluate(assistant, read_questions(QUESTIONS)), root / assistant.library.version)
    with served(make_app(live)) as home:
        page = _page(browser, home)
        page.get_by_role("tab", name=CHINESE.head.evaluation).click()
        page.wait_for_timeout(1_000)
        page.screenshot(path=IMAGES / "evaluation.png")
        page.close()


def _shrink() -> None:
    """In few colours: pictures of text need no more, and come to a third of the bytes."""
    for path in IMAGES.glob("*.png"):
        Image.open(path).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main()
    _shrink()
