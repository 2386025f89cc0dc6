"""The pages: what a browser shows of a conversation, a search, the reports, and how well it all works.

Nothing here decides what is found or answered: pages take `ask`, `search` and the library as functions, and draw.

words           every string that a reader sees, by page
chinese         them in Simplified Chinese
english         them in English
exchange        one question of the conversation and how far it has come
render          the HTML of questions, answers and sources
results         the HTML of a search
bars            shares as bars
overview        the HTML of what the library holds
evaluated       the HTML of the last evaluation
page            the page itself
"""
