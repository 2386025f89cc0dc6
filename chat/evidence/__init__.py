"""The words of the reports that an answer may rest on: what is found, whether it bears on the question, which sentences and rows of it.

finding       one list of hits from the searches that a question asks for
relevance     whether what was found bears on the question at all
evidence      the sentences and rows that answer it
blank         a table that leaves out what is asked
by_side       the best stretch for each side of a question
listing       the items of a list, where they are asked for
hops          evidence of a question that reaches its subject by way of another fact
extreme       the row of a table that has the most or the least of something
derived       what follows from the evidence by one step of arithmetic, with the step
figure_check  whether figures and periods are told by the evidence, of the same thing
"""
