"""Approvals: whatever is to be decided is put to those who may, by one mechanism (clause 2.2.4).

`rules` decides, `asking` puts something to people, `cards` shows it, `noun` says what happens while
nobody answers, `verbs` are what people can do.
"""

from commands.approvals.noun import NOUN

__all__ = ["NOUN"]
