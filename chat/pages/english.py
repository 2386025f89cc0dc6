"""The strings of the pages in English. Answers and passages stay in the language of the reports."""

from chat.pages.words import LookWords, Words

LOOK = LookWords(
    show="Show the data and a chart",
    show_table="Show the data",
    table="Table",
    source="Source",
    copy_csv="Copy as CSV",
    part="The table is long; these are the rows near those cited.",
    cited="Cited in the answer",
    others="Others in the table",
    told="{name}, {count} items: {points}.",
    forecast="Dashed line: forecast",
    hedged="Dashed outline: approximate or a bound",
    left_out="Not drawn: {labels} (blank or a range)",
)
ENGLISH = Words(language="en", product="reportqa", look=LOOK)
