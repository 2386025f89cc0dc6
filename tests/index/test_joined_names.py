"""GPT-4 is typed GPT4 and GPT 4, and is found by either."""

import pytest

from index.joined_names import joined_names


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("发布GPT-4。", ("GPT4", "GPT-4", "GPT 4")),
        ("基于GPT3.5微调", ("GPT3.5", "GPT-3.5", "GPT 3.5")),
        ("模型DALL-E的", ("DALLE", "DALL-E", "DALL E")),
        ("DALL-E2与", ("DALLE2", "DALL-E-2", "DALL E 2")),
    ],
)
def test_a_name_of_parts_has_three_forms(text: str, forms: tuple[str, ...]) -> None:
    assert joined_names([text, text]) == [forms]


@pytest.mark.parametrize("text", ["A100与H100", "AI2023年", "end-to-end", "2020-2023", "GPT", "占NLP5%", "3D-5"])
def test_what_nobody_parts_has_none(text: str) -> None:
    assert joined_names([text]) == []
