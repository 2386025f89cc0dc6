"""A fair line before a few slots: callers take turns, the tickets of one caller go in order of arrival.

Round robin over callers, as a router does over flows (Nagle, RFC 970): who asks one question waits for at most one question
of each caller that was there before, however many those have asked. Knows neither threads nor time.
"""

from collections import OrderedDict, deque


class Ticket:
    """One question of a caller; two of the same caller are two."""

    __slots__ = ("caller",)

    def __init__(self, caller: str) -> None:
        self.caller = caller


class Line:
    """At most `slots` tickets are inside at once; the others wait. A caller's turn is the place of its tickets together."""

    def __init__(self, slots: int) -> None:
        """
        Raises:
            ValueError: slots is not positive.
        """
        if slots <= 0:
            raise ValueError(f"slots must be positive, got {slots}")
        self._slots = slots
        self._inside: set[Ticket] = set()
        self._turns: OrderedDict[str, deque[Ticket]] = (
            OrderedDict()
        )  # by caller, in the order of their turns; none is empty

    @property
    def inside(self) -> int:
        """How many hold a slot."""
        return len(self._inside)

    @property
    def waiting(self) -> int:
        """How many hold none yet."""
        return sum(map(len, self._turns.values()))

    def __contains__(self, ticket: Ticket) -> bool:
        return ticket in self._inside or ticket in self._turns.get(ticket.caller, ())

    def join(self, ticket: Ticket) -> None:
        """Behind the others of its caller; a caller who waits for nothing yet takes the last turn."""
        self._turns.setdefault(ticket.caller, deque()).append(ticket)
        self._advance()

    def leave(self, ticket: Ticket) -> None:
        """From inside or from the middle of the line; one that is in neither has left before."""
        self._inside.discard(ticket)
        own = self._turns.get(ticket.caller, deque())
        if ticket in own:
            own.remove(ticket)
            if not own:
                del self._turns[ticket.caller]
        self._advance()

    def ahead(self, ticket: Ticket) -> int:
        """How many tickets have to leave before this one is inside, if nobody else comes; 0 for one that is.

        Raises:
            ValueError: it is not in the line.
        """
        if ticket in self._inside:
            return 0
        own = self._turns.get(ticket.caller, deque())
        rounds = own.index(ticket)  # of its caller, before the one in which it is let in
        before = rounds
        earlier_turn = True
        for caller, tickets in self._turns.items():
            if caller == ticket.caller:
                earlier_turn = False
            else:
                before += min(len(tickets), rounds + earlier_turn)
        return before + 1  # of those inside, one

    def _advance(self) -> None:
        while len(self._inside) < self._slots and self._turns:
            caller, tickets = self._turns.popitem(last=False)
            self._inside.add(tickets.popleft())
            if tickets:
                self._turns[caller] = tickets  # the last turn is theirs now
