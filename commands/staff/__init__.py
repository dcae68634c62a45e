"""Those who work here: their cards, accounts, settings and absences, and handing over.

`rules` decides, `notes` says what other cards show of it, `cards` shows, the rest are what people
can do.
"""
