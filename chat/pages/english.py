"""The strings of the pages in English. Answers and passages stay in the language of the reports."""

from chat.pages.words import FeedbackWords, Words

ENGLISH = Words(
    language="en",
    product="reportqa",
    feedback=FeedbackWords(
        up="Helpful",
        down="Not helpful",
        why="What is wrong?",
        reasons={
            "wrong_figure": "A figure is wrong",
            "wrong_source": "The source does not say so",
            "incomplete": "Something is missing",
            "not_answered": "Not what I asked",
            "outdated": "Out of date",
            "other": "Something else",
        },
        comment="Tell more if you like, up to 1,000 characters",
        kept="The question, the answer and your note are stored on the machine that runs this service, to improve answers.",
        send="Send",
        thanks="Noted. Thank you.",
        withdraw="Withdraw",
        withdrawn="Your feedback was withdrawn.",
        failed="Your feedback could not be stored; the answer is not affected. Please try again later.",
    ),
)
