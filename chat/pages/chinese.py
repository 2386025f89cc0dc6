"""The strings of the pages in Simplified Chinese."""

from chat.pages.words import FeedbackWords, Words

CHINESE = Words(
    language="zh-CN",
    product="reportqa 研报问答",
    feedback=FeedbackWords(
        up="有帮助",
        down="没有帮助",
        why="问题出在哪里？",
        reasons={
            "wrong_figure": "数字不对",
            "wrong_source": "出处与说法不符",
            "incomplete": "回答不完整",
            "not_answered": "没有回答所问",
            "outdated": "内容过时",
            "other": "其他",
        },
        comment="可以补充说明，最多 1,000 字",
        kept="问题、回答和您的说明会保存在运行本服务的机器上，供改进回答时查看。",
        send="提交",
        thanks="已记下，谢谢您的反馈。",
        withdraw="撤回",
        withdrawn="反馈已撤回。",
        failed="反馈没有存下，回答不受影响；请稍后再试。",
    ),
)
