"""Questions that the reports answer, offered to who has none or wants to go on.

Each is proved by asking it before it is shown.

phrases           which words name a thing in full
question          the record of a question made from the reports
asking            what passages answer, as questions
asking_sentences  those that a sentence answers
asking_rows       those that a cell answers
asking_headings   those that a section answers
suggestions       those to begin with: chosen, proved, kept with the index
next_questions    those to go on with after an answer
"""
