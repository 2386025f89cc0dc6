"""Pictures of text to lines of text, by RapidOCR (PP-OCRv6 as ONNX; the models are part of its wheel).

Runs without a network. On a page of A4 at 200 dpi it takes 1.2 GB of address space and 0.65 GB of memory.
"""

import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import median
from typing import TYPE_CHECKING, Any

from ingest.readers.layout import Piece
from ingest.readers.ruling import MAX_RULES, Rule

if TYPE_CHECKING:
    from PIL.Image import Image

# Text is looked for in a picture no larger than this, which bounds memory, and read from the full one.
_DETECTION_SIDE = 1280
_BATCH = 2
# Sizes measured in a picture differ by up to a tenth from line to line; they are told by steps of this factor.
_SIZE_STEP = 1.25
# A detected box is higher than the size of its letters.
_BOX_TO_SIZE = 0.8
_TELLING_EMS = 5.0
# In points: longer than a stroke of any letter of text, and not as thick as a bar of a chart.
_SHORTEST_RULE = 24.0
_THICKEST_RULE = 3.0


@dataclass(frozen=True, slots=True)
class ReadPicture:
    """pieces: lines of text in points, level, in no certain order. confidence: OCR's mean over characters, in [0, 1]; 0.0
    where there is nothing to read. rules: straight lines drawn across and down."""

    pieces: tuple[Piece, ...]
    confidence: float
    rules: tuple[Rule, ...] = ()


def read_picture(picture: "Image", points_per_pixel: float) -> ReadPicture:
    """The lines of text in a picture, turned level where it was put in at a slight angle."""
    import numpy as np  # noqa: PLC0415 - OCR and what it needs are loaded with the first scan
    from rapidocr.utils.process_img import ResizeImgError  # noqa: PLC0415

    pixels = np.ascontiguousarray(np.asarray(picture.convert("RGB"))[:, :, ::-1])
    try:
        found = _reader()(pixels)
    except ResizeImgError:  # a strip too narrow to hold a letter when its length is made to fit
        return ReadPicture((), 0.0)
    if not found.txts:
        return ReadPicture((), 0.0)
    boxes = [[(float(x) * points_per_pixel, float(y) * points_per_pixel) for x, y in box] for box in found.boxes]
    angle = _slant(boxes)
    texts = [" ".join(text.split()) for text in found.txts]
    total = sum(map(len, texts))
    confidence = sum(score * len(text) for score, text in zip(found.scores, texts, strict=True)) / max(1, total)
    rules = _rules(pixels, points_per_pixel, angle)
    return ReadPicture(tuple(_pieces(texts, boxes, angle)), round(float(confidence), 3), tuple(rules))


_Corners = Sequence[tuple[float, float]]  # from the upper left one, clockwise


def _pieces(texts: Sequence[str], boxes: Sequence[_Corners], angle: float) -> list[Piece]:
    level = [[_levelled(x, y, angle) for x, y in box] for box in boxes]
    sizes = [_size(text, box) for text, box in zip(texts, level, strict=True)]
    body = median(size for text, size in zip(texts, sizes, strict=True) for _ in text)
    pieces = []
    for text, box, measured in zip(texts, level, sizes, strict=True):
        size = round(body * _SIZE_STEP ** round(math.log(measured / body, _SIZE_STEP)), 1)
        middle = sum(y for _, y in box) / 4
        x0, x1 = (box[0][0] + box[3][0]) / 2, (box[1][0] + box[2][0]) / 2
        pieces.append(Piece(text, x0, middle - size / 2, x1, middle + size / 2, size))
    return sorted(pieces, key=lambda piece: (piece.top, piece.x0))


def _size(text: str, box: _Corners) -> float:
    """The size of a line's letters: by its width, which is the same for all lines of one size; its height is not."""
    height = max(1.0, (box[3][1] - box[0][1] + box[2][1] - box[1][1]) / 2) * _BOX_TO_SIZE
    ems = sum(0.55 if char.isascii() else 1.0 for char in text)
    by_width = max(1.0, (box[1][0] - box[0][0] + box[2][0] - box[3][0]) / 2) / ems
    # A word or two tell little; and a title may be set wide.
    return min(by_width, 1.15 * height) if ems >= _TELLING_EMS else height / 1.1


def _slant(boxes: Sequence[_Corners]) -> float:
    """The angle of the page in radians, as most long lines have it."""
    long = [box for box in boxes if box[1][0] - box[0][0] > 5 * abs(box[3][1] - box[0][1])]
    return median(math.atan2(box[1][1] - box[0][1], box[1][0] - box[0][0]) for box in long) if long else 0.0


def _levelled(x: float, y: float, angle: float) -> tuple[float, float]:
    cos, sin = math.cos(angle), math.sin(angle)
    return x * cos + y * sin, y * cos - x * sin


def _rules(pixels: Any, points_per_pixel: float, angle: float) -> Iterator[Rule]:
    """The straight lines of a picture: dark, thin, and longer than a stroke of a letter."""
    import cv2  # noqa: PLC0415

    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    dark = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 15)
    length = max(10, round(_SHORTEST_RULE / points_per_pixel))
    for width, height in ((length, 1), (1, length)):
        lines = cv2.morphologyEx(dark, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, (width, height)))
        count, _, stats, _ = cv2.connectedComponentsWithStats(lines)
        for left, top, wide, high, area in (map(float, row) for row in stats[1 : min(count, 2 * MAX_RULES)]):
            # A slanted line fills little of its box; a dark surface fills all of a thick one.
            if area / max(wide, high) > _THICKEST_RULE / points_per_pixel:
                continue
            x, y = _levelled((left + wide / 2) * points_per_pixel, (top + high / 2) * points_per_pixel, angle)
            half = max(wide, high) / 2 * points_per_pixel
            yield Rule(x - half, y, x + half, y) if height == 1 else Rule(x, y - half, x, y + half)


@cache
def _reader() -> Any:
    import cv2  # noqa: PLC0415
    from rapidocr import RapidOCR  # noqa: PLC0415

    threads = os.cpu_count() or 1
    cv2.setNumThreads(threads)
    return RapidOCR(
        params={
            "Global.log_level": "error",
            "Global.use_cls": False,  # pages are turned upright before
            "Global.max_side_len": 4000,
            "Det.limit_type": "max",
            "Det.limit_side_len": _DETECTION_SIDE,
            "Rec.rec_batch_num": _BATCH,
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
