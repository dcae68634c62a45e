"""Tables that somebody sends without a word: each is imported, once it has been asked about."""

from __future__ import annotations

from bot.arriving import file_name
from bot.hearing import Hearing
from bot.platform import Reply, Silent, Typed
from commands.kit.people import ToAccount
from commands.kit.tables import named_like_a_table
from commands.sheets.noun import may_import_any, receive


def brings(hearing: Hearing, said: Typed) -> bool:
    """Whether somebody who may import sent tables and no words: they are asked once it is here.

    Whoever else sends one means something by it that we don't know.
    """
    if not said.files or said.text or not all(named_like_a_table(f.name) for f in said.files):
        return False
    return may_import_any(hearing.actor.person)


def take(hearing: Hearing, said: Typed) -> Reply:
    """Each is kept under a job of its own."""
    desk = hearing.desk()
    for file in said.files:
        about = receive(desk, file_name(file.name))
        hearing.keep((file,), about)
        desk.tell(ToAccount(hearing.actor.account_id), about)
    return Silent()
