"""What older rules decided otherwise: each such decision by name, with the version of the rules that brought it.

A command of the journal is carried out by the rules that it was written under, so that what has been told stays so.
Each name is asked for in one place; when no journal of rules before it is read any more, it goes with its branch.
"""

from typing import Final

NEWEST: Final = 6

# Before, a lease could be cancelled again until it was over, also as a part of another, and the last reason stood.
CANCELLED_ONCE: Final = 5

# Before, an order that met its own owner group first, and would be given up for that, rested in a market that is in
# post_only although another group could serve it, as nothing is given up where nothing matches.
OWN_LOOKED_PAST: Final = 5

# Before, an ask that had run out of room while leases were out of it was not on offer again when one was released; one
# that was filled was.
ROOM_AGAIN: Final = 5

# Before, what a meter grew by between two reports was spread over the time between them, also over time in which the
# lease's buyer had resold its chips, or some of them.
SPREAD_BY_CHIPS: Final = 6

# Before, a period could be contested only if something was paid for it, so none of a lease that is paid by use and was
# not used.
UNPAID_CONTESTABLE: Final = 6

# Before, an alternative that had lapsed still stood in the way of amending its bid.
LAPSED_LOOKED_PAST: Final = 6

# Before, a lease that had come to its end could be cancelled until its last period was settled, and was called so.
NOT_CANCELLED_AFTERWARDS: Final = 6
