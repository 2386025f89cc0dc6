"""Running it for others: what a probe, a metrics scrape, a log and an administrator are told of the service.

None of it sees the words of a question, and none of it is asked by an answer.

logs          lines on standard error, as text or JSON
requests      each request: its id, its line in the log, its count
metrics       counts and times for Prometheus
readiness     whether questions can be asked
operation_routes  the last two over HTTP
doctor        whether this machine can run it, thing by thing
rehearsal     a whole run without a reader
egress        what it tries to reach beyond this machine
bundle        everything to install it without a network
below         a path of a shared host name, below which a proxy serves everything
"""
