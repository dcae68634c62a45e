"""Customers: their files in four parts, names, contacts and owners (clauses 7.1 and 7.2.1).

`rules` and `parts` decide, `finding` finds, `noun` shows, the rest is what people can do.
"""

from commands.customers.finding import find, leads, name_of
from commands.customers.noun import NOUN
from commands.customers.rules import FILE_KEEPERS, KIND, WORDS, called
from commands.customers.verbs import open_file

__all__ = [
    "FILE_KEEPERS",
    "KIND",
    "NOUN",
    "WORDS",
    "called",
    "find",
    "leads",
    "name_of",
    "open_file",
]
