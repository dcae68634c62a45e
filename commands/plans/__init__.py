"""Planned visits: when, what for, half an hour ahead what one should know (clause 3.1.1a).

`keeping` says what becomes of a plan, `briefing` what is told before one walks in, `noun` shows,
`verbs` are what people can do.
"""
