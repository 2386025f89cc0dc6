"""The pages: what a browser shows of a conversation, a search, the reports, and how well it all works.

Nothing here decides what is found or answered: pages take `ask`, `search` and the library as functions, and draw.

words           every string that a reader sees, by page
chinese         them in Simplified Chinese
english         them in English
exchange        one question of the conversation and how far it has come
render          the HTML of questions, answers and sources
results         the HTML of a search
tables          a table put together again from its rows, with those an answer cites
series          the figures of a table that can be drawn side by side
plot            a series as an inline SVG
look            the tables and plots that an answer rests on, as HTML
page            the page itself
"""
