"""Approvals: whatever is to be decided is put to those who may, by one mechanism (clause 2.2.4).

`rules` decides, `deciders` says who may, `asking` puts something to them, `cards` shows it, `noun`
says what happens while nobody answers; `verbs` decide, `turning` comes before, and `speaking` tells
whoever has no voice why.
"""

from commands.approvals.noun import NOUN

__all__ = ["NOUN"]
