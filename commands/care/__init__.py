"""Care: greetings on holidays, birthdays and full years of cooperation (clauses 3.2.1 to 3.2.3).

`rules` says on which day each of them falls.
"""
