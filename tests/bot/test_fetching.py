"""Files are fetched after the commit: kept as what they are, given up loudly, or tried again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from bot import kinds
from bot.fetching import GIVE_UP_AFTER, LEASE, Fetching
from bot.platform import Attachment, Typed
from commands.kit.card import Ref
from commands.kit.desk import Desk
from commands.kit.errors import Later, Never, TooLarge, Unclear, Undeliverable
from storage import files, journal, subjects
from storage.files import File
from tests.desk import Reception, reception
from tests.samples import EICAR, claiming, pdf, photo, picture, spreadsheet

DAY = timedelta(days=1)


@pytest.fixture
async def desk(sample_url: str) -> AsyncIterator[Reception]:
    """A visit with one photo, not fetched yet."""
    async with reception(sample_url) as made:
        await sends(made, "photo.png")
        yield made


async def sends(desk: Reception, name: str, size: int = 0, text: str = "/visit 永固 Q3") -> None:
    attachment = Attachment("photo-1", name, "image/png", size)
    await desk.says("lina", Typed(text, (attachment,)))


def arrives(desk: Reception, monkeypatch: pytest.MonkeyPatch, *answers: bytes | Exception) -> None:
    """What the platform answers, in turn; the last one for ever."""
    left = list(answers)

    async def fetch(remote: str) -> bytes:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(desk.mail, "fetch", fetch)


async def kept(desk: Reception, number: int = 1) -> File:
    found = await desk.core.database.read(lambda db: files.get(db, number))
    assert found is not None
    return found


async def content(desk: Reception, number: int = 1) -> bytes | None:
    file = await kept(desk, number)
    return await desk.core.database.read(lambda db: desk.core.house.vault.get(db, file.vault))


async def told(desk: Reception, user: str = "lina") -> str:
    """What somebody was sent so far."""
    desk.clock.at += timedelta(minutes=2)
    await desk.work()
    await desk.work()
    pages = [parcel.page for parcel in desk.mail.sent if parcel.address.chat == f"dm:{user}"]
    pages += [p.page for _, p in desk.mail.redrawn if p.address.chat == f"dm:{user}"]
    return "\n".join(repr(page) for page in pages)


async def test_a_picture_is_kept_and_its_subjects_card_is_redrawn(
    desk: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrives(desk, monkeypatch, photo())
    before = await desk.core.database.read(lambda db: subjects.state(db, "visit", 1))
    assert await desk.core.fetching.tick() == 1
    file, bytes_ = await kept(desk), await content(desk)
    assert (file.state, file.media, file.kind, file.subject_id) == (
        files.HERE,
        "image/jpeg",
        "visit",
        1,
    )
    assert bytes_ is not None
    assert (len(bytes_), b"SECRET" in bytes_) == (file.size, False)
    after = await desk.core.database.read(lambda db: subjects.state(db, "visit", 1))
    assert before is not None
    assert after is not None
    assert after.version == before.version + 1
    assert await desk.core.fetching.tick() == 0


@pytest.mark.parametrize(
    ("sent", "media"),
    [(pdf(), "application/pdf"), (spreadsheet(), kinds.XLSX.media), (b"a,b\n1,2\n", "text/csv")],
)
async def test_a_paper_is_kept_as_it_is(
    desk: Reception, monkeypatch: pytest.MonkeyPatch, sent: bytes, media: str
) -> None:
    arrives(desk, monkeypatch, sent)
    await desk.core.fetching.tick()
    assert ((await kept(desk)).media, await content(desk)) == (media, sent)
    assert "📎 photo.png" in await told(desk)


BAD: list[tuple[bytes | Exception, str]] = [
    (b"<script>alert(1)</script>", kinds.NOT_KEPT.text),
    (b"MZ\x90\x00" + bytes(99), kinds.NOT_KEPT.text),
    (EICAR, kinds.DANGEROUS.text),
    (claiming(20_000, 20_000), kinds.TOO_LARGE.text),
    (picture()[:30], kinds.BROKEN.text),
    (TooLarge("the file is too big"), kinds.TOO_LARGE.text),
    (b"word " * 4_200_001, kinds.TOO_LARGE.text),
    (Never("file_deleted"), "it could not be fetched"),
]


@pytest.mark.parametrize(("answer", "why"), BAD)
async def test_what_is_not_kept_is_said_to_its_sender_and_on_the_card(
    desk: Reception, monkeypatch: pytest.MonkeyPatch, answer: bytes | Exception, why: str
) -> None:
    arrives(desk, monkeypatch, answer)
    await desk.core.fetching.tick()
    file = await kept(desk)
    assert (file.state, file.vault, file.reason) == (files.REFUSED, "", why)
    said = await told(desk)
    assert "⚠ The file photo.png was not kept" in said
    assert why in said
    assert f"⚠ The file photo.png was not kept: {why}" in said


async def test_a_file_that_says_it_is_too_large_is_not_even_fetched(
    desk: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrives(desk, monkeypatch, picture())
    await desk.core.fetching.tick()
    arrives(desk, monkeypatch, AssertionError("it was fetched"))
    await sends(desk, "film.mp4", 21_000_000, "/visit 华强 Q4")
    await desk.core.fetching.tick()
    assert (await kept(desk, 2)).reason == kinds.TOO_LARGE.text


@pytest.mark.parametrize("error", [Later("busy"), Unclear("reset"), Later("429", 7, asked=True)])
async def test_what_cannot_be_fetched_now_is_fetched_later(
    desk: Reception, monkeypatch: pytest.MonkeyPatch, error: Undeliverable
) -> None:
    arrives(desk, monkeypatch, error, picture())
    assert await desk.core.fetching.tick() == 1
    assert await desk.core.fetching.tick() == 0
    wait = await desk.core.fetching.next_in()
    assert wait == timedelta(seconds=7 if error.reason == "429" else 2)
    desk.clock.at += wait
    assert await desk.core.fetching.tick() == 1
    assert (await kept(desk)).state == files.HERE


async def test_what_never_comes_is_given_up_on_loudly(
    desk: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrives(desk, monkeypatch, Later("down"))
    tried, waits = 0, []
    for _ in range(GIVE_UP_AFTER + 3):
        tried += await desk.core.fetching.tick()
        wait = await desk.core.fetching.next_in() or timedelta()
        waits.append(wait)
        desk.clock.at += wait
    assert tried == GIVE_UP_AFTER
    assert waits[:3] == [timedelta(seconds=s) for s in (2, 4, 8)]
    assert (await kept(desk)).reason == "it could not be fetched"
    assert "could not be fetched" in await told(desk)


async def test_a_file_that_stops_every_fetcher_is_left_alone(desk: Reception) -> None:
    for _ in range(GIVE_UP_AFTER + 1):
        now = desk.clock.machine()
        await desk.core.database.write(
            lambda db, now=now: files.claim(db, now, "dead", now + LEASE, 1)  # type: ignore[misc]
        )
        desk.clock.at += LEASE
    await desk.core.fetching.tick()
    assert (await kept(desk)).state == files.REFUSED


async def test_a_file_of_a_platform_that_is_off_waits(desk: Reception) -> None:
    del desk.core.platforms["web"]
    assert await desk.core.fetching.tick() == 0
    desk.clock.at += DAY
    assert (await kept(desk)).state == files.WANTED


# --- replicas -------------------------------------------------------------------------------------


async def test_two_replicas_do_not_fetch_the_same_file(
    desk: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = 0

    async def fetch(remote: str) -> bytes:
        nonlocal fetched
        fetched += 1
        await asyncio.sleep(0.05)
        return picture()

    monkeypatch.setattr(desk.mail, "fetch", fetch)
    core = desk.core
    other = Fetching(core.database, core.house, core.platforms, holder="other")
    await asyncio.gather(core.fetching.tick(), other.tick())
    assert fetched == 1


async def test_a_replica_that_died_is_followed_by_another_and_its_late_answer_counts_for_nothing(
    desk: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    core, now = desk.core, desk.clock.machine()
    arrives(desk, monkeypatch, picture())
    await core.database.write(lambda db: files.claim(db, now, "dead", now + LEASE, 1))
    assert await core.fetching.tick() == 0
    desk.clock.at += LEASE
    assert await core.fetching.tick() == 1
    late, _ = await core.database.write(
        lambda db: files.keep(db, 1, "dead", vault="x", media="x", size=1)
    )
    assert not late
    assert (await kept(desk)).media == "image/png"


# --- quota ----------------------------------------------------------------------------------------


def limited(desk: Reception, **limits: float) -> None:
    desk.core.house.policy.tables["files"] |= limits
    object.__setattr__(desk.core.house.policy, "version", str(limits))


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [("account_daily_mb", "you have sent more today"), ("company_mb", "no room left")],
)
async def test_over_the_quota_the_sender_is_told_and_the_administrator_once(
    desk: Reception, monkeypatch: pytest.MonkeyPatch, limit: str, sentence: str
) -> None:
    arrives(desk, monkeypatch, pdf())
    limited(desk, **{limit: len(pdf()) * 1.5 / 1_000_000})
    for customer in ("华强", "恒达精密"):
        await sends(desk, "more.pdf", 0, f"/visit {customer} Q4")
    await desk.core.fetching.tick()
    found = [await kept(desk, number) for number in (1, 2, 3)]
    assert sorted(file.state for file in found) == [files.HERE, files.REFUSED, files.REFUSED]
    assert all(bool(file.vault) == (file.state == files.HERE) for file in found)
    assert sentence in await told(desk)
    assert "Page(title='⚠ More files were sent than are kept" in await told(desk, "zhao")
    await sends(desk, "more.pdf", 0, "/visit 长城金属 Q4")
    await desk.core.fetching.tick()
    alarms = (await told(desk, "zhao")).count("Page(title='⚠ More files were sent than are kept")
    assert alarms == 1


async def test_an_account_may_send_again_on_the_next_day(
    desk: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrives(desk, monkeypatch, pdf())
    limited(desk, account_daily_mb=len(pdf()) * 1.5 / 1_000_000)
    await desk.core.fetching.tick()
    desk.clock.at += DAY
    await sends(desk, "more.pdf", 0, "/visit 华强 Q4")
    await desk.core.fetching.tick()
    assert (await kept(desk, 2)).state == files.HERE


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\windows\\a.png", "a.png"),
        ("a\x00b\u202egnp.exe", "abgnp.exe"),
        ("\ud800x.png", "?x.png"),
        ("..", ""),
        ("长" * 300 + ".png", "长" * 116 + ".png"),
    ],
)
async def test_a_name_leads_nowhere(
    desk: Reception, monkeypatch: pytest.MonkeyPatch, said: str, shown: str
) -> None:
    arrives(desk, monkeypatch, pdf())
    await sends(desk, said, 0, "/visit 华强 Q4")
    await desk.core.fetching.tick()
    file = await kept(desk, 2)
    assert (file.name, file.state) == (shown, files.HERE)
    assert set(file.vault) <= set("0123456789abcdef")


# --- what follows ---------------------------------------------------------------------------------


Arrived = list[tuple[int, str, bytes]]


def hooked(desk: Reception, arrived: Arrived, bug: Exception | None = None) -> None:
    """Have the noun of visits say what arrived."""

    def filed(at: Desk, id_: int, file: File, content: bytes) -> None:
        arrived.append((id_, at.actor.name, content))
        at.note(Ref("visit", id_), None, "filed")
        if bug:
            raise bug

    object.__setattr__(desk.core.house.nouns["visit"], "filed", filed)


@pytest.fixture
def arrived(desk: Reception) -> Iterator[Arrived]:
    """What the noun of visits was told."""
    before = desk.core.house.nouns["visit"].filed
    found: Arrived = []
    hooked(desk, found)
    yield found
    object.__setattr__(desk.core.house.nouns["visit"], "filed", before)


async def test_a_noun_is_told_once_when_a_file_of_its_subject_has_arrived(
    desk: Reception, arrived: Arrived, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrives(desk, monkeypatch, Later("busy"), pdf())
    await desk.core.fetching.tick()
    assert arrived == []
    desk.clock.at += LEASE
    await desk.core.fetching.tick()
    await desk.core.fetching.tick()
    assert arrived == [(1, "李娜", pdf())]


async def test_a_noun_is_told_of_a_file_that_arrived_before_its_subject_was_made(
    desk: Reception, arrived: Arrived, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrives(desk, monkeypatch, pdf())
    await sends(desk, "more.pdf", text="/visit 恒达精密")
    await desk.core.fetching.tick()
    assert [id_ for id_, *_ in arrived] == [1]
    await desk.says("lina", "谈了Q4")
    assert [id_ for id_, *_ in arrived] == [1, 2]


async def test_a_bug_in_what_follows_loses_no_file(
    desk: Reception, arrived: Arrived, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooked(desk, arrived, KeyError("bug"))
    arrives(desk, monkeypatch, pdf())
    await desk.core.fetching.tick()
    assert (await kept(desk)).state == files.HERE
    assert await content(desk) == pdf()
    notes = await desk.core.database.read(lambda db: journal.last(db, 20))
    assert "filed" not in [entry.after for entry in notes]
    assert "what should follow did not" in await told(desk, "zhao")


async def test_a_file_that_arrives_has_its_card_redrawn_at_once(
    desk: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrives(desk, monkeypatch, pdf())
    woken: list[frozenset[str]] = []
    monkeypatch.setattr(desk.core.fetching, "wake", woken.append)
    await desk.core.fetching.tick()
    assert any("letters" in names for names in woken)
