"""What has to be there before a question can be asked: no model too many, and an index that can be loaded."""

import os
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from chat.config import (
    BUNDLED_ENCODER,
    Config,
    EncoderConfig,
    GeneratorConfig,
    ModelsConfig,
    load_encoder,
    models_folder,
)
from chat.library.building import Setup, build_index
from chat.models.catalogue import DEFAULT_ENCODER, ModelUnavailable
from chat.setup import encoder_name, fetch_models, load_assistant, load_library
from index.library import PassageIndex
from index.versions import IndexUnavailable, commit, current_version, writing
from tests.fakes import EXPORTS, HashingEncoder

ENCODER = HashingEncoder()


# --- the encoder's name --------------------------------------------------------------------------------------------


def test_an_encoder_is_named_without_loading_it_as_it_names_itself(tmp_path: Path) -> None:
    """The bundled one by its name, one in a folder by the folder's name and what is in it."""
    folder = tmp_path / "our-own"
    folder.symlink_to(models_folder(Config()) / DEFAULT_ENCODER)
    for model in (BUNDLED_ENCODER, str(folder)):
        config = replace(Config(), encoder=EncoderConfig(model))
        assert encoder_name(config) == load_encoder(config).name


def test_an_encoder_of_a_hub_is_named_by_its_id() -> None:
    assert encoder_name(replace(Config(), encoder=EncoderConfig("intfloat/e5"))) == "intfloat/e5"


# --- the library ---------------------------------------------------------------------------------------------------


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    """A corpus that was built twice, so that there are two versions."""
    made = Setup(tmp_path / "corpus", tmp_path / "index", ENCODER.name, lambda: ENCODER)
    made.corpus.mkdir()
    for number in (1, 2):
        (made.corpus / f"sales{number}.md").write_text(
            f"# 销量报告\n\n第 {number} 版：销量 128{number} 万辆。\n", "utf-8"
        )
        build_index(made)
    return made


def test_a_damaged_index_is_refused_unless_the_one_before_may_stand_in(setup: Setup) -> None:
    (current_version(setup.root) / "dense.faiss").write_bytes(b"")
    with pytest.raises(IndexUnavailable, match=r"dense\.faiss"):
        load_library(setup.root, ENCODER)
    told: list[IndexUnavailable] = []
    assert "1281" in load_library(setup.root, ENCODER, on_damage=told.append).passages[0].text
    assert "dense.faiss" in str(told.pop())


def test_a_version_swept_between_its_check_and_its_loading_is_no_error(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a removal, which keeps no version but its own, ends in that moment."""
    loads: list[str] = []
    load = PassageIndex.load

    def swept_once(folder: Path, encoder: HashingEncoder) -> PassageIndex:
        loads.append(folder.name)
        if len(loads) == 1:
            with writing(setup.root):
                commit(setup.root, PassageIndex.build([EXPORTS], ENCODER).save, keep_before=False)
        return load(folder, encoder)

    monkeypatch.setattr(PassageIndex, "load", swept_once)
    assert load_library(setup.root, ENCODER).passages == (EXPORTS,)
    assert loads == ["version-000002", "version-000003"]


def test_a_file_missing_from_a_version_that_stays_is_an_error(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.versions.verify", lambda folder: None)
    (current_version(setup.root) / "token_starts.npy").unlink()
    with pytest.raises(FileNotFoundError):
        load_library(setup.root, ENCODER)


def test_an_assistant_is_prepared_before_its_encoder_is_loaded(setup: Setup) -> None:
    steps: list[str] = []

    def encoder() -> HashingEncoder:
        steps.append("encoder")
        return ENCODER

    config = replace(Config(), generator=GeneratorConfig(backend="none"))
    assistant = load_assistant(
        config, setup.root, encoder=encoder, prepare=lambda: steps.append("prepare"), loading=steps.append
    )
    assert steps == ["prepare", "载入向量模型", "encoder", "载入索引", "载入语言模型"]
    assert assistant.library.version == "version-000002"
    assert assistant.generator is None


# --- models --------------------------------------------------------------------------------------------------------


@pytest.fixture
def cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No hub answers and pip finds no wheel: what is asked for cannot be had, and the notices tell what it was."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{free.getsockname()[1]}")
    (tmp_path / "wheels").mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


def config(tmp_path: Path, *, encoder: str, generator: GeneratorConfig) -> Config:
    models = ModelsConfig(str(tmp_path / "models"))
    return replace(Config(), models=models, encoder=EncoderConfig(encoder), generator=generator)


OWN = "/models/an-encoder-of-our-own"
NONE = GeneratorConfig(backend="none")
SMALL = "qwen2.5-coder-0.5b-instruct"


@pytest.mark.usefixtures("cut_off")
@pytest.mark.parametrize(
    ("encoder", "generator"),
    [
        (OWN, NONE),
        (OWN, GeneratorConfig(backend="openai", base_url="http://127.0.0.1:1/v1", model="any")),
        (OWN, GeneratorConfig(backend="local", path="/models/own.gguf")),
    ],
)
def test_nothing_is_fetched_where_nothing_is_needed(tmp_path: Path, encoder: str, generator: GeneratorConfig) -> None:
    fetch_models(config(tmp_path, encoder=encoder, generator=generator), notice=pytest.fail)
    assert not (tmp_path / "models").exists()


@pytest.mark.usefixtures("cut_off")
def test_without_a_generator_only_the_encoder_is_asked_for(tmp_path: Path) -> None:
    notices: list[str] = []
    with pytest.raises(ModelUnavailable, match=BUNDLED_ENCODER):
        fetch_models(config(tmp_path, encoder=BUNDLED_ENCODER, generator=NONE), notice=notices.append)
    asked = [notice for notice in notices if notice.startswith("正在获取")]
    assert asked
    assert all(BUNDLED_ENCODER in notice for notice in asked)


@pytest.mark.usefixtures("cut_off")
def test_a_local_generator_is_asked_for_unless_it_is_not_wanted(tmp_path: Path) -> None:
    local = config(tmp_path, encoder=OWN, generator=GeneratorConfig(backend="local", model=SMALL))
    fetch_models(local, generator=False, notice=pytest.fail)
    with pytest.raises(ModelUnavailable, match=SMALL):
        fetch_models(local)


@pytest.mark.usefixtures("cut_off")
def test_what_is_here_is_not_fetched_again() -> None:
    """The bundled encoder that `reportqa model fetch` has put in its usual place."""
    fetch_models(replace(Config(), generator=NONE), notice=pytest.fail)
