"""Tables of customers and people: taken in from files, and handed out as files.

customers, people    what a row says, and what it does
noun                 the job of one file: its card, who has to do with it
verbs                what people do with it, and the export
"""
