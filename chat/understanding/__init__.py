"""What is asked: a question that leans on others made to stand alone, the names and times it means, its sides, where to look.

By rules over its words and those of earlier turns; nothing here searches, and no model is asked.

wording      what the words of a question do: name, ask, point, say when and where
grammar      the kinds of its words, a letter each
things       the things that a question speaks of, with all the words that name them
antecedents  what the question before was about, and what a word of this one points at
courtesy     你好, 谢谢 and 你是谁, told from questions
leaning      whether a question leans on earlier turns
followup     one that does, made to stand alone
spoken       what people say, as reports write it
sides        a question with several sides, as one question for each
scope        where its own words say to look
subject      the names that a question is about, and whether what was found names them
meant        the year, version, country, listed item and measure that are asked about, and what tells of another
"""
