"""What speaks of the publisher rather than the subject is told by its form, never by a word in it."""

import pytest

from ingest.notices import is_byline, is_notice, is_notice_heading, own_pages, tells_of_the_publisher


@pytest.mark.parametrize(
    "line",
    [
        "扫码获取更多免费报告",
        "扫码下载APP",
        "高清大图请扫描下方二维码获取。",
        "长按识别二维码关注",
        "欢迎关注“产业观察”公众号",
        "点击阅读原文",
        "加入知识星球",
        "联系方式：400-068-7188",
        "产业规划咨询：0755-33015070",
        "电话：(010) 8888-9999",
        "邮箱：report@example.cn",
        "官网：www.example.cn",
        "客服：13800138000",
        "更多报告：https://bg.example.com",
        "微信号：chanye_guancha",
        "产业观察 2023-06-16 07:07 发表于河北",
        "图片",
        "行业报告免费下载",
        "欢迎关注我们！",
        "点击文末“阅读原文”查看详情",
        "原文链接：https://example.com/1",
        "请关注产业观察公众号，回复报告",
        "公众号：chanye-guancha",
        "环境咨询热线：400-068-7188",
    ],
)
def test_whom_to_contact_and_what_to_scan_is_a_notice(line: str) -> None:
    assert is_notice(line)


@pytest.mark.parametrize(
    "line",
    [
        "用户扫码支付的比例达到45%",
        "消费者扫码关注品牌的比例为45%",
        "微信公众号是内容分发的主要渠道",
        "公众号：图文内容仍是品牌获客的第一渠道",
        "关注度最高的是多模态赛道",
        "电话：2023年中国固定电话用户达1.8亿户",
        "客服：AIGC可承担简单、重复性的沟通",
        "邮箱、网盘等云服务增长较快",
        "官网：产品的第一入口",
        "报告显示，约80%的劳动力将受影响",
        "2023-06-16 发布新一代模型",
        "图片生成",
        "免费下载的软件仍占多数",
        "企业\t电话：010-88889999",
        "点击阅读原文的用户占三成",
        "用户可扫码支付并关注公众号领取优惠",
        "扫码支付的商户可领取补贴",
        "商家邀请扫码下载",
        "关注海外市场对我们的启示",
        "请关注政策变化对我们的影响",
        "关注公众号的用户以年轻人为主",
        "报告关注新能源汽车的三大趋势",
        "行业报告访问了200家企业",
        "服务方式：SaaS",
        "合作方式：EPC-2023",
        "咨询：McKinsey",
        "该平台提供免费试读",
        "",
    ],
)
def test_a_finding_about_phones_codes_and_accounts_is_none(line: str) -> None:
    assert not is_notice(line)


def test_a_byline_names_the_time_and_the_place() -> None:
    assert is_byline("产业观察 2023-06-16 07:07 发表于河北")
    assert not is_byline("2023-06-16 研究院发布报告")


@pytest.mark.parametrize(
    "heading", ["免责声明", "法律声明", "分析师承诺", "联系我们", "目录", "报告目录", "目 录", "Contents"]
)
def test_all_under_a_statement_or_a_table_of_contents_is_apart(heading: str) -> None:
    assert is_notice_heading(heading)


@pytest.mark.parametrize("heading", ["免责声明在合同中的作用", "目录服务", "前言", "声明式编程", "联系方式的变迁"])
def test_a_heading_that_only_speaks_of_one_is_none(heading: str) -> None:
    assert not is_notice_heading(heading)


CONTACT = ["联系我们吧", "联系方式：400-068-7188", "扫码下载APP"]


def test_the_last_parts_that_advertise_are_the_publishers_own() -> None:
    parts = [["市场规模", "规模达12.5亿元。"], ["研究院", "产业咨询领导者，于1998年成立于北京。"], CONTACT]
    assert own_pages(parts) == 2


def test_praise_alone_or_one_address_makes_no_part_the_publishers_own() -> None:
    assert own_pages([["竞争格局", "公司是国内领先的无人机平台。"], CONTACT]) == 1
    assert own_pages([["结语", "公司是行业领导者"]]) == 0
    assert own_pages([["结语", "高清大图请扫描下方二维码获取。"]]) == 0


def test_a_part_with_findings_a_table_sources_or_many_words_is_not_the_publishers_own() -> None:
    for line in ("云服务领导者的份额达33.5%", "公司\t领导者", "资料来源：行业领导者官网", "一站式平台" * 150):
        assert own_pages([["结语", line], CONTACT]) == 1


def test_facts_of_the_publisher_are_told_from_its_praise() -> None:
    assert tells_of_the_publisher("研究院于1998年成立于北京。")
    assert not tells_of_the_publisher("研究院是产业咨询领导者！")


@pytest.mark.parametrize(
    "line",
    [
        "联系我们：电话 010-88886666，邮箱 info@h2.cn，扫描二维码关注公众号。",
        "联系电话：010-12345678 微信公众号：氢研究",
        "电话：010-88886666 邮箱：info@h2.cn",
        "电话 010-88886666",
        "地址：北京市海淀区中关村大街1号院2号楼",
    ],
)
def test_several_contacts_in_one_line_are_a_notice(line: str) -> None:
    assert is_notice(line)


@pytest.mark.parametrize(
    "line",
    [
        "电话 010-88886666 的投诉量下降了三成",
        "电话、邮箱与微信公众号是企业触达客户的主要方式",
        "公众号：内容分发的主要渠道",
        "地址：区块链账户的唯一标识",
        "2023年，手机 1200万台，平板 300万台",
    ],
)
def test_a_line_that_says_something_of_contacts_is_none(line: str) -> None:
    assert not is_notice(line)
