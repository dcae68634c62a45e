"""Cases: complaints received at once, answered in time or escalated, solved (3.1.2b and 3.3).

`rules` decides, `cards` shows, `future` says what happens if nobody moves, `verbs` are what people
can do.
"""

from commands.cases.noun import NOUN

__all__ = ["NOUN"]
