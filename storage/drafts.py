"""Drafts: what somebody began to say and has not finished, one open for each conversation."""

from datetime import datetime

from sqlalchemy import Index, bindparam, select, text, update
from sqlmodel import col

from storage.columns import data, key, moment, one_of, points_at
from storage.connections import POSTGRESQL
from storage.database import Deed, Json, Query, Transaction
from storage.people import Account
from storage.rows import Row

OPEN, DONE, CANCELLED, ASIDE, EXPIRED, HANDED, GATHERING = (
    "open",
    "done",
    "cancelled",
    "aside",
    "expired",
    "handed",
    "gathering",
)

WORDS = "text"


class Draft(Row, table=True):
    """Answers so far, by field, as they were given; words without a command are sealed.

    `asking` is the field asked for now; `asked` those asked before. `message` is what began it,
    `origin` whose words it passed on. What is `gathering` is told in several messages, its
    `pieces`, and waits for the tap that files it.
    """

    __table_args__ = (
        Index(
            "draft_open",
            "account_id",
            "conversation",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("draft_expiry", "state", "expires_at"),
    )

    id: int | None = key()
    account_id: int = points_at("account", index=False)
    platform: str
    workspace: str
    chat: str
    thread: str = ""
    conversation: str
    message: str = ""
    origin: Json = data()
    command: str
    answers: Json = data()
    asking: str = ""
    asked: Json = data()
    subject_kind: str = ""
    subject_id: int | None = None
    revision: int | None = None
    begun_at: datetime = moment()
    expires_at: datetime = moment()
    state: str = OPEN
    error: Json = data()
    pieces: Json = data()


_OPEN = Query(
    Draft,
    select(Draft).where(
        col(Draft.account_id) == bindparam("account_id"),
        col(Draft.conversation) == bindparam("conversation"),
        col(Draft.state) == OPEN,
    ),
)
_BY_ID = Query(Draft, select(Draft).where(col(Draft.id) == bindparam("id")))
_SAVE = Deed(
    update(Draft)
    .where(col(Draft.id) == bindparam("b_id"))
    .values(
        answers=bindparam("to_answers"),
        asking=bindparam("to_asking"),
        asked=bindparam("to_asked"),
        error=bindparam("to_error"),
        origin=bindparam("to_origin"),
        expires_at=bindparam("until"),
    )
)
_END = Deed(
    update(Draft).where(col(Draft.id) == bindparam("b_id")).values(state=bindparam("to_state"))
)
_TURN = Deed(
    update(Draft)
    .where(col(Draft.id) == bindparam("b_id"))
    .values(
        command=bindparam("to_command"), state=bindparam("to_state"), pieces=bindparam("to_pieces")
    )
)
_LOOSE = Query(
    Draft,
    select(Draft)
    .where(
        col(Draft.account_id) == bindparam("account_id"),
        col(Draft.conversation) == bindparam("conversation"),
        one_of(col(Draft.state), GATHERING, ASIDE),
    )
    .order_by(col(Draft.id).desc())
    .limit(20),
)
_RENEW = Deed(
    update(Draft)
    .where(
        col(Draft.account_id) == bindparam("b_account"),
        col(Draft.subject_kind) == bindparam("b_kind"),
        col(Draft.subject_id) == bindparam("b_subject"),
        col(Draft.state) == OPEN,
    )
    .values(revision=bindparam("to_revision"))
)
_OF_PERSON = Query(
    int,
    select(col(Draft.id))
    .join(Account, col(Account.id) == col(Draft.account_id))
    .where(
        col(Account.person_id) == bindparam("person_id"),
        one_of(col(Draft.state), OPEN, HANDED, GATHERING),
    )
    .order_by(col(Draft.id)),
)
_GIVE = Deed(
    update(Draft)
    .where(col(Draft.id) == bindparam("b_id"))
    .values(
        account_id=bindparam("to_account"),
        platform=bindparam("to_platform"),
        workspace=bindparam("to_workspace"),
        chat=bindparam("to_chat"),
        thread="",
        conversation=bindparam("to_conversation"),
        state=HANDED,
    )
)
_ACCOUNT = Query(
    int,
    select(col(Account.id))
    .where(col(Account.id) == bindparam("id"))
    .with_for_update(key_share=True),
)
_EXPIRED = Query(
    Draft,
    select(Draft)
    .where(one_of(col(Draft.state), OPEN, GATHERING), col(Draft.expires_at) < bindparam("now"))
    .order_by(col(Draft.id))
    .limit(100),
)


def hold(db: Transaction, account_id: int) -> None:
    """Nobody else changes this account's drafts until the commit (on SQLite one writer does that).

    Each draft is to be read after this.
    """
    if db.engine == POSTGRESQL:
        _ACCOUNT.first(db, id=account_id)


def open_in(db: Transaction, account_id: int, conversation: str) -> Draft | None:
    """The open draft of an account in a conversation."""
    return _opened(db, _OPEN.first(db, account_id=account_id, conversation=conversation))


def get(db: Transaction, draft_id: int) -> Draft | None:
    """One draft, whatever its state."""
    return _opened(db, _BY_ID.first(db, id=draft_id))


def add(db: Transaction, draft: Draft) -> int:
    """Open a draft."""
    answers, draft.answers = draft.answers, _sealed(db, draft)
    made = db.add(draft)
    draft.answers = answers
    return made


def name_writer(db: Transaction, draft_id: int, name: str) -> None:
    """Say what the writer of a draft's words is called."""
    draft = get(db, draft_id)
    if draft and draft.origin:
        draft.origin = [name, *draft.origin[1:]]
        save(db, draft)


def save(db: Transaction, draft: Draft) -> None:
    """Keep the answers and the question of a draft as they are now."""
    _SAVE.run(
        db,
        b_id=draft.id,
        to_answers=_sealed(db, draft),
        to_asking=draft.asking,
        to_asked=draft.asked,
        to_error=draft.error,
        to_origin=draft.origin,
        until=draft.expires_at,
    )


def turn(db: Transaction, draft: Draft) -> None:
    """Keep a draft with another command, state, or further pieces."""
    save(db, draft)
    _TURN.run(
        db,
        b_id=draft.id,
        to_command=draft.command,
        to_state=draft.state,
        to_pieces=draft.pieces,
    )


def loose(db: Transaction, account_id: int, conversation: str, command: str) -> list[Draft]:
    """What is gathered for a command there, and what stands aside without one, the oldest first.

    What was said not to be of that command, and has lost its pieces, is left alone.
    """
    found = _LOOSE.all(db, account_id=account_id, conversation=conversation)
    fitting = [
        one
        for one in found
        if (one.state == GATHERING and one.command == command)
        or not (one.command or one.origin or one.pieces is not None)
    ]
    return [known_ for one in reversed(fitting) if (known_ := _opened(db, one))]


def gathering(db: Transaction, account_id: int, conversation: str) -> Draft | None:
    """The newest that is being gathered there, whatever for."""
    found = _LOOSE.all(db, account_id=account_id, conversation=conversation)
    return next((one for one in found if one.state == GATHERING), None)


def end(db: Transaction, draft_id: int, state: str) -> None:
    """Close a draft, or open it again."""
    _END.run(db, b_id=draft_id, to_state=state)


def renew(db: Transaction, account_id: int, kind: str, id_: int, revision: int) -> int:
    """What somebody has begun on a subject goes on from this revision, which they have seen."""
    return _RENEW.run(db, b_account=account_id, b_kind=kind, b_subject=id_, to_revision=revision)


def open_of(db: Transaction, person_id: int) -> list[int]:
    """The ids of what a person has begun and not finished, on any account."""
    return _OF_PERSON.all(db, person_id=person_id)


def give(db: Transaction, draft_id: int, to: Account) -> None:
    """Somebody else finishes a draft: it waits in their direct chat."""
    _GIVE.run(
        db,
        b_id=draft_id,
        to_account=to.id,
        to_platform=to.platform,
        to_workspace=to.workspace,
        to_chat=to.chat,
        to_conversation=f"{to.platform}:{to.workspace}:{to.chat}:",
    )


def expired(db: Transaction, now: datetime) -> list[Draft]:
    """Open drafts whose time has passed."""
    return _EXPIRED.all(db, now=now)


def _sealed(db: Transaction, draft: Draft) -> Json:
    """Nobody knows yet what words without a command say."""
    if draft.command or not (draft.answers or {}).get(WORDS):
        return draft.answers
    return {**draft.answers, WORDS: db.keyring.seal(draft.answers[WORDS])}


def _opened(db: Transaction, draft: Draft | None) -> Draft | None:
    if draft and not draft.command and (draft.answers or {}).get(WORDS):
        draft.answers = {**draft.answers, WORDS: db.keyring.shown(draft.answers[WORDS])}
    return draft
