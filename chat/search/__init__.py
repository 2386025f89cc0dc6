"""The cited passage search: all that one search shows at once.

facets      a search in one go: pages, filters with counts, what else to try
nearest     words near those that the library lacks
highlights  where a question's words stand in a text
reference   a passage as a reference of GB/T 7714—2015
"""
