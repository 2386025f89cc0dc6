"""Words of a question that say where to look, and the many more that are what is asked about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.understanding.scope import Scope, Side, listed_in, named_scope, sides_of
from index.filters import Filter
from index.passage_store import IndexedReport


def listed(id: str, title: str, publisher: str, published: str, *names: str) -> IndexedReport:
    return IndexedReport(id, title, publisher, published, own=1, rows=1, names=names)


SHELF = (
    listed("cars", "2023年新能源汽车产业展望", "中金公司", "2023-03"),
    listed("compute", "算力发展指数白皮书", "中国信息通信研究院", "2022-11"),
    listed("statistics", "2022年国民经济统计公报", "国家统计局", "2023-02-28"),
    listed("banks", "银行业全球展望", "McKinsey & Company、麦肯锡", "2022"),
    listed("storage", "储能产业发展蓝皮书", "启元产业研究院", "2024-01"),
    listed("annual", "2022年年度报告", "中国银行", "2023-03-30"),
    listed("medicine", "医药行业观察", "中国汽车工业协会；北京天明医药科技有限公司", "2021"),
)
PAIR = SHELF[:2]

NAMED = {
    "中金说2023年电动车销量会怎样": ({"cars"}, "2023年电动车销量会怎样"),
    "中金公司怎么看电动车": ({"cars"}, "怎么看电动车"),
    "中金公司预测2025年渗透率是多少": ({"cars"}, "预测2025年渗透率是多少"),
    "按照中金公司的测算，2025年渗透率是多少": ({"cars"}, "2025年渗透率是多少"),
    "请问中金的报告里电池价格是多少": ({"cars"}, "请问电池价格是多少"),
    "启元研究院的报告里储能装机是多少": ({"storage"}, "储能装机是多少"),
    "在启元的蓝皮书中，装机是多少": ({"storage"}, "装机是多少"),
    "启元预计2025年储能装机达到多少？": ({"storage"}, "预计2025年储能装机达到多少？"),
    "据信通院的数据，算力规模有多大？": ({"compute"}, "算力规模有多大？"),
    "信息通信研究院认为算力缺口有多大": ({"compute"}, "算力缺口有多大"),
    "据国家统计局，2022年GDP是多少": ({"statistics"}, "2022年GDP是多少"),
    "统计局的数据显示，粮食产量是多少": ({"statistics"}, "粮食产量是多少"),
    "统计局怎么看就业": ({"statistics"}, "怎么看就业"),
    "McKinsey认为银行利润会怎样": ({"banks"}, "银行利润会怎样"),
    "麦肯锡对银行利润的预测是多少": ({"banks"}, "对银行利润的预测是多少"),
    "天明医药的数据显示，新药有多少": ({"medicine"}, "新药有多少"),
    "中汽协的统计中，出口量是多少": ({"medicine"}, "出口量是多少"),
    "《算力发展指数白皮书》里提到的算力规模是多少": ({"compute"}, "算力规模是多少"),
    "储能报告里装机是多少": ({"storage"}, "装机是多少"),
    "第一份报告里销量是多少": ({"cars"}, "销量是多少"),
    "中国银行2022年年度报告里的净利润是多少": ({"annual"}, "净利润是多少"),
    "2022年年度报告里净利润是多少": ({"annual"}, "净利润是多少"),
    "為什麼中金說電動車會漲價": ({"cars"}, "為什麼電動車會漲價"),
}

KEPT_AS_ASKED = {
    "中金说了什么": {"cars"},
    "麦肯锡的看法是什么": {"banks"},
    "第三份报告的结论是什么": {"statistics"},
    "第二份报告是谁发布的": {"compute"},
}

NO_SCOPE = [
    # the publisher is what is asked about
    "启元产业研究院是哪年成立的",
    "中国银行的利润是多少",
    "中国银行有多少员工",
    "中国银行的数据中心在哪里",
    "中国银行的报告期内营收是多少",
    "国家统计局的职责是什么",
    "启元的研究人员有多少",
    "启元预测模型的精度是多少",
    "中金公司的总部在哪里",
    "天明医药科技的营收是多少",
    "市场怎么看中金公司",
    "市场对启元的看法是什么",
    "谁收购了启元",
    # a longer name is another organisation
    "中国银行业协会的报告里利润是多少",
    "河北统计局怎么看就业",
    # everyday words and places that begin a publisher's name or stand in a title
    "中国怎么看气候变化",
    "中国的数据中心有多少",
    "中国的数据显示什么",
    "汽车工业怎么看关税",
    "银行怎么看利率",
    "算力怎么看",
    "储能是什么",
    "研究报告里说了什么",
    # years of the content, reports that are not there
    "2022年市场规模是多少",
    "2023年新能源汽车的销量是多少",
    "2019年的报告怎么说",
    "第九份报告里销量是多少",
    "三份报告怎么看增长",
    "两家公司怎么看增长",
    "报告里提到了哪些风险",
    "报告认为增速是多少",
    "",
]


@pytest.mark.parametrize(("question", "scope"), NAMED.items())
def test_a_source_that_says_something_is_where_to_look(question: str, scope: tuple[set[str], str]) -> None:
    found = named_scope(question, SHELF)
    assert (set(found.reports), found.question) == scope


@pytest.mark.parametrize(("question", "reports"), KEPT_AS_ASKED.items())
def test_a_question_of_which_nothing_would_remain_stays(question: str, reports: set[str]) -> None:
    assert named_scope(question, SHELF) == Scope(question, frozenset(reports))


@pytest.mark.parametrize("question", NO_SCOPE)
def test_a_name_that_is_asked_about_and_a_year_of_the_content_say_nothing_of_where(question: str) -> None:
    assert named_scope(question, SHELF) == Scope(question)


@pytest.mark.parametrize(
    ("question", "years", "rest"),
    [
        ("2023年的报告怎么说电动车", {2023}, "怎么说电动车"),
        ("2024年发布的报告里储能成本是多少", {2024}, "储能成本是多少"),
        ("2022年出版的白皮书中2021年的算力规模是多少", {2022}, "2021年的算力规模是多少"),
    ],
)
def test_a_year_said_of_a_report_is_one_of_publication(question: str, years: set[int], rest: str) -> None:
    assert named_scope(question, SHELF) == Scope(rest, years=frozenset(years))


def test_a_name_and_a_year_hold_both() -> None:
    found = named_scope("中金2023年的报告里提到的销量", SHELF)
    assert found == Scope("销量", frozenset({"cars"}), frozenset({2023}))


@pytest.mark.parametrize(
    ("question", "rest"),
    [
        ("两份报告对增长怎么看", "对增长怎么看"),
        ("两份报告都提到了哪些风险", "哪些风险"),
        ("这两份报告里的算力规模是多少", "算力规模是多少"),
        ("各份报告怎么看增长", "怎么看增长"),
        ("每份报告里的算力规模是多少", "算力规模是多少"),
        ("两家机构怎么看增长", "怎么看增长"),
        ("综合两份报告，谈谈增长", "谈谈增长"),
        ("两份报告对市场规模的预测分别是多少", "对市场规模的预测是多少"),
        ("这两份报告有什么不同", "这两份报告有什么不同"),
    ],
)
def test_as_many_reports_as_there_are_asks_for_each(question: str, rest: str) -> None:
    assert named_scope(question, PAIR) == Scope(rest, each=True)
    assert sides_of(question, PAIR) == (
        Side(rest, Filter(frozenset({"cars"}))),
        Side(rest, Filter(frozenset({"compute"}))),
    )


def test_two_names_ask_for_each_of_their_reports() -> None:
    found = named_scope("中金和麦肯锡怎么看利率", SHELF)
    assert found == Scope("怎么看利率", frozenset({"cars", "banks"}), each=True)


def test_two_names_apart_ask_for_each_as_well() -> None:
    assert named_scope("中金的预测比麦肯锡的预测高多少", SHELF).each


def test_what_fits_every_report_restricts_nothing() -> None:
    assert named_scope("中金认为销量会怎样", SHELF[:1]) == Scope("销量会怎样")


def test_a_publisher_of_several_reports_means_all_of_them() -> None:
    shelf = (*SHELF, listed("cars-2", "汽车出海", "中金公司", "2024"))
    assert named_scope("中金认为销量会怎样", shelf).reports == {"cars", "cars-2"}
    assert named_scope("中金2024年的报告里销量会怎样", shelf).reports == {"cars", "cars-2"}


def test_a_stem_that_others_write_about_is_no_name() -> None:
    shelf = (listed("a", "远景规划", "远景研究院", "2023"), listed("b", "城市的远景", "某市规划局", "2023"))
    assert named_scope("远景怎么看人口", shelf) == Scope("远景怎么看人口")
    assert named_scope("远景研究院怎么看人口", shelf).reports == {"a"}


def test_without_reports_nothing_is_named() -> None:
    assert named_scope("两份报告怎么看增长", ()) == Scope("两份报告怎么看增长")
    assert sides_of("中金怎么看增长", ()) == ()


SIDES = {
    "中金和麦肯锡怎么看利率": (("怎么看利率", {"cars"}), ("怎么看利率", {"banks"})),
    "中金与启元的报告里电池价格分别是多少": (("电池价格是多少", {"cars"}), ("电池价格是多少", {"storage"})),
    "中金的预测和麦肯锡的预测有何不同": (("中金的预测", {"cars"}), ("麦肯锡的预测", {"banks"})),
    "中金认为销量和价格分别是多少": (("销量是多少", {"cars"}), ("价格是多少", {"cars"})),
    "关于就业，统计局怎么看？麦肯锡呢？": (("关于就业", {"statistics"}), ("关于就业", {"banks"})),
    "电池价格会降吗，中金和启元口径一致吗？": (("电池价格会降吗", {"cars"}), ("电池价格会降吗", {"storage"})),
    "电池价格的走势，中金看好的是什么，启元的判断又是什么？": (
        ("电池价格的走势，看好的是什么", {"cars"}),
        ("电池价格的走势", {"storage"}),
    ),
    "电池涨得有多快，中金和启元各举了什么例子": (("电池涨得有多快", {"cars"}), ("电池涨得有多快", {"storage"})),
    "中金怎么看利率，和麦肯锡说的一样吗": (("怎么看利率", {"cars"}), ("怎么看利率", {"banks"})),
    "中金公司预测的增速比麦肯锡高多少": (("预测的增速多少", {"cars"}), ("预测的增速多少", {"banks"})),
    "第一份报告和第二份报告对销量的预测一样吗": (("对销量的预测", {"cars"}), ("对销量的预测", {"compute"})),
    "中金和启元谁对电池价格更乐观": (("对电池价格更乐观", {"cars"}), ("对电池价格更乐观", {"storage"})),
    "信通院和统计局的数据一致吗": (("信通院的数据", {"compute"}), ("统计局的数据", {"statistics"})),
    "中国和美国的人口分别是多少": (("中国的人口是多少", set()), ("美国的人口是多少", set())),
    "信通院的报告里算力规模是多少": (("算力规模是多少", {"compute"}),),
}


@pytest.mark.parametrize(("question", "sides"), SIDES.items())
def test_each_side_looks_where_it_says(question: str, sides: tuple[tuple[str, set[str]], ...]) -> None:
    found = sides_of(question, SHELF)
    assert tuple((side.question, set(side.within.reports)) for side in found) == sides


def test_two_sides_over_two_reports_are_four_searches() -> None:
    found = sides_of("两份报告里销量和价格分别是多少", PAIR)
    assert [(side.question, *side.within.reports) for side in found] == [
        ("销量是多少", "cars"),
        ("销量是多少", "compute"),
        ("价格是多少", "cars"),
        ("价格是多少", "compute"),
    ]


def test_more_reports_than_searches_are_not_searched_one_by_one() -> None:
    assert sides_of("各份报告怎么看增长", SHELF) == (Side("怎么看增长"),)


@pytest.mark.parametrize("question", ["储能是什么", "中国银行的利润是多少", "2022年市场规模是多少", "研发和生产的关系"])
def test_a_plain_question_asks_for_no_search_beside_its_own(question: str) -> None:
    assert sides_of(question, SHELF) == ()


WORDS = (
    *(
        "中金",
        "中金公司",
        "麦肯锡",
        "统计局",
        "和",
        "与",
        "、",
        "，",
        "？",
        "的",
        "据",
        "在",
        "报告",
        "里",
        "说",
        "怎么看",
    ),
    *("两份", "第一份", "各份", "2023年", "数据", "预测", "电动车", "销量", "分别", "是多少", "呢", "《", "》", "對"),
)


@given(st.lists(st.sampled_from(WORDS), max_size=12).map("".join) | st.text(max_size=60))
def test_a_scope_names_reports_that_are_there_and_keeps_a_question(question: str) -> None:
    scope = named_scope(question, SHELF)
    assert scope.reports < {report.id for report in SHELF}
    assert scope.question or not question
    assert set(scope.question) <= set(question)
    sides = sides_of(question, SHELF)
    assert len(sides) <= 4
    assert all(side.question.strip() or not question.strip() for side in sides)


def test_all_reports_are_asked_what_stands_ahead_of_it() -> None:
    found = sides_of("电池价格降到哪一步了？两份报告口径一样吗？", PAIR)
    assert [(side.question, set(side.within.reports)) for side in found] == [
        ("电池价格降到哪一步了", {"cars"}),
        ("电池价格降到哪一步了", {"compute"}),
    ]


@pytest.mark.parametrize("question", ["麦肯锡和中金公司的电池，哪家好", "电池方面，中金和启元的产品有什么区别"])
def test_what_publishers_have_or_make_is_asked_of_all(question: str) -> None:
    assert not any(side.within.reports for side in sides_of(question, SHELF))


def test_a_name_that_a_report_lists_is_one_name_in_a_list() -> None:
    shelf = (listed("learning", "语音行业报告", "某研究院", "2024", "思必驰", "格灵深瞳"),)
    question = "思必驰和格灵深瞳的核心技术分别是什么"
    assert [side.question for side in sides_of(question, shelf)] == [
        "思必驰的核心技术是什么",
        "格灵深瞳的核心技术是什么",
    ]
    assert listed_in("思必驰和好望角", shelf) == {"思必驰"}
