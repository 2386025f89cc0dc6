"""The HTTP service: who may come in, whose turn it is, and a library that changes while it answers.

app              the service put together: every way in, the pages, the guard around them
server           the process that answers on an address, and how it stops
guard            which requests come in, what every response says
failures         what a request that fails is told
json_body        what a request says, decoded
streams          what a response is streamed from
line             whose turn it is
gate             answers wait their turn
live             an assistant that takes over a new version of the index
part             the same to somebody who may not see all of it
shelf            the reports, as a running service lists and changes them
shelf_routes     the same over HTTP
feedback_routes  taken in over HTTP
"""
