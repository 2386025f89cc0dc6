"""What has to be there before a question can be asked: models, an index of the corpus, and both loaded.

Every step is skipped where nothing changed. Progress is told to a callback; nothing here prints.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from chat.config import BUNDLED_ENCODER, Config, load_generator, load_reranker, models_folder
from chat.models.catalogue import find_model
from chat.models.fetching import Notice, fetch
from chat.models.sources import Progress
from ingest.language import say

if TYPE_CHECKING:
    from chat.assistant import Assistant
    from index.library import Encoder, PassageIndex
    from index.versions import IndexUnavailable


def _silent(*_: object) -> None:
    pass


def fetch_models(
    config: Config, *, generator: bool = True, progress: Progress = _silent, notice: Notice = _silent
) -> None:
    """Fetch what the configuration needs and this machine lacks: the bundled encoder, and the local model if wanted."""
    names = [BUNDLED_ENCODER] if config.encoder.model == BUNDLED_ENCODER else []
    if generator and config.generator.backend == "local" and not config.generator.path:
        names.append(config.generator.model)
    for name in names:
        fetch(find_model(name), models_folder(config), progress=progress, notice=notice)


def encoder_name(config: Config) -> str:
    """What an index remembers of the configured encoder, told without loading it."""
    if config.encoder.model == BUNDLED_ENCODER:
        return BUNDLED_ENCODER
    from index.encoder import encoder_name as name_of  # noqa: PLC0415 - numpy, which a build without changes does not need

    return name_of(config.encoder.model)


def load_library(
    root: Path, encoder: "Encoder", *, on_damage: "Callable[[IndexUnavailable], None] | None" = None
) -> "PassageIndex":
    """The index that is served at root, checked; on_damage as in `versions.current_version`.

    Raises:
        IndexUnavailable: there is none, or it was damaged.
        IndexMismatch: it was made by another encoder or another version.
    """
    from index.library import PassageIndex  # noqa: PLC0415 - faiss, 1 s
    from index.versions import current_version  # noqa: PLC0415

    while True:
        folder = current_version(root, on_damage=on_damage)
        try:
            return PassageIndex.load(folder, encoder)
        except (OSError, RuntimeError):  # a file is missing, as Python says it and as faiss does
            if folder.exists():
                raise
            # A writer swept it meanwhile; the pointer names another one by now.


def load_assistant(
    config: Config,
    root: Path,
    *,
    encoder: "Callable[[], Encoder]",
    prepare: Callable[[], None] = _silent,
    loading: Callable[[str], None] = _silent,
    on_damage: "Callable[[IndexUnavailable], None] | None" = None,
) -> "Assistant":
    """Everything an answer needs, loaded; loading is told what comes next, on_damage as in `load_library`.

    prepare: called before the encoder is loaded and the index is read, such as to build it. The language model is read
    from disk meanwhile, which is most of its loading.
    """
    from chat.assistant import Assistant  # noqa: PLC0415
    from chat.models.breaker import Breaker  # noqa: PLC0415

    with ThreadPoolExecutor(max_workers=1) as aside:
        generator = aside.submit(load_generator, config)
        prepare()
        loading(say("载入向量模型"))
        loaded = encoder()
        loading(say("载入索引"))
        library = load_library(root, loaded, on_damage=on_damage)
        loading(say("载入语言模型"))
        model = generator.result()
        return Assistant(
            library,
            Breaker(model) if model is not None else None,
            reranker=load_reranker(config),
            unproven=config.answer.unproven,
            answer_seconds=config.limits.answer_seconds,
        )
