"""Answering: a question becomes an answer whose every sentence cites the words it stands on.

The records and the path of a question:
answer        questions, events, answers and their citations
followup      a question that leans on earlier turns, made to stand alone
relevance     whether what was found bears on the question at all
evidence      the sentences and rows that answer it
prompt        every word said to the model
generation    what every model has in common: pieces, token counts, errors
local_model   a GGUF model in this process (llama.cpp)
endpoint      any OpenAI-compatible service
marks         the marks of a draft and of an answer
grounding     a draft to an answer: marks resolved, sentences checked
verdict       whether a draft that is true says enough
assistant     `Assistant`: the path itself
evaluation    `reportqa eval`

What has to be there first, and the command line:
catalogue     the models that can run here
sources       where their bytes come from
partial       the file that grows
models        fetched, checked and found
config        `reportqa.toml`
setup         models and index, made and loaded
terminal      what people see
cli           the commands

The service:
contract      JSON in and out, on the command line and over HTTP
gate          answers wait their turn
service       HTTP
guard         which requests come in, what every response says
exchange      one question of the page and how far it has come
render        its HTML
page          the page
"""
