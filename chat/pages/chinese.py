"""The strings of the pages in Simplified Chinese."""

from chat.pages.words import ReaderWords, Words

CHINESE = Words(
    language="zh-CN",
    product="reportqa 研报问答",
    reader=ReaderWords(
        home="‹ 问答",
        outline="目录",
        before="上一处引用",
        after="下一处引用",
        share="复制链接",
        copied="已复制",
        moved="报告已更新，链接所指的文字不在原处；请在问答页重新检索。",
        gone="资料库里没有这份报告，它可能已被移除。",
        show_page="看原页",
        sheet="原页",
        close="关闭原页",
        no_boxes="没能在这一页的图上定位这些文字。",
        no_picture="原页无法显示：",
    ),
)
