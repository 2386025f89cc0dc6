"""The strings of the pages in Simplified Chinese."""

from chat.pages.words import Words

CHINESE = Words(language="zh-CN", product="reportqa 研报问答")
