"""What a report says of itself and its publisher rather than of its subject: contact, QR codes, advertising, contents.

Such lines stay in the corpus, kept apart as passages of kind `notice`, and answer no question about the subject. A line
is one by its form (who to call, what to scan), never for a word in it: 用户扫码支付的比例达到45% is a finding.
"""

import re
from collections.abc import Sequence

from ingest.tables import NOTE

# An address or a number to call, and nothing else; of an account also the name to look for.
_VALUE = r"(?:[\d\s+()（）/、-]{7,40}|[\w.+-]+@[\w.-]+|(?:https?://)?(?:[\w-]+\.)+[a-z]{2,6}[\w./?=&%#-]*)"
_NAME = r"[A-Za-z0-9_-]{4,40}"
_CONTACT = re.compile(
    rf"(?:联系|聯繫|咨询|諮詢|服务|客服|投诉|官方|商务|合作|[\u4e00-\u9fff]{{2,6}}(?=咨询))*"
    rf"(?:(?:方式|电话|電話|热线|熱線|传真|手机|邮箱|郵箱|邮件|网址|網址|网站|官网|客服|咨询|e-?mail|tel|fax|website)\s*[:：]\s*<?{_VALUE}"
    rf"|(?:微信号?|QQ|公众号)\s*[:：]\s*<?(?:{_VALUE}|{_NAME}))>?[。;；]?",
    re.IGNORECASE,
)
# Several of them in one line, where the colon may be left out and an account may have a Chinese name.
_LABEL = r"(?:电话|電話|热线|手机|传真|邮箱|郵箱|邮件|网址|網址|网站|官网|e-?mail|tel|fax)"
_CALLED = re.compile(rf"{_LABEL}\s*[:：]?\s*<?{_VALUE}>?", re.IGNORECASE)
_ACCOUNT = re.compile(r"(?:微信)?(?:公众号|公眾號|微信号?|视频号)\s*[:：]\s*[\w-]{2,20}")
_ADDRESS = re.compile(r"(?:公司|联系|办公|通讯|通信)?(?:地址|址)\s*[:：].{2,40}[省市区县镇路街道号楼层室座厦].{0,20}")
_OPENING = re.compile(r"(?:联系|聯繫|联络)(?:我们|我們|方式)\s*[:：]?\s*")
_PARTING = re.compile(rf"[，,；;|。]|\s+(?={_LABEL}|微信|公众号|地址|QQ|扫)", re.IGNORECASE)
# What the reader is told to do, at the start of the line and with what for. Of others it is told what they do: 用户扫码…
_ASKED = re.compile(
    r"^(?:[^。；]{0,12}?(?:(?<![邀申聘])请|欢迎|立即))?(?:可|点击|长按|微信)*"
    r"(?:扫码(?!支付|付)|扫一扫|掃碼|(?:扫描|掃描|长按|识别|识別)[^，。；]{0,8}(?:二维码|二維碼))[^，。；]{0,8}"
    r"(?:获取|獲取|下载|下載|关注|關注|加入|添加|领取|查看|阅读|咨询|了解|进群|报名|联系)"
    r"|^(?:请|欢迎|点击|长按|微信|搜索|上方|下方|蓝字|、|“|”)*(?:关注|關注)[^，。；]{0,16}?"
    r"(?:(?:公众号|公眾號|订阅号|视频号)(?=$|\W|获取|獲取|领取|回复|查看|了解|下载)|(?:我们|我們)\W*$)"
    r"|^(?:请|请您|点击|查看)*(?:下方|文末|左下角|底部)?[“「]?(?:点击|點擊)?[“「]?(?:阅读原文|閱讀原文|原文链接)"
    r"[”」]?(?:(?:查看|获取|下载|了解)[^，。；]{0,8}|\s*[:：]\s*\S+)?\W*$"
    r"|^(?:欢迎|立即|点击|扫码|免费)*加入[^，。；]{0,10}(?:星球|社群|交流群|微信群|会员)"
    r"|^(?:更多|完整|全部|海量|行业|免费|最新|完整版)*(?:报告|報告)(?:全文|原文|免费|完整版)*(?:下载|下載|领取|获取|请|[:：])+\s*(?:关注|联系|咨询|登录|访问|<?https?:)"
    r"|^[^，。；供可]{0,10}免费(?:下载|领取|试读|获取)\W*$"
)
_FINDING = re.compile(r"\d+(?:\.\d+)?\s*(?:%|％|[万亿]|个百分点)|比例|占比|渗透率|达到|增长")
_NOTICE_CHARS = 60
# All of a publisher's services and addresses; a chapter is longer.
_OWN_CHARS = 600
_PICTURE = re.compile(r"[\[【(（]?(?:图片|圖片|image|picture)[\]】)）]?", re.IGNORECASE)
_BYLINE = re.compile(
    r".{0,30}\d{4}-\d{1,2}-\d{1,2}(?:\s+\d{1,2}:\d{2})?\s*(?:发表于|發表於|发布于|來自|来自)\S{0,12}.{0,20}"
)
_STATEMENT = re.compile(
    r"(?:[一-鿿]{0,4}(?:免责|法律|版权|权利|重要|特别|郑重|分析师)(?:声明|提示|承诺)|联系(?:我们|方式)|联络我们)"
)
_CONTENTS = re.compile(r"(?:报告|本期|全文)?目\s*[录錄次]|(?:table of )?contents", re.IGNORECASE)

# Praise that a publisher has for itself.
_ADVERTISING = re.compile(
    r"领导者|领军者|领先的[^，。]{0,12}(?:机构|平台|服务商)|一站式|专业团队|资深(?:智库|研究员|顾问)|干货|"
    r"致力于为|竭诚|专业顾问|案例$|免费"
)
# Who the publisher is, since when and where from, is a fact that one may ask for.
_ORGANISATION = re.compile(
    r"(?:成立|创立|创办|创建|設立|设立|组建)(?:于|於)|于\d{4}年[^。；]{0,12}(?:成立|创立|创办)|总部(?:位于|设在)"
)


def is_notice(line: str) -> bool:
    """Whether a line only tells whom to contact, what to scan or follow, or that a picture stood here."""
    text = line.strip(" 　>【】[]*•◆✓·●-")
    if not text or len(text) > _NOTICE_CHARS or "\t" in line:
        return False
    if _CONTACT.fullmatch(text) or _PICTURE.fullmatch(text) or _BYLINE.fullmatch(text) or _tells_contacts(text):
        return True
    return _ASKED.search(text) is not None and not _FINDING.search(text)


def _tells_contacts(text: str) -> bool:
    """Whether each part of a line is a number to call, an address, an account or what to scan."""
    parts = [part.strip() for part in _PARTING.split(_OPENING.sub("", text, count=1)) if part.strip()]
    sure = [part for part in parts if _CALLED.fullmatch(part) or _CONTACT.fullmatch(part) or _ADDRESS.fullmatch(part)]
    return bool(sure) and all(part in sure or _ACCOUNT.fullmatch(part) or _ASKED.search(part) for part in parts)


def is_byline(line: str) -> bool:
    """Who published the article, when and from where, in one line as a feed shows it."""
    return _BYLINE.fullmatch(line.strip()) is not None


def is_notice_heading(heading: str) -> bool:
    """Whether all under such a heading is one: 免责声明, 联系我们, 目录."""
    return _STATEMENT.fullmatch(heading) is not None or _CONTENTS.fullmatch(heading) is not None


def is_contents_heading(heading: str) -> bool:
    return _CONTENTS.fullmatch(heading) is not None


def tells_of_the_publisher(text: str) -> bool:
    """Whether a paragraph of the publisher's own pages gives facts of it, which are no notice."""
    return _ORGANISATION.search(text) is not None


def own_pages(parts: Sequence[Sequence[str]]) -> int:
    """How many of the last parts of a report are its publisher's own pages, by the lines of each part.

    Those are the last ones of which every one is short, tells no findings, and says whom to contact, or praises the
    publisher and says since when it is; two lines of them together must do the first. What only praises (行业领导者) may
    be the report's own judgement.
    """
    count = contacts = 0
    for lines in reversed(parts):
        notices = sum(map(is_notice, lines))
        of_itself = any(map(_ADVERTISING.search, lines)) and any(map(tells_of_the_publisher, lines))
        findings = sum(len(line) for line in lines) > _OWN_CHARS or any(map(_tells_a_finding, lines))
        if findings or not (notices or of_itself):
            break
        contacts += notices
        count += 1
    return count if contacts >= 2 else 0


def _tells_a_finding(line: str) -> bool:
    return "\t" in line or _FINDING.search(line) is not None or NOTE.match(line) is not None
