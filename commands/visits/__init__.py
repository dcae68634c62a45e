"""Visits to customers: logged in one message, corrected or undone within a day (clause 3.1.1a).

`rules` decides, `noun` shows, `log` and `correct` are what people can do.
"""

from commands.visits.noun import NOUN, month, month_ahead, progress
from commands.visits.rules import VisitPolicy

__all__ = ["NOUN", "VisitPolicy", "month", "month_ahead", "progress"]
