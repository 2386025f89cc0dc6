"""The pages: what a browser shows of a conversation, a search, the reports, and how well it all works.

Nothing here decides what is found or answered: pages take `ask`, `search` and the library as functions, and draw.

words           every string that a reader sees, by page
chinese         them in Simplified Chinese
english         them in English
plurals         words that follow their numbers
languages       which of them a browser wants
escaping        text as HTML that shows just this text
spans           where a quote stands, as the end of a link
exchange        one question of the conversation and how far it has come
kept            a conversation as the reader's browser keeps it
render          the HTML of questions, answers and sources
results         the HTML of a search
covers          the HTML of what the library covers
drawn           how HTML comes onto a Gradio page, and what is pressed in it comes back
askers          who is behind an event of a page
talk            the conversation
searching       the search
shelf_tab       the list of reports
overview_tab    the last two as tabs
rejection       what stands in the place of a page that is not to be had
head            what a page has in its head beside Gradio's
page            the page with these as its tabs
reader          the HTML of a report as a whole
reader_routes   it over HTTP
bars            shares as bars
admin           the HTML of how the service is used
admin_routes    it over HTTP, for who may administer
overview        the HTML of what the library holds
evaluated       the HTML of the last evaluation
series          the figures of a table that can be drawn side by side
plot            a series as an inline SVG
look            the tables and plots that an answer rests on, as HTML
export          a conversation to take away: the document, without a format
export_text     an answer of it as plain text, for the clipboard
export_markdown  it as Markdown
export_docx     as a Word document
export_pdf      as PDF, set for print
export_routes   handed out over HTTP
faces           what a character of it is drawn as
line_breaks     where the lines of a Chinese paragraph end
"""
