"""`PassageIndex`: what a search promises, and that a saved index is the one that was built."""

import json
import math
import shutil
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.about import FORMAT
from index.aliases import Aliases
from index.dense import DenseIndex
from index.filters import Filter
from index.lexical import LexicalIndex
from index.library import Encoder, IndexMismatch, PassageIndex, bytes_needed
from index.passage_store import PassageStore
from index.titles import Titles
from index.token_codec import EightBits, ProductCodes
from index.token_store import TokenCollector
from tests.fakes import EXPORTS, POLICY, SALES, HashingEncoder, passage

ENCODER = HashingEncoder()
TEXTS = [
    "2022年中国生成式人工智能市场规模达到12.5亿元，同比增长3.2%。",
    "2014年，Ian J. Goodfellow提出生成式对抗网络GAN。",
    "服务器是算力的基础，智能服务器集群提供算力。",
    "微软多次投资OpenAI，合作开发超级计算机。",
    "2020年6月，OpenAI推出开放接口，正式开启商业化运营。",
    "微软发布搜索引擎，整合ChatGPT。",
    "百度推出文心一言。",
]
PASSAGES = [*(passage(text, number) for number, text in enumerate(TEXTS)), EXPORTS, SALES, POLICY]
QUESTIONS = [
    "生成式人工智能市场规模有多大？",
    "GAN是谁提出的？",
    "OpenAI怎么商业化？",
    "投资了OpenAI的那家公司，后来发布了什么？",
    "2024年新能源汽车销量",
    "火星移民",
]


@pytest.fixture(scope="module")
def library() -> PassageIndex:
    return PassageIndex.build(PASSAGES, ENCODER)


@pytest.fixture
def saved(tmp_path: Path, library: PassageIndex) -> Path:
    library.save(tmp_path / "saved")
    return tmp_path / "saved"


def told(library: PassageIndex, question: str, *, k: int = 10) -> list[tuple[str, float, int]]:
    return [(hit.passage.id, hit.score, hit.rank) for hit in library.search(question, k=k)]


def test_the_fake_is_an_encoder_with_unit_rows_and_a_token_for_each_character() -> None:
    encoder: Encoder = ENCODER
    pooled, tokens = encoder.encode_passages(["市场 规模", ""])
    assert pooled.dtype == np.float32
    assert np.linalg.norm(pooled, axis=1) == pytest.approx([1, 1], abs=1e-6)
    assert tokens[0].starts.tolist() == [0, 1, 3, 4]
    assert len(tokens[1].vectors) == 0


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("k", [1, 3, 10])
def test_ranks_count_from_one_and_scores_never_increase(library: PassageIndex, question: str, k: int) -> None:
    hits = library.search(question, k=k)
    assert [hit.rank for hit in hits] == list(range(1, k + 1))
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert len({hit.passage.id for hit in hits}) == k
    assert all(hit.passage in PASSAGES for hit in hits)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_filter_is_applied_before_the_best_are_chosen(question: str) -> None:
    """Of 200 passages the three of one report are found, however badly they match."""
    crowd = [passage(f"{text}第{number}条。", 100 + number) for number in range(28) for text in TEXTS]
    report = [passage("天气很好。", 900 + number, report_id="weather", published="2019-05") for number in range(3)]
    library = PassageIndex.build([*crowd, *report], ENCODER)
    for within in (Filter(reports=frozenset({"weather"})), Filter(years=frozenset({2019}))):
        assert {hit.passage for hit in library.search(question, within=within)} == set(report)
    assert library.search(question, within=Filter(reports=frozenset({"nowhere"}))) == []


def test_a_filter_holds_for_what_is_found_by_way_of_another() -> None:
    crowd = [passage(f"第{number}家公司后来发布了产品{number}。", 100 + number) for number in range(60)]
    elsewhere = replace(PASSAGES[5], id="made-up:900", report_id="elsewhere")
    library = PassageIndex.build([*PASSAGES[:5], elsewhere, *crowd], ENCODER)
    question = "多次投资OpenAI合作开发超级计算机的那家公司，后来发布了什么？"
    assert elsewhere in [hit.passage for hit in library.search(question, k=5)]
    hits = library.search(question, k=80, within=Filter(reports=frozenset({"made-up"})))
    assert {hit.passage.report_id for hit in hits} == {"made-up"}


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("生成式人工智能市场规模有多大？", TEXTS[0]),
        ("GAN是谁提出的？", TEXTS[1]),
        ("智能服务器", TEXTS[2]),
        ("開放接口與商業化運營", TEXTS[4]),
        ("2024年新能源汽车的销量", SALES.text),
    ],
)
def test_the_passage_that_shares_the_words_comes_first(library: PassageIndex, question: str, text: str) -> None:
    assert library.search(question, k=1)[0].passage.text == text


def test_a_row_is_found_by_its_headers_and_caption_which_are_no_part_of_its_text(library: PassageIndex) -> None:
    assert "产量" not in SALES.text
    assert library.search("产销表里的产量", k=1)[0].passage == SALES


def test_what_the_second_half_of_a_question_is_about_is_found_by_way_of_the_first() -> None:
    """「微软」 stands in no question; it is the name in the passage that answers the first half."""
    crowd = [passage(f"第{number}家公司后来发布了产品{number}。", 100 + number) for number in range(60)]
    library = PassageIndex.build([*PASSAGES, *crowd], ENCODER)
    hits = library.search("多次投资OpenAI合作开发超级计算机的那家公司，后来发布了什么？", k=5)
    assert hits[0].passage.text == TEXTS[3]
    assert TEXTS[5] in [hit.passage.text for hit in hits]


def test_of_the_passages_that_name_the_subject_the_one_that_says_what_is_asked_comes_next() -> None:
    texts = [
        "甲资本与乙基金联合领投了小冰公司与商汤公司。",
        "商汤成立于北京。",
        "小冰归在虚拟人细分赛道。",
        "资本市场的投资赛道有很多细分。",
        "投资机构看好细分赛道。",
        "细分赛道的投资金额下降。",
    ]
    library = PassageIndex.build([passage(text, number) for number, text in enumerate(texts)], HashingEncoder())
    hits = library.search("甲资本与乙基金联合领投的那家公司归在哪个细分赛道？", k=6)
    assert [hit.passage.text for hit in hits[:2]] == [texts[0], texts[2]]


def test_a_notice_is_never_a_hit() -> None:
    texts = [passage("数据中心合作请致电客服。", 0, kind="notice"), passage("数据中心的规模在扩大。", 1)]
    library = PassageIndex.build(texts, HashingEncoder())
    assert [hit.passage for hit in library.search("数据中心合作请致电客服", k=5)] == [texts[1]]
    assert PassageIndex.build(texts[:1], HashingEncoder()).search("数据中心", k=5) == []


@pytest.mark.parametrize("question", ["", "   ", "\n\t　"])
def test_an_empty_question_finds_nothing(library: PassageIndex, question: str) -> None:
    assert library.search(question) == []


@pytest.mark.parametrize("k", [0, -1])
def test_asked_for_none_gives_none(library: PassageIndex, k: int) -> None:
    assert library.search(QUESTIONS[0], k=k) == []


@pytest.mark.parametrize("question", ["火星", "，。？", "🙂", "zzz"])
def test_a_question_without_a_known_term_is_answered_by_likeness_alone(library: PassageIndex, question: str) -> None:
    assert len(library.search(question, k=4)) == 4


def test_more_than_there_are_gives_each_passage_once(library: PassageIndex) -> None:
    hits = library.search(QUESTIONS[0], k=500)
    assert sorted(hit.passage.id for hit in hits) == sorted(each.id for each in PASSAGES)


def test_more_than_the_usual_candidates_can_be_asked_for() -> None:
    many = [passage(f"第{number}条：市场规模{number}亿元。", number) for number in range(120)]
    assert len(PassageIndex.build(many, ENCODER).search("市场规模", k=100)) == 100


def test_one_passage_is_found_by_any_question() -> None:
    library = PassageIndex.build([PASSAGES[0]], ENCODER)
    assert told(library, "百度") == [(PASSAGES[0].id, 0.0, 1)]


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_same_question_always_finds_the_same(library: PassageIndex, question: str) -> None:
    again = PassageIndex.build(PASSAGES, HashingEncoder())
    assert told(library, question) == told(library, question) == told(again, question)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_order_in_the_index_changes_no_rank(library: PassageIndex, question: str) -> None:
    turned = PassageIndex.build(PASSAGES[::-1], ENCODER)
    hits, others = told(library, question), told(turned, question)
    assert [name for name, _, _ in hits] == [name for name, _, _ in others]
    assert [score for _, score, _ in hits] == pytest.approx([score for _, score, _ in others], abs=1e-4)


def test_passages_that_say_the_same_are_ordered_by_id() -> None:
    same = [passage("市场规模达到12.5亿元。", number) for number in (9, 2, 30, 4, 17)]
    hits = PassageIndex.build(same, ENCODER).search("市场规模")
    assert [hit.passage.id for hit in hits] == [f"made-up:{number:03d}" for number in (2, 4, 9, 17, 30)]
    assert {hit.score for hit in hits[1:]} == {hits[1].score}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    texts=st.lists(st.text("市场规模增长AI12，。 \n", max_size=20), max_size=8),
    question=st.text(max_size=20),
    k=st.integers(0, 12),
)
def test_any_texts_and_any_question_keep_the_promises(texts: list[str], question: str, k: int) -> None:
    library = PassageIndex.build([passage(text, number) for number, text in enumerate(texts)], ENCODER)
    hits = library.search(question, k=k)
    assert len(hits) == (min(k, len(texts)) if question.strip() else 0)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert all(above.score >= below.score for above, below in pairwise(hits))
    assert all(np.isfinite(hit.score) for hit in hits)


def test_building_tells_how_many_are_done() -> None:
    told: list[tuple[int, int]] = []
    PassageIndex.build(PASSAGES[:3], ENCODER, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


# --- with what is known --------------------------------------------------------------------------------------------


class CountingEncoder(HashingEncoder):
    """Notes what it is asked to embed."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def encode_passages(self, texts: Sequence[str], **named: Any) -> Any:
        self.asked += texts
        return super().encode_passages(texts, **named)


def saved_bytes(library: PassageIndex, folder: Path) -> dict[str, bytes]:
    library.save(folder)
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_index_built_on_another_is_the_one_built_anew_to_the_last_byte(tmp_path: Path, saved: Path) -> None:
    """One passage less, one more, one told twice, and the rest in another order."""
    passages = [*PASSAGES[:3:-1], passage("新的一段。", 50), *PASSAGES[:3], replace(PASSAGES[1], id="made-up:999")]
    encoder = CountingEncoder()
    built = PassageIndex.build(passages, encoder, known=PassageIndex.load(saved, encoder))
    assert encoder.asked == ["新的一段。"]
    anew = PassageIndex.build(passages, ENCODER)
    assert saved_bytes(built, tmp_path / "built") == saved_bytes(anew, tmp_path / "anew")
    assert [told(built, question) for question in QUESTIONS] == [told(anew, question) for question in QUESTIONS]


def test_a_passage_under_another_heading_is_embedded_again(library: PassageIndex) -> None:
    encoder = CountingEncoder()
    moved = replace(PASSAGES[0], headings=("虚构报告", "另一章"))
    PassageIndex.build([moved, *PASSAGES[1:]], encoder, known=library)
    assert encoder.asked == [f"另一章\n{TEXTS[0]}"]


def test_nothing_new_embeds_nothing_and_tells_no_progress(library: PassageIndex) -> None:
    encoder = CountingEncoder()
    for passages in (PASSAGES, PASSAGES[2:], []):
        PassageIndex.build(passages, encoder, known=library, progress=lambda *_: pytest.fail("nothing to embed"))
    assert encoder.asked == []


def test_an_index_of_nothing_knows_nothing() -> None:
    encoder = CountingEncoder()
    PassageIndex.build(PASSAGES, encoder, known=PassageIndex.build([], ENCODER))
    titles = [POLICY.title]  # the only one above fewer than one passage in eight
    assert len(encoder.asked) == len(PASSAGES) + len(titles)


def test_an_index_takes_no_more_bytes_than_it_was_said_to_need(saved: Path) -> None:
    size = sum(path.stat().st_size for path in saved.rglob("*") if path.is_file())
    assert size <= bytes_needed(PASSAGES, ENCODER.dim) <= 2 * size


def test_span_scores_compare_a_stretch_in_place(library: PassageIndex) -> None:
    text = EXPORTS.text
    spans = [(0, text.index("其中")), (text.index("其中"), len(text)), (3, 3)]
    first, second, nothing = library.span_scores("纯电动汽车", EXPORTS, spans)
    assert second == pytest.approx(1.0, abs=1e-3)  # each of its characters stands there
    assert first < second
    assert nothing == -1.0


def test_word_shares_weigh_the_questions_words_by_rarity() -> None:
    """Of two passages one has 算力; 火星 stands nowhere and weighs ln(1 + 2.5 / 0.5), 算力 ln(1 + 1.5 / 1.5)."""
    having, lacking = passage("算力", 1), passage("百度", 2)
    library = PassageIndex.build([having, lacking], ENCODER)
    assert library.word_shares("算力", [having, lacking]).tolist() == [1.0, 0.0]
    assert library.word_shares("火星算力", [having]) == pytest.approx([math.log(2) / (math.log(2) + math.log(6))])
    assert library.word_shares("，。", [having, lacking]).tolist() == [0.0, 0.0]
    assert library.word_shares("算力", []).shape == (0,)


# --- saved and loaded ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_was_saved_finds_the_same(library: PassageIndex, saved: Path, question: str) -> None:
    loaded = PassageIndex.load(saved, HashingEncoder())
    assert told(loaded, question) == told(library, question)
    assert (loaded.span_scores(question, SALES, [(0, 5)]) == library.span_scores(question, SALES, [(0, 5)])).all()


def test_a_loaded_index_says_which_version_it_is(library: PassageIndex, saved: Path) -> None:
    assert PassageIndex.load(saved, ENCODER).version == "saved"
    assert library.version == ""


def test_passages_come_back_whole(library: PassageIndex, saved: Path) -> None:
    assert PassageIndex.load(saved, ENCODER).passages == library.passages == tuple(PASSAGES)


def test_an_empty_index_is_built_saved_loaded_and_finds_nothing(tmp_path: Path) -> None:
    library = PassageIndex.build([], ENCODER)
    library.save(tmp_path / "saved")
    for each in (library, PassageIndex.load(tmp_path / "saved", ENCODER)):
        assert each.passages == ()
        assert each.search("市场规模") == []


def test_passages_without_a_token_are_saved_and_loaded(tmp_path: Path) -> None:
    PassageIndex.build([passage("\n", 1), passage("市场", 2), passage(" ", 3)], ENCODER).save(tmp_path / "saved")
    hits = PassageIndex.load(tmp_path / "saved", ENCODER).search("市场")
    assert [hit.passage.text for hit in hits] == ["市场", "\n", " "]


def test_saving_never_writes_over_an_index(library: PassageIndex, saved: Path) -> None:
    with pytest.raises(FileExistsError):
        library.save(saved)


@pytest.mark.parametrize(
    ("encoder", "shown"),
    [(HashingEncoder("other"), "other（64 维）"), (HashingEncoder(dim=32), "hashing（32 维）")],
)
def test_another_encoder_or_dimension_is_refused_and_both_are_named(
    saved: Path, encoder: HashingEncoder, shown: str
) -> None:
    with pytest.raises(IndexMismatch) as refused:
        PassageIndex.load(saved, encoder)
    assert "hashing（64 维）" in str(refused.value)
    assert shown in str(refused.value)
    assert "reportqa build --rebuild" in str(refused.value)


def test_another_format_is_refused_and_both_are_named(saved: Path) -> None:
    about = json.loads((saved / "about.json").read_text("utf-8"))
    (saved / "about.json").write_text(json.dumps(about | {"format": FORMAT + 1}), "utf-8")
    with pytest.raises(IndexMismatch, match=rf"第 {FORMAT + 1} 版.*第 {FORMAT} 版.*reportqa build --rebuild"):
        PassageIndex.load(saved, ENCODER)


def test_parts_of_different_lengths_are_refused(tmp_path: Path, saved: Path, library: PassageIndex) -> None:
    """A part of another index, one passage shorter, in place of one's own."""
    PassageIndex.build(PASSAGES[:-1], ENCODER).save(tmp_path / "shorter")
    for name in ("passages.jsonl", "dense.faiss", "token_lengths.npy", "token_vectors.npy", "token_starts.npy"):
        mixed = tmp_path / f"with-{name}"
        shutil.copytree(saved, mixed)
        shutil.copy(tmp_path / "shorter" / name, mixed / name)
        with pytest.raises(IndexMismatch, match="reportqa build --rebuild"):
            PassageIndex.load(mixed, ENCODER)


def test_vectors_of_another_dimension_are_refused(saved: Path) -> None:
    narrow = faiss.IndexFlatIP(32)
    narrow.add(np.eye(len(PASSAGES), 32, dtype=np.float32))
    faiss.write_index(narrow, str(saved / "dense.faiss"))
    with pytest.raises(IndexMismatch, match="对不上"):
        PassageIndex.load(saved, ENCODER)


def test_parts_that_do_not_fit_make_no_index() -> None:
    pooled, _ = ENCODER.encode_passages(TEXTS)
    tokens = TokenCollector(EightBits(64), 7).store()
    lexical = LexicalIndex.build(TEXTS)
    with pytest.raises(IndexMismatch, match=r"10、7、7"):
        PassageIndex(
            PassageStore.of(PASSAGES),
            ENCODER,
            dense=DenseIndex.build(pooled, 64),
            lexical=lexical,
            tokens=tokens,
            titles=Titles.build(PASSAGES, ENCODER),
            aliases=Aliases(),
        )


@pytest.mark.parametrize("name", ["words", "starts", "rows", "scores"])
def test_words_of_another_index_are_refused(tmp_path: Path, saved: Path, name: str) -> None:
    PassageIndex.build(PASSAGES[:-1], ENCODER).save(tmp_path / "shorter")
    shutil.copy(tmp_path / "shorter" / "lexical" / f"{name}.npy", saved / "lexical" / f"{name}.npy")
    with pytest.raises(IndexMismatch, match="reportqa build --rebuild"):
        PassageIndex.load(saved, ENCODER)


def test_an_array_cut_short_is_refused(saved: Path) -> None:
    for path in sorted(saved.rglob("*.npy")):
        content = path.read_bytes()
        path.write_bytes(content[:-1])
        with pytest.raises(IndexMismatch, match="reportqa build --rebuild"):
            PassageIndex.load(saved, ENCODER)
        path.write_bytes(content)
    assert len(PassageIndex.load(saved, ENCODER).passages) == len(PASSAGES)


@pytest.mark.parametrize(
    ("question", "first"),
    [("智能服务器市场规模是多少", 1), ("智能服务器市场规模怎么样", 0), ("智能服务器市场规模哪年扩大", 2)],
)
def test_a_passage_with_an_amount_or_a_time_comes_first_where_one_is_asked_for(question: str, first: int) -> None:
    texts = [
        "智能服务器市场规模怎么样：智能服务器市场规模不断扩大。",
        "智能服务器市场规模：5亿元。",
        "智能服务器市场规模于2021年扩大。",
        *(f"其他第{number}段内容。" for number in range(6)),
    ]
    library = PassageIndex.build([passage(text, number) for number, text in enumerate(texts)], ENCODER)
    assert library.search(question, k=1)[0].passage.section == first


def test_a_passage_that_tells_comes_before_the_caption_of_a_picture_that_only_names_what_is_asked() -> None:
    caption = replace(passage("2022年公有云市场规模（单位：亿美元）", 70), kind="figure")
    tells = passage("2022年上半年，公有云整体市场规模为165.8亿美元。", 71)
    library = PassageIndex.build([*PASSAGES, caption, tells], ENCODER)
    found = [hit.passage.id for hit in library.search("2022年公有云市场规模的情况")]
    assert found[0] == tells.id
    assert caption.id in found
    without = PassageIndex.build([*PASSAGES, replace(caption, kind="text"), tells], ENCODER)
    assert (
        without.search("2022年公有云市场规模的情况")[0].passage.id == caption.id
    )  # by its words it would be the first


# --- many passages -------------------------------------------------------------------------------------------------


MANY = [*PASSAGES, *(passage(f"第{number}条：{text}", 100 + number) for number, text in enumerate(TEXTS * 4))]


@pytest.fixture
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Product codes in place of eight bits for as few passages as these, which are embedded four at a time."""
    monkeypatch.setattr("index.embedding.PRODUCT_CODES_FROM", 20)
    monkeypatch.setattr("index.embedding._BLOCK", 4)
    monkeypatch.setattr("index.embedding._SAMPLE", 15)


def narrow() -> CountingEncoder:
    encoder = CountingEncoder()
    encoder.dim = 6
    return encoder


@pytest.mark.usefixtures("few_are_many")
def test_many_are_embedded_in_blocks_each_once_and_how_far_it_is_is_told() -> None:
    steps: list[tuple[int, int]] = []
    encoder = narrow()
    built = PassageIndex.build(MANY, encoder, progress=lambda done, total: steps.append((done, total)))
    assert steps == [(done, len(MANY)) for done in range(1, len(MANY) + 1)]
    titles = {each.title for each in (EXPORTS, POLICY)}  # above one or two passages of 38
    assert sorted(encoder.asked) == sorted([*(each.search_text for each in MANY), *titles])
    assert isinstance(built._tokens.codec, ProductCodes)


@pytest.mark.usefixtures("few_are_many")
def test_codes_of_known_passages_are_taken_over_with_their_codebooks(tmp_path: Path) -> None:
    """As few as are left would have eight bits."""
    built = PassageIndex.build(MANY, narrow())
    built.save(tmp_path / "codes")
    loaded = PassageIndex.load(tmp_path / "codes", narrow())
    assert told(loaded, QUESTIONS[0]) == told(built, QUESTIONS[0])
    fewer = PassageIndex.build([passage("新的一段。", 50), *MANY[:9]], narrow(), known=loaded)
    assert fewer._tokens.codec is loaded._tokens.codec
    assert all((fewer._tokens.codes([row + 1]) == built._tokens.codes([row])).all() for row in range(9))


@pytest.mark.usefixtures("few_are_many")
@pytest.mark.parametrize("known", [19, len(MANY)])
def test_an_index_that_grows_large_is_encoded_anew_and_embeds_only_what_is_new(
    known: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("index.embedding.PRODUCT_CODES_FROM", 1_000)
        small = PassageIndex.build(MANY[:known], narrow())
    assert isinstance(small._tokens.codec, EightBits)
    encoder = narrow()
    large = PassageIndex.build(MANY, encoder, known=small)
    assert isinstance(large._tokens.codec, ProductCodes)
    assert sorted(encoder.asked) == sorted(each.search_text for each in MANY[known:])


@pytest.mark.usefixtures("few_are_many")
def test_too_few_tokens_to_train_codebooks_by_keep_eight_bits() -> None:
    built = PassageIndex.build([passage("短", number) for number in range(30)], narrow())
    assert isinstance(built._tokens.codec, EightBits)
