"""Quarterly customer meetings: planned, held, minuted, their actions followed (clause 3.1.1b).

`rules` decides, `duty` owes each quarter its meeting, `planning`, `guests`, `agenda`, `recording`
and `actions` are what people can do; `cards` and `noun` show it.
"""
