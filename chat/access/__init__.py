"""Who sends a request, and what they may.

caller        the record of who it is, and the ways by which they are known
rejected      why a request does not get in
routes        which scope each route needs
loopback      who sits at this machine, and everybody
address       which address a request comes from, behind proxies
limits        how often a caller may ask and an address may call
bound         open pages, each bound to who opened it
groups        which reports they may see
audience      and which reports the same people see
keys          programs with a key
tokens        signed tokens of others
people        what those may for whom others vouch
proxy         whom a reverse proxy vouches for
sessions      who has logged in
provider      the company's login
login_routes  login and logout over HTTP
sites         the pages of a portal that may hold ours, as configured
portal_tokens  what a portal says of a user, proved once
embed_tokens  the tokens that a frame in its page is given for that
embedding     these three together
embed_routes  over HTTP
access        `Access`: the ways asked in turn, for every request
configured    `[access]` of the configuration as an `Access`
"""
