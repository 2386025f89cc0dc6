"""The one kind of error that a user is meant to read."""

from ingest.language import Message, verbatim


class UserError(Exception):
    """Something the user can put right: the message names the thing, the place and the way out.

    It is put into words when it is read: `str` of the error is in the language that is spoken then.
    """

    @property
    def message(self) -> Message:
        said = self.args[0] if self.args else ""
        return said if isinstance(said, Message) else verbatim(str(said))
