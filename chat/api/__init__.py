"""Programs' ways in: the contract, and the same answers as other programs already know how to ask for them.

refusals      why a request is refused, in the shape that its address promises
question_routes  the contract over HTTP: search and ask
completions   OpenAI's chat completions: a request of theirs to ours, an answer of ours to theirs
completion_routes  the same over HTTP
whole_report  one report: its sections, its pages, its passages
report_routes  the same over HTTP
tools         what a language model may do here, as the Model Context Protocol describes tools
mcp_server    the same, over stdio and HTTP
shapes        JSON Schema in few words
schemas       what goes in and comes out of the HTTP interface
openapi       the interface described, with examples that were really answered
"""
