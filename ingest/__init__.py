"""Reading: a file becomes a `Report` of `Section`s, and a `Report` becomes `Passage`s.

source      what a reader hands over: pages of text and how well each was read
formats     which reader reads a file
plain       reader: Markdown and plain text
report      the records: `Report`, `Section`, `Passage`
errors      the one kind of error that a user is meant to read
normalise   bytes to text: encoding, widths, markup
furniture   running heads and feet, left out
outline     headings, marked (`##`) or numbered (`2.2.1 …`), to `Section`s
tables      tab-separated lines to rows that know their header
sentences   where sentences end
passages    a `Section` to `Passage`s
duplicates  passages told twice, folded into one
reading     a file to a `Report`
corpus      a folder and its manifest to `Report`s
"""
