"""Reading: a file becomes a `Report` of `Section`s, and a `Report` becomes `Passage`s.

The package `readers` has a reader for each format. Here are:
source      what a reader hands over: pages of text and how well each was read
grids       tables with merged cells to rows of plain cells
report      the records: `Report`, `Section`, `Passage`
language    what people are told, in the language that they read
errors      the one kind of error that a user is meant to read
system_errors  what the operating system refused, in words
normalise   text made plain: widths, spaces, markup
furniture   running heads and feet, left out
page_marks  printed page numbers to the pages of lines
notices     contact, advertising and contents, kept apart
markup_tables  pipe tables and `<table>` in Markdown to tab-separated lines
outline     headings, marked (`##`) or numbered (`2.2.1 …`), to `Section`s
tables      tab-separated lines to rows that know their header
sentences   where sentences end
numerals    numbers as written, Arabic or Chinese, to exact values
units       what numbers count, each unit under one name
periods     dates, quarters, years and spans of years
figures     amounts with unit, hedge and kind of change; the words that search adds for them
passages    a `Section` to `Passage`s
duplicates  passages told twice, folded into one
rewording   whether a section told again only rewords what it said
metadata    title, publisher, date and period, as cover and file name say
reading     a file to a `Report`
page_view   a page of a PDF as a picture, and where on it words stand
isolation   the same in a child process with limits
manifest    what `manifest.toml` says of each report
corpus      a folder and its manifest to `Report`s; what was read before is remembered
fingerprint  which code made a thing
"""
