"""Answering: a question becomes an answer whose every sentence cites the words it stands on.

The records and the path of a question:
answer        questions, events, answers and their citations
courtesy      你好, 谢谢 and 你是谁, answered without a search
digest        a report in short: of each of its chapters a sentence
followup      a question that leans on earlier turns, made to stand alone
antecedents   what the question before was about, and what a word of this one points at
things        the things that a question speaks of, with all the words that name them
wording       what the words of a question do: name, ask, point, say when and where
grammar       the kinds of its words, a letter each
sides         a question with several sides, as one question for each
scope         where its own words say to look
finding       one list of hits from the searches that a question asks for
relevance     whether what was found bears on the question at all
subject       the names that a question is about, and whether what was found names them
meant         the year, version, country and measure that are asked about, and what tells of another
evidence      the sentences and rows that answer it
listing       the items of a list, where they are asked for
parts         the parts of a section, where its heading is asked for
hops          evidence of a question that reaches its subject by way of another fact
derived       what follows from the evidence by one step of arithmetic, with the step
premise       what the question takes for granted and the evidence tells otherwise
composing     the answers that no model is asked for: these, and comparisons
refusal       why there is no answer, and what is near
prompt        every word said to the model
figure_grammar  the figures that a draft may have
generation    what every model has in common: pieces, token counts, errors
local_model   a GGUF model in this process (llama.cpp)
endpoint      any OpenAI-compatible service
breaker       a model that keeps failing, left alone for a while
marks         the marks of a draft and of an answer
closing       the marks that end a sentence, once each
grounding     a draft to an answer: marks resolved, sentences checked
figure_check  whether figures and periods are told by the evidence, of the same thing
verdict       whether a draft that is true says enough
assistant     `Assistant`: the path itself
phrases       which words name a thing in full
question      the record of a question made from the reports
asking        what passages answer, as questions
asking_sentences  those that a sentence answers
asking_rows   those that a cell answers
asking_headings  those that a section answers
suggestions   those to begin with: chosen, proved, kept with the index
next_questions  those to go on with after an answer
evaluation    `reportqa eval`
retrieval_set  `reportqa eval --set`: a set in BEIR's layout
answering_set  the same for questions with passages of their own

What has to be there first, and the command line:
catalogue     the models that can run here
sources       where their bytes come from
partial       the file that grows
models        fetched, checked and found
config        `reportqa.toml`
setup         models and index, fetched and loaded
building      the index made to follow the corpus
curation      reports added, removed and listed
opened        a report as a whole, from a version of the index
page_views    pictures of the pages of PDF reports
live          an assistant that takes over a new version of the index
part          the same to somebody who may not see all of it
terminal      what people see
arguments     what a command line says
cli           the commands

The service:
contract      JSON in and out, on the command line and over HTTP
highlights    where a question's words stand in a text
reference     a passage as a reference of GB/T 7714—2015
nearest       words near those that the library lacks
facets        a search in one go: pages, filters with counts, what else to try
line          whose turn it is
asker         who asks, by which way, and what becomes of the question
gate          answers wait their turn
service       HTTP
streams       what a response is streamed from
guard         which requests come in, what every response says
shelf         the reports, as a running service lists and changes them
shelf_routes  the same over HTTP
json_body     what a request says, decoded
records       the database of what is kept of use
feedback      what readers think of answers, kept
usage         what was asked, kept and summed up
retention     what was kept long enough goes
feedback_routes  taken in over HTTP
feedback_export  and written out, a 👎 as a question for evaluation
tables        a table put together again from its rows, with those an answer cites
places        what a passage is, where it stands and who says it
quality       how well a report was read, in words
holdings      what the library holds, counted

Who sends a request, and what they may, is in `chat.access`; other programs' ways in are in `chat.api`; what a browser shows is in
`chat.pages`.
"""
