"""The outlines of the two reports, as an editor who read them would write them down.

Every heading in reading order under the one that contains it, four spaces a level. [封面] is a cover, whose words stand
under the report's title alone; [图] is a heading of which the text lacks the picture. A heading is written once for each
section that begins with it: an article tells a section, and its slide tells it again.
"""

from pathlib import Path

import pytest

from ingest.corpus import load_corpus
from ingest.report import Report

CORPUS = Path(__file__).parents[2] / "corpus"

QIANZHAN = """
[封面]
目录
01 新风口：ChatGPT引爆AIGC产业
    1.1 OpenAI发展历程
        OpenAI公司发展里程碑事件梳理
            OpenAI发展里程碑
    1.2.1 GPT模型技术演进进程
    1.2.2 ChatGPT核心技术——RLHF
        ChatGPT采用监督学习+奖励模型进行语言模型训练
            一、训练监督策略模型
            二、训练奖励模型
            三、近端策略优化 (PPO)
        ChatGPT模型原理
    1.3 ChatGPT是AIGC浪潮的一部分
        全球AIGC产业发展历程
            早期萌芽阶段 (1950s-1990s)
                典型事件
                发展特点
            沉淀积累阶段 (1990s-2010s)
            快速发展阶段 (2010s-至今)
    1.4 ChatGPT发布后市场影响力巨大
    1.5 国内外科技企业加码布局AIGC产业
02 新生态：AIGC产业生态逐渐完善
    2.1 AIGC产业链全景
    2.2.1 AIGC产业发展关键在上游基础层
    2.2.2 算力层三要素——AI芯片、AI服务器、数据中心
    2.2.2 算力层三要素——全球竞争格局
    2.2.3 AI芯片包括训练、推理芯片
        训练芯片
            AI训练芯片代表性企业 [图]
        推理芯片
            AI推理芯片代表性企业
    2.2.4 中国AI服务器市场规模占比38%
        AI服务器特点梳理
    2.2.5中国云计算市场CR5达到73.7%
    2.3.1 AIGC产业垂直赛道加速发展
    2.3.1 AIGC产业垂直赛道加速发展
    2.3.2 产品对比-聊天机器人
        GPT4案例展示
        文心一言案例展示
            风格仿写能力
        文心一言及GPT-4对比
    2.3.2 产品对比-图像生成
        文心AI作画作品
        Imagen作品
    2.3.2 产品对比-音频生成
        倒映有声——“一视同人”平台功能
        倒映有声——“一视同人”使用效果
        AudioLM语音延续功能
            语音延续
            Librispeech 测试清洁
    2.3.3 多模态是中国投融资领域热点赛道
    2.3.4 图像、视频预计成为高潜领域
    2.4 AIGC产业链市场规模将突破万亿
03 新变革：AIGC助力行业转型升级
    3.1.1 受AIGC影响的重要行业
    3.1.2 AIGC对行业变革影响概述
    3.2.1 AIGC为电商创造虚实结合购物环境
        生成商品3D模型 展示及虚拟试用
        打造虚拟主播 提升直播带货效率
        线上商城+线下秀场 创造全新的消费场景
    3.2.2 AIGC提升传媒行业生产效率
        AIGC对传媒行业参与主体的影响 [图]
    3.2.3 AIGC拓展了影视行业创作空间
        前期创作
            影视剧本文稿创作
            影视剧创作平台 [图]
        中期拍摄
            拓展角色范畴
            拓展场景空间
        后期制作
            赋能影视剪辑
            实时字幕 [图]
    3.2.4 游戏行业产业链及AIGC赋能环节
    3.2.4 AIGC在游戏研发环节贡献突出
        AIGC游戏研发环节作用 [图]
    3.2.5 AIGC对教育行业影响分析
    3.2.5 教育行业AIGC应用深度较浅
    3.2.6 AIGC在办公软件领域推动生产力变革
        文字创作类办公
        Microsoft365Copilot宣传图 [图]
        WPS智能写作示例 [图]
        腾讯智能创作助手腾讯Effdit [图]
        AlibabaWOOD [图]
        图片/视频类办公
    3.3.1 AIGC浪潮对不同岗位影响分析
    3.3.2 受AIGC浪潮影响较小的岗位
        受AIGC影响较小的体力岗位示例
04 新机遇：AIGC时代的机遇与挑战
    4.1 AIGC发展趋势
        中国AIGC产业未来发展趋势
            01 模型体量/复杂度提高
            03 产品类型逐渐丰富
            02 关键能力显著增强
            04 应用领域更加广泛
    4.2.1 商业机遇——四维创造商业价值
    4.2.2 行业赋能——生产力提高、成本降低为关键
    4.2.3 个人赋能——提高效率、提升专业技能为主
        AIGC为个体赋能分析 [图]
    4.3 AIGC产业挑战：隐私、安全、产权、伦理等
        缺乏标准及规范
        关键技术不成熟
        环境挑战
        数据隐私及安全
        知识产权挑战
        伦理挑战
    4.4.1 中国AIGC发展挑战：算法/算力为关键
        数据
        算法
        产业链 竞争分析 [图]
        算力
    4.4.2 数据——中美数据规模同属第一梯队，中国呈追赶态势
    4.4.2 算法——在算法开发、人才、科研等领域中国差距明显
    4.4.2 算力——AI芯片方面中国竞争实力有待增强
    4.4.3 中国AIGC产业发展建议
        加强人才培养
        加强投资
        促进产学研结合
        加强知识产权保护
        加强国际合作
中国产业咨询领导者
    产业研究
    产业规划
    园区规划
    碳中和研究
    产业链招商
    IPO IPO咨询
全球产业分析与行业深度问答聚合平台
前瞻产业研究院
前瞻经济学人 让你成为更懂趋势的人
"""

# The article lost the numbers or the names of some of its parts, and the whole heading of part 2; the report that follows
# it has them all.
ZHIDING = """
[封面]
PART.01 生成式AI产业概况篇
    1.1 生成式AI概念及内容生成阶段
    1.1 生成式AI概念及内容生成阶段
    1.2 生成式AI产业发展驱动力
    1.2 生成式AI产业发展驱动力
2.1 AI高性能芯片为生成式AI训练提供算力支撑
2.2 AI计算集群为生成式AI训练提供大规模算力资源
2.2 AI计算集群为生成式AI训练提供大规模算力资源
2.3 AI云服务为生成式AI模型开发提供平台支撑
2.3 AI云服务为生成式AI模型开发提供平台支撑
生成式AI算法模型篇
    3.1 全球生成式AI模型发展历程
    3.2 语言类生成主流模型：OpenAI GPT-1至GPT-4
    3.2 语言类生成主流模型：OpenAI GPT-1到GPT-4
    3.3 语言类生成主流模型：Google Transformer到PaLM-E
    3.3 语言类生成主流模型：Google Transformer到PaLM-E
    3.4 图像类生成主流模型：Diffusion Model
    3.4 图像类生成主流模型: Diffusion Model
PART.04 生成式AI场景应用篇
    4.1 全球生成式AI典型应用概览 [图]
    4.1 全球生成式AI典型应用概览 [图]
    4.2 生成式AI场景应用—文本生成
    4.2 生成式AI场景应用—文本生成
    4.3 生成式AI场景应用—图像生成
    4.4 生成式AI场景应用—音频生成
    4.4 生成式AI场景应用—音频生成
    4.5 生成式AI场景应用—视频生成
    4.5 生成式AI场景应用—视频生成
    4.6 生成式AI场景应用—数字人
    4.6 生成式AI场景应用—数字人
生成式AI机遇挑战篇
    5.1 生成式AI时代，行政类工作被替代性高，“问客”有望成为新职业
    5.1 生成式AI时代，行政类工作被替代性高，“问客”有望成为新职业
    5.2 生成式AI作品版权主要在软件所有者和使用者之间分配
    5.2 生成式AI作品版权主要在软件所有者和使用者之间分配
[封面]
前言
专家寄语
报告目录
开篇：伴随人类文明进步和科技发展，语言的传播创造方式日益多元
1. 生成式AI产业概况篇
    1.1 生成式AI概念及内容生成阶段
    1.2 生成式AI产业发展驱动力
    1.3 生成式AI产业图谱
    1.4 生成式AI商业模式
    1.5 生成式AI典型投资情况
2. 生成式AI基础设施篇
    2.1 AI高性能芯片为生成式AI训练提供算力支撑
    2.2 AI计算集群为生成式AI训练提供大规模算力资源
    2.3 AI云服务为生成式AI模型开发提供平台支撑
3. 生成式AI算法模型篇
    3.1 全球生成式AI模型发展历程
    3.2 语言类生成主流模型：OpenAI GPT-1到GPT-4
    3.3 语言类生成主流模型：Google Transformer到PaLM-E
    3.4 图像类生成主流模型：Diffusion Model
4. 生成式AI场景应用篇
    4.1 全球生成式AI典型应用概览 [图]
    4.2 生成式AI场景应用一文本生成
    4.3 生成式AI场景应用—图像生成
    4.4 生成式AI场景应用—音频生成
    4.5 生成式AI场景应用—视频生成
    4.6 生成式AI场景应用—数字人
5. 生成式AI机遇挑战篇
    5.1 生成式AI时代，行政类工作被替代性高，“问客”有望成为新职业
    5.2 生成式AI作品版权主要在软件所有者和使用者之间分配
"""


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    return {report.id: report for report in load_corpus(CORPUS)}


def outline_of(report: Report) -> str:
    lines: list[str] = []
    above: tuple[str, ...] = ()
    for section in report.sections:
        path = section.headings[1:]
        begun = [depth for depth in range(len(path)) if above[: depth + 1] != path[: depth + 1]] or [len(path) - 1]
        lines += ["    " * depth + path[depth] for depth in begun if path] or ["[封面]"]
        lines[-1] += " [图]" if path and section.text == path[-1] else ""
        above = path
    return "\n".join(lines)


def test_the_outline_of_the_qianzhan_report(reports: dict[str, Report]) -> None:
    assert outline_of(reports["qianzhan-aigc-2023"]) == QIANZHAN.strip("\n")


def test_the_outline_of_the_zhiding_report(reports: dict[str, Report]) -> None:
    assert outline_of(reports["zhiding-genai-2023"]) == ZHIDING.strip("\n")


def test_sections_of_the_report_stand_on_the_pages_printed_under_them_and_those_of_the_article_on_none(
    reports: dict[str, Report],
) -> None:
    report = reports["zhiding-genai-2023"]
    pages = [(section.headings[-1], page) for section in report.sections if (page := section.page_at(0)) is not None]
    assert [(heading.split()[0], page) for heading, page in pages] == [
        ("1.5", 11), ("2.2", 14), ("2.3", 15), ("3.1", 17), ("4.3", 24), ("4.4", 25), ("4.5", 26), ("4.6", 27), ("5.1", 29), ("5.2", 30)
    ]  # fmt: skip
    first = next(number for number, section in enumerate(report.sections) if section.headings[1:2] == ("前言",))
    assert not any(section.pages for section in report.sections[:first])
