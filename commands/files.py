"""Files that people sent: who may see them, how a card shows them, and a private link to one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from commands.kit.card import Audience, Button, Buttons, Card, Download, Note, Part, Picture, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Invalid, Refused
from commands.kit.form import Ask
from commands.kit.noun import Involved, Look, Noun
from commands.kit.people import Actor, Role, ToAccount
from commands.kit.policy import Clause, Section
from commands.kit.words import T, kept
from storage import files
from storage.database import Transaction, known
from storage.files import File

PICTURE = "image/"
SHOWN = 10


class FilePolicy(Section, section="files"):
    """How much of what people send is kept."""

    picture_mb: Annotated[float, Clause("3.3.1"), Field(gt=0)]
    document_mb: Annotated[float, Clause("3.3.1"), Field(gt=0)]
    text_mb: Annotated[float, Clause("3.3.1"), Field(gt=0)]
    voice_mb: Annotated[float, Clause("3.3.1"), Field(gt=0)]
    video_mb: Annotated[float, Clause("3.3.1"), Field(gt=0)]
    longest_side: Annotated[int, Clause("3.3.1"), Field(ge=256, le=8192)]
    account_daily_mb: Annotated[float, Clause("3.3.1"), Field(gt=0)]
    company_mb: Annotated[float, Clause("3.3.1"), Field(gt=0)]

    def most(self, family: str) -> int:
        """The most bytes that a file of this family may have."""
        return int(getattr(self, f"{family}_mb") * 1_000_000)

    @property
    def largest(self) -> int:
        """The most bytes that any file may have."""
        names = ("picture", "document", "text", "voice", "video")
        return max(self.most(name) for name in names)


def may_see(actor: Actor, file: File, to: Audience, involved: Involved | None) -> bool:
    """Whether somebody may see a file: the only rule of it.

    Whoever sent it may. The company's people may if they belong to the audience of its subject's
    files, or own or submitted the subject. Others may if the subject is theirs. Before a file
    belongs to a subject, it is its sender's alone.
    """
    if actor.account_id == file.account_id:
        return True
    if involved is None:
        return False
    person = actor.person
    if person is None:
        return actor.account_id in involved.account_ids
    if person.id == involved.owner_id or person.id in involved.submitter_ids:
        return True
    return to.departments is None or bool(to.departments & person.departments)


def seen_by(db: Transaction, noun: Noun | None, actor: Actor, file: File) -> bool:
    """The rule, with what is remembered of the file's subject as it is now."""
    if noun is None or file.subject_id is None:
        return may_see(actor, file, Audience(outside=False), None)
    return may_see(actor, file, noun.files_to, noun.involved(db, file.subject_id))


def attached(look: Look, about: Ref, alt: T | None = None) -> tuple[Part, ...]:
    """A subject's files as its card shows them; those that did not come are never silent."""
    found = files.of(look.db, about.kind, about.id)[-SHOWN:]
    parts = [part for file in found for part in _shown(file, alt)]
    papers = [_open(file) for file in found if _is_paper(file)]
    return (*parts, *((Buttons(tuple(papers)),) if papers else ()))


def _shown(file: File, alt: T | None) -> Iterable[Part]:
    name = file.name or "—"
    match file.state:
        case files.HERE if _is_paper(file):
            yield Note(T("📎 {name}", name=name))
        case files.HERE:
            yield Picture(known(file.id), alt or T("Photo: {name}", name=name))
        case files.REFUSED:
            yield Note(T("⚠ The file {name} was not kept: {why}", name=name, why=kept(file.reason)))
        case _:
            yield Note(T("⏳ The file {name} is being fetched", name=name))


def _is_paper(file: File) -> bool:
    return file.state == files.HERE and not file.media.startswith(PICTURE)


def _open(file: File) -> Button:
    return Button(T("Open {name}", name=file.name or "—"), "file", {"file": str(file.id)})


class OpenFile(
    Command, name="file", aliases=("文件",), who={Role.STAFF, Role.CONTACT}, clause="3.3.1"
):
    """Get a file."""

    file: Annotated[str, Ask("Which file? Its number stands in its button.", "File")]

    def run(self, desk: Desk) -> None:
        """The link is made for this account when it is sent, and lasts a few minutes."""
        if not (self.file.isascii() and self.file.isdecimal() and len(self.file) < SHOWN):
            raise Invalid("file", T("This is no number of a file."))
        found = files.get(desk.db, int(self.file))
        if found is None or found.state != files.HERE or not desk.may_open(found):
            raise Refused(T("There is no such file, or it is not yours to see."))
        card = Card(
            T("Here is {name}", name=found.name or "—"),
            (
                Download(
                    known(found.id),
                    T("Open"),
                    T("It is for you alone and works for ten minutes."),
                ),
            ),
        )
        desk.tell(ToAccount(desk.actor.account_id), card)
