"""The strings of the pages in English. Answers and passages stay in the language of the reports."""

from chat.pages.words import ReaderWords, Words

ENGLISH = Words(
    language="en",
    product="reportqa",
    reader=ReaderWords(
        home="‹ Questions",
        outline="Contents",
        before="Previous citation",
        after="Next citation",
        share="Copy link",
        copied="Copied",
        moved="The report has changed since, and the words of this link are not where they were; please search again.",
        gone="The library has no such report; it may have been removed.",
        show_page="Original page",
        sheet="Original page",
        close="Close the original page",
        no_boxes="These words could not be located on the picture of the page.",
        no_picture="The original page cannot be shown:",
    ),
)
