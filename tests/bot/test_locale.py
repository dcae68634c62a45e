"""Every sentence can be read in both languages, and reads the same values."""

import ast
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po

from bot.discovery import commands
from bot.house import LANGUAGES
from bot.locale import FOLDER, load, update
from bot.words import CHINESE, ENGLISH, Reader
from commands.kit import limits
from commands.kit.command import Command
from commands.kit.form import Choice
from commands.kit.money import Money
from commands.kit.words import T, Value

SENTENCES = update.sentences()
CATALOGUES = load()
ZH = CATALOGUES[CHINESE]
ROOT = Path(__file__).parents[2]

# What only whoever runs the machine reads names settings, files and programs as they are spelled.
OPERATING = re.compile(
    r"doctor|finding|consulting|checkup|settings|start|front|founding|wiring|__main__"
)
READ = {text: zh for text, zh in ZH.items() if not OPERATING.search(SENTENCES.get(text, ""))}

PLACE = re.compile(r"\{(\w+)(?::(\w+))?\}")
IDEOGRAPH = re.compile(r"[\u4e00-\u9fff]")
LATIN = re.compile(r"[A-Za-z]+")
HALF_WIDTH = re.compile(r"[,;?!()\"']|[\u4e00-\u9fff]\s*[:.]|[:.]\s*[\u4e00-\u9fff]")
FORMATS = {"CSV", "Excel", "HEIC", "JPEG", "MP", "PDF", "PowerPoint", "UTF", "Word", "XLSX"}
# What is typed, a language's own name, and what everybody calls a kind of file.
ALLOWED_LATIN = {"help", "visit", "Q", "English", "BotFather", "setprivacy", "General"} | FORMATS
OWN_NAMES = {"中文"}  # a language is called by its own name
LONGEST_BUTTON = 12
# Where a sentence comes from a declaration, or out of a row, instead of being written out.
DECLARING = {
    "commands/kit/clauses.py",
    "commands/kit/command.py",
    "commands/kit/form.py",
    "commands/kit/people.py",
    "commands/kit/words.py",
}

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 10, 14, 6, 10, tzinfo=UTC)
SAMPLES: dict[str, list[Value]] = {
    "": [
        "华强",
        7,
        T("first reply"),
        AT,
        AT.date(),
        timedelta(hours=4),
        Decimal("1200.5"),
        Money(Decimal("1200.50"), "CNY"),
        None,
    ],
    "clock": [AT, AT + timedelta(days=40)],
    "near": [AT.date(), date(2026, 12, 31)],
    "weekday": [AT.date()],
    "name": [AT.date()],
}


def reader(language: str) -> Reader:
    """Somebody of Shanghai on 14 October 2026, at 14:10."""
    return Reader(language, ZONE, AT, CATALOGUES)


def places(text: str) -> set[tuple[str, str]]:
    """The places for values, with how each is to be shown."""
    return {(found[1], found[2] or "") for found in PLACE.finditer(text)}


def calls(name: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call of this name in the code that speaks, with its file."""
    for room in update.ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _named(node) == name:
                    yield str(path.relative_to(ROOT)), node


def _named(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def literal(node: ast.expr) -> str:
    """The text of a constant."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_every_sentence_has_chinese() -> None:
    print(f"{len(SENTENCES)} sentences, {len(SENTENCES.keys() & ZH.keys())} with Chinese")
    assert SENTENCES.keys() - ZH.keys() == set()


def test_no_chinese_is_left_over() -> None:
    assert ZH.keys() - SENTENCES.keys() == set()


def test_the_catalogue_is_read_as_its_own_library_reads_it() -> None:
    with (FOLDER / "zh.po").open("rb") as file:
        assert {message.id: message.string for message in read_po(file) if message.id} == ZH


def test_the_catalogue_stands_as_it_would_be_written() -> None:
    assert (FOLDER / "zh.po").read_bytes() == update.written(CHINESE)


def test_both_languages_take_the_same_values() -> None:
    differing = [text for text, chinese in ZH.items() if places(text) != places(chinese)]
    assert differing == []


def test_chinese_holds_no_latin_words() -> None:
    stray = {
        word
        for chinese in READ.values()
        for word in LATIN.findall(PLACE.sub("", chinese))
        if word not in ALLOWED_LATIN
    }
    assert stray == set()


def test_chinese_is_punctuated_in_full_width() -> None:
    assert [text for text in READ.values() if HALF_WIDTH.search(PLACE.sub("字", text))] == []


def test_no_number_runs_into_the_date_behind_it() -> None:
    """M-2026-000110月28日 is neither."""
    assert [text for text in ZH.values() if re.search(r"\{number\}\{", text)] == []


def test_english_holds_no_chinese() -> None:
    assert {text for text in SENTENCES if IDEOGRAPH.search(text)} == OWN_NAMES


def test_chinese_is_not_english_left_as_it_was() -> None:
    same = {text for text, chinese in ZH.items() if text == chinese and LATIN.search(bare(text))}
    assert same == {"English", "CSV"}


def bare(text: str) -> str:
    """A sentence without its places."""
    return PLACE.sub("", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_drawn_with_values_of_each_type(language: str) -> None:
    for text in SENTENCES:
        wanted = places(text)
        first = {name: SAMPLES[how][0] for name, how in wanted}
        draw(text, language, first)
        for name, how in wanted:
            for value in SAMPLES[how]:
                draw(text, language, first | {name: value})


def draw(text: str, language: str, values: dict[str, Value]) -> None:
    """Draw a sentence; every value must be in it, and every word around them."""
    said = reader(language).say(T(text, **values))
    assert "{" not in said
    assert "None" not in said
    template = text if language == ENGLISH else ZH.get(text, text)
    for name, how in places(text):
        alone = T("{it:" + how + "}" if how else "{it}", it=values[name])
        assert reader(language).say(alone) in said
    for words in re.split(r"\{[^}]*\}", template):
        assert words in said


def test_a_sentence_is_given_exactly_the_values_it_shows() -> None:
    wrong = []
    for path, call in calls("T"):
        text = literal(call.args[0])
        given = {keyword.arg for keyword in call.keywords if keyword.arg}
        opened = any(keyword.arg is None for keyword in call.keywords)
        shown = {name for name, _ in places(text)}
        if text and not (given <= shown if opened else given == shown):
            wrong.append(f"{path}:{call.lineno} {text}")
    assert wrong == []


def test_singular_and_plural_show_the_same_values_and_count_n() -> None:
    wrong = []
    for path, call in calls("T"):
        forms = [literal(argument) for argument in call.args]
        if all(forms[:2]) and len(forms) > 1 and not _counts(*forms[:2]):
            wrong.append(f"{path}:{call.lineno} {forms[0]}")
    assert wrong == []


def _counts(singular: str, plural: str) -> bool:
    return ("n", "") in places(singular) and places(singular) == places(plural)


def test_sentences_are_written_out_where_they_are_said() -> None:
    """The catalogue's template finds only what is written out."""
    hidden = {path for path, call in calls("T") if not literal(call.args[0])}
    assert hidden <= DECLARING


def test_values_are_shown_in_ways_that_exist() -> None:
    assert {how for text in SENTENCES for _, how in places(text)} <= SAMPLES.keys()


def test_a_button_is_short_in_both_languages() -> None:
    long = []
    for path, call in calls("Button"):
        label = call.args[0]
        text = literal(label.args[0]) if isinstance(label, ast.Call) else ""
        values: dict[str, Value] = {name: SAMPLES[how][0] for name, how in places(text)}
        english, chinese = (reader(language).say(T(text, **values)) for language in LANGUAGES)
        if len(english) > limits.LABEL or len(chinese) > LONGEST_BUTTON:
            long.append(f"{path}:{call.lineno} {english} {chinese}")
    assert long == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("command", commands(), ids=lambda c: c.declared.name)
class TestACommand:
    def test_its_form_s_title_is_not_cut(self, command: type[Command], language: str) -> None:
        if command.declared.questions:
            assert len(reader(language).say(command.declared.words)) <= limits.MODAL_TITLE

    def test_its_fields_are_told_apart(self, command: type[Command], language: str) -> None:
        names = [reader(language).say(asked.name) for asked in command.declared.questions]
        assert len(set(names)) == len(names)

    def test_its_questions_fit(self, command: type[Command], language: str) -> None:
        say: Callable[[T], str] = reader(language).say
        for asked in command.declared.questions:
            assert len(say(asked.words)) <= limits.QUESTION
            assert len(say(asked.name)) <= limits.LABEL

    def test_its_choices_are_told_apart(self, command: type[Command], language: str) -> None:
        for asked in command.declared.questions:
            if isinstance(asked.kind, Choice):
                labels = [reader(language).say(label) for _, label in asked.kind.options]
                assert len(set(labels)) == len(labels)
                assert max(map(len, labels)) <= limits.OPTION


SAMPLE_CARDS = [
    (
        T("✅ Visit logged: {customer} · {day:near}", customer="宁波精工", day=date(2026, 10, 13)),
        "✅ Visit logged: 宁波精工 · yesterday (13 Oct)",
        "✅ 已记录：拜访宁波精工 · 昨天（10月13日）",
    ),
    (
        T(
            "Important customers: {done} of {of} visited this month. Next: {following}",
            done=5,
            of=8,
            following="华强",
        ),
        "Important customers: 5 of 8 visited this month. Next: 华强",
        "本月重点客户已访 5/8，下一家：华强",
    ),
    (T("Remind me {day:name}", day=date(2026, 10, 16)), "Remind me Friday", "周五提醒我"),
    (
        T(
            "⏰ {number} {customer}: {left} left, {what} {due:clock}",
            number="C-2026-0007",
            customer="华强",
            left=timedelta(hours=4),
            what=T("first reply due"),
            due=AT,
        ),
        "⏰ C-2026-0007 华强: 4 h left, first reply due today 14:10",
        "⏰ C-2026-0007 华强：还剩4小时，今天14:10前须首次答复",
    ),
    (
        T(
            "{owner} owns it, {missing}; if missed, {above} is told",
            owner="李娜",
            missing=T("no reply yet"),
            above="王经理",
        ),
        "李娜 owns it, no reply yet; if missed, 王经理 is told",
        "李娜负责，尚未答复；逾期将通知王经理",
    ),
]


@pytest.mark.parametrize(("words", "english", "chinese"), SAMPLE_CARDS)
def test_cards_read_as_they_were_designed(words: T, english: str, chinese: str) -> None:
    assert words.text in SENTENCES
    assert reader(ENGLISH).say(words) == english
    assert reader(CHINESE).say(words) == chinese


def test_bringing_the_catalogue_up_to_date_keeps_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "zh.po").write_bytes((FOLDER / "zh.po").read_bytes())
    monkeypatch.setattr(update, "FOLDER", tmp_path)
    assert update.main() == 0
    assert (tmp_path / "zh.po").read_bytes() == update.written(CHINESE)


def test_a_sentence_without_chinese_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    known = {"Nobody says this": "没人说", "Done.": "已办好。"}
    written = "\n".join(f'msgid "{text}"\nmsgstr "{said}"\n' for text, said in known.items())
    (tmp_path / "zh.po").write_text(written, encoding="utf-8")
    monkeypatch.setattr(update, "FOLDER", tmp_path)
    assert update.main() == 1
    out = capsys.readouterr().out
    assert "no Chinese yet: Write reply\n" in out
    assert "no Chinese yet: Done.\n" not in out
    assert "没人说" not in (tmp_path / "zh.po").read_text(encoding="utf-8")
