"""A reader for each format: the bytes of a file to a `Source`; `formats` picks the one.

formats         which reader reads a file
plain           reader: Markdown and plain text
encodings       bytes of a text file to its text
web             reader: HTML
archive         an Office file's parts, inflated within caps
word            reader: DOCX
numbering       the numbers and bullets that Word counts out before paragraphs
sheets          reader: XLSX and CSV
number_formats  numbers and dates as their formats show them
slides          reader: PPTX
drawings        charts and diagrams of Office files
pdf             reader: PDF and pictures; OCR where letters are lost
ocr             pictures of text to lines, by RapidOCR
layout          placed characters to lines and tables in reading order
ruling          ruling lines to the cells that they enclose
typography      laid out pages to headings and paragraphs, without running heads
quality         how well a page was read, told from its text
"""
