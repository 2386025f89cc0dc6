"""What is kept of use: who asked what, by which way, and what readers think of answers.

Nothing is kept of words unless it is switched on; everything goes after a time.

asker            who asks, by which way, and what becomes of the question
database         the database of what is kept of use
feedback         what readers think of answers, kept
feedback_export  and written out, a 👎 as a question for evaluation
usage            what was asked, kept and summed up
retention        what was kept long enough goes
"""
