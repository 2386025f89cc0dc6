"""Answering: a question becomes an answer whose every sentence cites the words it stands on.

answer        questions, events, answers and their citations
marks         the marks of a draft and of an answer
assistant     `Assistant`: the path of a question through `understanding`, `evidence` and `answering`
config        `reportqa.toml`
setup         models and index, fetched and loaded
contract      JSON in and out, on the command line and over HTTP
arguments     what a command line says
terminal      what people see
cli           the commands

The packages, each with a map of its own: `understanding`, `evidence` and `answering` in the order of the path, each knowing
only those before it; `models`, which draft; `search`; `suggesting`; `evaluating`; `library`, which follows the corpus; `service`,
with `access`, `api`, `pages`, `operations` and `records`.
"""
