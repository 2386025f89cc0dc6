"""The index that follows the corpus, and what is told of its reports.

building    the index made to follow the corpus
curation    reports added, removed and listed
opened      a report as a whole, from a version of the index
page_views  pictures of the pages of PDF reports
tables      a table put together again from its rows, with those an answer cites
places      what a passage is, where it stands and who says it
quality     how well a report was read, in words
holdings    what the library holds, counted
"""
