"""What people may whom others vouch for: to ask and search, and more as their groups say."""

from dataclasses import dataclass

from chat.access.caller import Scope

READERS: frozenset[Scope] = frozenset({"ask", "search"})


@dataclass(frozen=True, slots=True)
class Roles:
    """By group: editors may add and remove reports too, admins everything."""

    editors: frozenset[str] = frozenset()
    admins: frozenset[str] = frozenset()

    def scopes_of(self, groups: frozenset[str]) -> frozenset[Scope]:
        scopes = READERS
        if groups & (self.editors | self.admins):
            scopes |= {"reports"}
        if groups & self.admins:
            scopes |= {"admin"}
        return scopes
