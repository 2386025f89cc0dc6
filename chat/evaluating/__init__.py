"""How well it answers: `reportqa eval`, over questions of the corpus and sets of others.

evaluation     `reportqa eval`
retrieval_set  `reportqa eval --set`: a set in BEIR's layout
answering_set  the same for questions with passages of their own
"""
