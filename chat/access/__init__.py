"""Who sends a request, and what they may.

caller        the record of who it is, and the ways by which they are known
"""
