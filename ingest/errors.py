"""The one kind of error that a user is meant to read."""


class UserError(Exception):
    """Something the user can put right: the message names the thing, the place and the way out, in Chinese."""
