"""Drafts as people meet them: which question comes next, and the card that asks it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import assert_never

from commands.kit import welcome, words
from commands.kit.answers import Spoken, Which
from commands.kit.calendar import local_day
from commands.kit.card import PUBLIC, Button, Buttons, Card, Facts, Line, Part, Quote, Ref
from commands.kit.command import Catalogue, Command, Declared
from commands.kit.desk import Desk
from commands.kit.form import (
    Choice,
    Day,
    Kind,
    Moment,
    Photos,
    Pick,
    Place,
    Question,
    Text,
    YesNo,
)
from commands.kit.noun import Look, Matches, Noun, Nouns
from commands.kit.people import Actor, ToAccount, load
from commands.kit.words import T, Value, Words
from storage import drafts, files, people, postings
from storage.database import Json, Transaction, known
from storage.drafts import Draft

KEPT_FOR = timedelta(hours=24)
OFFERED = 8
KIND = "draft"
BACK, CANCEL, SKIP = "~back", "~cancel", "~skip"
HERE = "~here"  # opens a page that sends where one is
_BACK, _CANCEL = T("Back"), T("Cancel")
_SAID = {  # what people say for a button, beside its label
    BACK: {"back", "go back", "返回"},
    CANCEL: {"cancel", "never mind", "nevermind", "算了", "不用了"},
    SKIP: {"skip", "跳过"},
}
_AROUND = " \t\r\n.,!?~…。，！？～"


def missing(declared: Declared, answers: dict[str, Json]) -> Question | None:
    """The first required question without an answer; where one is enough, the first of all."""
    required = (q for q in declared.questions if q.required and q.field not in answers)
    found = next(required, None)
    if found is None and declared.fills and not answers.keys() - {declared.under}:
        return next((q for q in declared.questions if not q.required), None)
    return found


def trouble(which: Which | None = None, said: Words = "") -> Json:
    """What stands beside the question: why the last answer did not do, or what it may mean."""
    if which is None and not said:
        return None
    options = [[value, words.encode(label)] for value, label in which.options] if which else []
    return {"words": words.encode(said), "among": options}


def way(text: str, spoken: Spoken) -> str:
    """The button of a question that a whole text calls for, whatever the language; or none."""
    said = text.strip().removeprefix("/").strip(_AROUND).casefold()
    labels = {BACK: spoken(_BACK), CANCEL: spoken(_CANCEL), SKIP: ()}
    called = (
        verb
        for verb, words_ in _SAID.items()
        if said in words_ or said in {label.casefold() for label in labels[verb]}
    )
    return next(called, "")


def draft_noun(catalogue: Catalogue, nouns: Nouns) -> Noun:
    """The noun of drafts: its card asks the question that is open now."""

    def card(look: Look, id_: int) -> Card:
        draft = drafts.get(look.db, id_)
        if draft and not draft.command:
            return _aside(look, draft, catalogue)
        command = catalogue.get(draft.command) if draft else None
        if draft is None or command is None:
            return Card(T("This is no longer open."))
        return _card(look, draft, command, nouns)

    return Noun(
        kind=KIND,
        words=T("draft"),
        find=lambda _look, _text, _actor: Matches(),
        name_of=_name_of,
        card=card,
        held=drafts.open_of,
        hand=_hand,
    )


def _name_of(db: Transaction, id_: int) -> str | None:
    draft = drafts.get(db, id_)
    return f"/{draft.command}" if draft and draft.command else None


def _hand(desk: Desk, id_: int, _from_id: int, to_id: int) -> None:
    """Somebody else finishes it: it waits in their direct chat, with what was answered so far."""
    account = next(iter(people.accounts_of(desk.db, to_id)), None)
    if account is None:
        return
    for posting in postings.of(desk.db, KIND, id_):
        postings.stop(desk.db, known(posting.id))
    drafts.give(desk.db, id_, account)
    desk.touch(Ref(KIND, id_))
    desk.tell(ToAccount(known(account.id), to_id), Ref(KIND, id_))


def _aside(look: Look, draft: Draft, catalogue: Catalogue) -> Card:
    """Words, files or a place whose command is not known yet."""
    about, kept = Ref(KIND, known(draft.id)), draft.answers
    title = T("What shall I do with this?")
    parts: tuple[Part, ...] = (Quote(kept["text"], by_of(draft)),) if kept["text"] else ()
    if kept.get("files"):
        parts += (Line(T("{n} file", "{n} files", n=len(kept["files"]))),)
    if kept.get("place"):
        parts += (Line(T("📍 {place}", place=place_words(kept["place"]))),)
    if draft.state != drafts.ASIDE:
        return Card(title, (*parts, Line(_ENDED[draft.state])), about)
    actor = _asker(look.db, draft.account_id)
    here = bool(kept.get("place")) and not kept["text"]
    return Card(title, (*parts, *welcome.choices(catalogue, actor, about, here=here)), about)


def by_of(draft: Draft) -> Words:
    """Whose words a draft passes on."""
    if not draft.origin:
        return ""
    name, at, _account = draft.origin
    return T("{name}, {at:clock}", name=name, at=datetime.fromisoformat(at))


def _asker(db: Transaction, account_id: int) -> Actor:
    account = people.account_by_id(db, account_id)
    assert account is not None
    person = load(db, account.person_id) if account.person_id else None
    return Actor(account_id, account.name, person, account.contact_id)


def _card(look: Look, draft: Draft, command: type[Command], nouns: Nouns) -> Card:
    declared = command.declared
    about = Ref(KIND, known(draft.id))
    so_far = understood(look, declared, draft.answers, nouns, skip=draft.asking)
    title = T("{help}", help=declared.words)
    if draft.state not in {drafts.OPEN, drafts.GATHERING}:
        return Card(title, (*so_far, Line(_ENDED[draft.state]), *_way_on(draft, about)), about)
    asked = declared.question(draft.asking)
    if draft.state == drafts.GATHERING:
        return Card(title, (*so_far, *_gathered(look, draft, command, about, nouns)), about)
    if asked is None:
        return Card(title, (*so_far, *_confirm(look, draft, command, about, nouns)), about)
    now = _now(look, draft, command, asked, nouns)
    return Card(title, (*so_far, *now, *_question(look, draft, asked, about, nouns)), about)


def _here(about: Ref) -> Button:
    return Button(T("Send the place"), HERE, {}, about)


def _has_place(draft: Draft, command: type[Command]) -> bool:
    """Whether the place is known, or nobody asks for it."""
    asked = (q.field for q in command.declared.questions if isinstance(q.kind, Place))
    return all(field in draft.answers for field in asked)


def _gathered(
    look: Look, draft: Draft, command: type[Command], about: Ref, nouns: Nouns
) -> Iterable[Part]:
    """What several messages told: one tap files it, once nothing is missing."""
    asked = command.declared.question(draft.asking)
    if asked:
        yield from _question(look, draft, asked, about, nouns)
    several = asked is None and "also" in (draft.error or {})
    if several:
        yield from _for_each(look, draft, command, about, nouns)
    ready = not (asked or several)
    file = (Button(T("File it"), "~go", {}, about, style="primary"),) if ready else ()
    place = () if _has_place(draft, command) else (_here(about),)
    yield Buttons((*file, *place, Button(T("Something else"), "~apart", {}, about)), PUBLIC)
    if asked is None:
        yield Buttons((Button(_CANCEL, CANCEL, {}, about),), PUBLIC)


def _now(
    look: Look, draft: Draft, command: type[Command], asked: Question, nouns: Nouns
) -> tuple[Part, ...]:
    """How it stands now, where an answer corrects something."""
    held = command.present(look.db, draft.subject_id) if draft.subject_id else {}
    value = held.get(asked.field)
    if value is None:
        return ()
    return (Line(T("Now: {value}", value=shown(look, asked, value, nouns))),)


_ENDED = {
    drafts.DONE: T("Done."),
    drafts.CANCELLED: T("Cancelled. Nothing was kept."),
    drafts.ASIDE: T("Put aside."),
    drafts.HANDED: T("Handed over to you, to be finished."),
    drafts.EXPIRED: T("This was left for a day and has been put aside."),
}


def _way_on(draft: Draft, about: Ref) -> tuple[Part, ...]:
    """What was put aside can be taken up again; what is done, not."""
    if draft.state == drafts.DONE:
        return ()
    return (Buttons((Button(T("Continue"), "~go", {}, about),), PUBLIC),)


def understood(
    look: Look, declared: Declared, answers: dict[str, Json], nouns: Nouns, skip: str = ""
) -> tuple[Part, ...]:
    """What has been understood so far, shown back."""
    rows = tuple(
        (_called(look, q, answers[q.field]), shown(look, q, answers[q.field], nouns))
        for q in declared.questions
        if q.field in answers and q.field != skip
        if answers[q.field] or not isinstance(q.kind, Photos)
    )
    return (Facts(rows, PUBLIC),) if rows else ()


def _called(look: Look, asked: Question, value: Json) -> T:
    """What an answer is called: files that are no photos, by what they are."""
    if not isinstance(asked.kind, Photos):
        return asked.name
    media = {file.media.partition("/")[0] for id_ in value if (file := files.get(look.db, id_))}
    if media == {"audio"}:
        return T("Recordings")
    return T("Files") if media - {"image", ""} else asked.name


def shown(look: Look, asked: Question, value: Json, nouns: Nouns) -> Words:
    """An answer as people read it."""
    if asked.ask.secret:
        return "••••"
    return _as_read(look, asked.kind, value, nouns)


def _as_read(look: Look, kind: Kind, value: Json, nouns: Nouns) -> Words:
    match kind:
        case Text():
            return str(value)
        case Day():
            return T("{day:near}", day=date.fromisoformat(value))
        case Moment():
            return T("{at:clock}", at=datetime.fromisoformat(value))
        case YesNo():
            return T("Yes") if value else T("No")
        case Choice():
            return _labels(kind, value)
        case Pick():
            return nouns[kind.noun].name_of(look.db, value) or "?"
        case Photos() | Place():
            return _sent(kind, value)
    assert_never(kind)


def _sent(kind: Photos | Place, value: Json) -> Words:
    if isinstance(kind, Place):
        return place_words(value)
    return T("{n} file", "{n} files", n=len(value))


def place_words(value: Mapping[str, Json]) -> str:
    """A place as maps find it: its name, and its degrees to the metre."""
    degrees = f"{value['latitude']:.5f}, {value['longitude']:.5f}"
    return " · ".join(filter(None, (value.get("title"), degrees)))


def _labels(kind: Choice, value: Json) -> Words:
    labels = dict(kind.options)
    return words.listed([labels[v] for v in (value if isinstance(value, list) else [value])])


def _question(
    look: Look, draft: Draft, asked: Question, about: Ref, nouns: Nouns
) -> Iterable[Part]:
    error = draft.error or {}
    yield from _said(error)
    among = [(value, words.decode(label)) for value, label in error.get("among", [])]
    if among:
        yield Line(T("Which one is meant?"))
    else:
        yield Line(asked.words)
    offered = among or list(_offers(look, asked, draft, nouns))
    set_ = tuple(
        Button(_label(label), "~set", {"f": asked.field, "v": value}, about)
        for value, label in offered[:OFFERED]
    )
    yield Buttons(set_, PUBLIC)
    place = (_here(about),) if isinstance(asked.kind, Place) else ()
    yield Buttons((*place, *_ways(draft, about)), PUBLIC)


def _said(error: Mapping[str, Json]) -> Iterable[Part]:
    if error.get("words"):
        yield Line(words.sentence(error["words"]))


def _label(label: Value) -> T:
    match label:
        case T():
            return label
        case date():
            return T("{day:weekday}", day=label)
        case _:
            return T("{name}", name=label)


def _ways(draft: Draft, about: Ref) -> tuple[Button, ...]:
    back = (Button(_BACK, BACK, {}, about),) if draft.asked else ()
    return (*back, Button(_CANCEL, CANCEL, {}, about))


def _confirm(
    look: Look, draft: Draft, command: type[Command], about: Ref, nouns: Nouns
) -> Iterable[Part]:
    """Everything is answered, but is it meant so: once more, or for two customers?"""
    error = draft.error or {}
    yield from _said(error)
    cancel = Button(_CANCEL, CANCEL, {}, about)
    if "also" not in error:
        yes = Button(T("Yes, once more"), "~go", {"again": 1}, about, style="primary")
        yield Buttons((yes, cancel), PUBLIC)
        return
    yield from _for_each(look, draft, command, about, nouns, cancel)


def _for_each(
    look: Look,
    draft: Draft,
    command: type[Command],
    about: Ref,
    nouns: Nouns,
    *more_ways: Button,
) -> Iterable[Part]:
    """Several are named: is it told of each of them?"""
    field, *others = draft.error["also"]
    asked = command.declared.question(field)
    assert asked is not None
    first, *more = (shown(look, asked, one, nouns) for one in (draft.answers[field], *others))
    if len(more) == 1:
        yield Line(T("Two are named: {first} and {second}. For both?", first=first, second=more[0]))
    else:
        names = words.listed([first, *more])
        yield Line(T("Several are named: {names}. For each of them?", names=names))
    label = T("For both") if len(more) == 1 else T("For each")
    both = Button(label, "~both", {}, about, style="primary")
    only = Button(T("Only {name}", name=first), "~go", {"only": 1}, about)
    yield Buttons((both, only, *more_ways), PUBLIC)


def _offers(
    look: Look, asked: Question, draft: Draft, nouns: Nouns
) -> Iterable[tuple[Json, Value]]:
    kind: Kind = asked.kind
    today = local_day(look.now, look.zone)
    match kind:
        case Choice():
            if not kind.several:
                yield from kind.options
        case YesNo():
            yield from ((True, T("Yes")), (False, T("No")))
        case Day():
            yield today.isoformat(), T("Today")
            aside, label = (1, T("Tomorrow")) if asked.ask.ahead else (-1, T("Yesterday"))
            yield (today + timedelta(days=aside)).isoformat(), label
        case Pick():
            yield from _listed(look, kind, draft, nouns)
        case Moment():
            ahead = asked.ask.ahead
            yield ("in 1 hour", T("An hour from now")) if ahead else ("just now", T("Just now"))
        case Text() | Photos() | Place():
            return


def _listed(look: Look, kind: Pick, draft: Draft, nouns: Nouns) -> Iterable[tuple[Json, Value]]:
    """Those that the words name, and a first few of our lists: for nobody outside the company."""
    account = people.account_by_id(look.db, draft.account_id)
    if account and account.person_id:
        noun = nouns[kind.noun]
        said = "\n".join(value for value in draft.answers.values() if isinstance(value, str))
        named = [one.found for one in noun.within(look, said)]
        offered = {one.id: one.name for one in (*named, *noun.find(look, "", None).found)}
        yield from offered.items()
