"""What older rules decided otherwise: each such decision by name, with the version of the rules that brought it.

A command of the journal is carried out by the rules that it was written under, so that what has been told stays so.
Each name is asked for in one place; when no journal of rules before it is read any more, it goes with its branch.
"""

from typing import Final

NEWEST: Final = 5

# Before, a lease could be cancelled again until it was over, also as a part of another, and the last reason stood.
CANCELLED_ONCE: Final = 5

# Before, an order that met its own owner group first, and would be given up for that, rested in a market that is in
# post_only although another group could serve it, as nothing is given up where nothing matches.
OWN_LOOKED_PAST: Final = 5

# Before, an ask that had run out of room while leases were out of it was not on offer again when one was released; one
# that was filled was.
ROOM_AGAIN: Final = 5
