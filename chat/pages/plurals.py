"""Strings that follow their numbers: `{count:passage|passages}` is the first word where count is 1, else the other."""


class Counting(str):
    """A string whose `format` knows such gaps; a number is filled in as always where a gap has no bar."""

    __slots__ = ()

    def format(self, *args: object, **named: object) -> str:
        filled = {name: _counted(value) for name, value in named.items()}
        return super().format(*map(_counted, args), **filled)


class _Count(int):
    """A whole number that also chooses between two words."""

    def __format__(self, form: str) -> str:
        one, bar, more = form.partition("|")
        if not bar:
            return super().__format__(form)
        return one if self == 1 else more


def _counted(value: object) -> object:
    return _Count(value) if isinstance(value, int) else value
