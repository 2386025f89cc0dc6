"""Evidence becomes an answer: composed of it as it stands, or drafted by a model and held against it sentence by sentence.

replies         what is replied to a courtesy
premise         what the question takes for granted and the evidence tells otherwise
digest          a report in short: of each of its chapters a sentence
parts           the parts of a section, where its heading is asked for
composing       the answers that no model is asked for: these, and comparisons
refusal         why there is no answer, and what is near
prompt          every word said to the model
figure_grammar  the figures that a draft may have
closing         the marks that end a sentence, once each
grounding       a draft to an answer: marks resolved, sentences checked
verdict         whether a draft that is true says enough
"""
