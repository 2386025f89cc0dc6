"""What has to be there before a question can be asked: models, an index of the corpus, and both loaded.

Every step is skipped where nothing changed. Progress is told to a callback; nothing here prints.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chat.catalogue import find_model
from chat.config import BUNDLED_ENCODER, Config, load_encoder, load_generator, models_folder
from chat.models import Notice, fetch
from chat.sources import Progress
from ingest.corpus import load_corpus
from ingest.report import UnreadableReport

if TYPE_CHECKING:
    from chat.assistant import Assistant
    from index.encoder import SentenceEncoder
    from index.library import Encoder, PassageIndex
    from ingest.report import Report


def _silent(*_: object) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did: changed is False where the index already held exactly this."""

    reports: int
    passages: int
    changed: bool
    unreadable: tuple[UnreadableReport, ...]


def fetch_models(
    config: Config, *, generator: bool = True, progress: Progress = _silent, notice: Notice = _silent
) -> None:
    """Fetch what the configuration needs and this machine lacks: the bundled encoder, and the local model if wanted."""
    names = [BUNDLED_ENCODER] if config.encoder.model == BUNDLED_ENCODER else []
    if generator and config.generator.backend == "local" and not config.generator.path:
        names.append(config.generator.model)
    for name in names:
        fetch(find_model(name), models_folder(config), progress=progress, notice=notice)


def build_index(
    corpus: Path, root: Path, encoder: "Encoder", *, rebuild: bool = False, progress: Progress = _silent
) -> Built:
    """Read a corpus, embed it and make it the index that is served; nothing is written where nothing changed.

    Reports that cannot be read are left out and returned. The version before stays served until the new one is whole.

    Raises:
        UnreadableReport: nothing at all could be read.
        IndexBusy: another process is building.
    """
    from index.library import PassageIndex  # noqa: PLC0415 - faiss and bm25s, 1 s
    from index.versions import commit, writing  # noqa: PLC0415
    from ingest.duplicates import fold_duplicates  # noqa: PLC0415
    from ingest.passages import split_passages  # noqa: PLC0415

    unreadable: list[UnreadableReport] = []
    reports: Sequence[Report] = load_corpus(corpus, on_unreadable=unreadable.append)
    with writing(root):
        passages = fold_duplicates([passage for report in reports for passage in split_passages(report)])
        if not rebuild and _holds(root, passages, encoder):
            return Built(len(reports), len(passages), changed=False, unreadable=tuple(unreadable))
        done = 0

        def embedded(more: int) -> None:
            nonlocal done
            done += more
            progress("建立索引", done, len(passages))

        library = PassageIndex.build(passages, encoder, progress=embedded)
        commit(root, library.save, check=lambda folder: PassageIndex.load(folder, encoder))
    return Built(len(reports), len(passages), changed=True, unreadable=tuple(unreadable))


def _holds(root: Path, passages: Sequence[object], encoder: "Encoder") -> bool:
    """Whether the served index is sound and was made from exactly these passages by this encoder."""
    from index.library import holds  # noqa: PLC0415
    from index.versions import IndexUnavailable, current_version  # noqa: PLC0415

    try:
        return holds(current_version(root), passages, encoder)  # type: ignore[arg-type]
    except IndexUnavailable:
        return False


def load_library(root: Path, encoder: "Encoder") -> "PassageIndex":
    """The index that is served at root, checked.

    Raises:
        IndexUnavailable: there is none, or it was damaged.
        IndexMismatch: it was made by another encoder or another version.
    """
    from index.library import PassageIndex  # noqa: PLC0415
    from index.versions import current_version  # noqa: PLC0415

    return PassageIndex.load(current_version(root), encoder)


def load_assistant(
    config: Config,
    root: Path,
    *,
    prepare: "Callable[[SentenceEncoder], None]" = _silent,
    loading: Callable[[str], None] = _silent,
) -> "Assistant":
    """Everything an answer needs, loaded; loading is told what comes next.

    prepare: called with the encoder before the index is read, such as to build it. The language model is read from
    disk meanwhile, which is most of its loading.
    """
    from chat.assistant import Assistant  # noqa: PLC0415

    with ThreadPoolExecutor(max_workers=1) as aside:
        generator = aside.submit(load_generator, config)
        loading("载入向量模型")
        encoder = load_encoder(config)
        prepare(encoder)
        loading("载入索引")
        library = load_library(root, encoder)
        loading("载入语言模型")
        return Assistant(library, generator.result())
