"""Admissions: from a prospect to a customer's file, decided by management (clauses 2.1 to 2.2.4).

`rules` decides, `steps` says who owes what next, `deciding` puts it to management and does what
they decide, `cards` shows it, `filing` and `visiting` are what people can do, `duplicates`
finds who is known already.
"""

from commands.admissions.noun import NOUN

__all__ = ["NOUN"]
