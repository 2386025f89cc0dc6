"""The strings of the pages in English. Answers and passages stay in the language of the reports."""

from chat.pages.words import Words

ENGLISH = Words(language="en", product="reportqa")
