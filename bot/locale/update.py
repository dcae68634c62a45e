"""Writes the template from the declarations, `T` and `Ask`, and updates the catalogues."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from bot.discovery import commands, nouns
from bot.locale import FOLDER
from commands.kit.clauses import CLAUSES
from commands.kit.command import Command
from commands.kit.form import Choice
from commands.kit.people import Labelled

ROOT = FOLDER.parent.parent
ROOMS = ("bot", "commands", "scheduler")
SPOKEN = {"T", "Ask"}


def sentences() -> dict[str, str]:
    """Every sentence that a person may see, and where it stands."""
    found: dict[str, str] = {}
    for path in _sources():
        for text in _calls(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(text, str(path.relative_to(ROOT)))
    for command in commands():
        for text in _declared(command):
            found.setdefault(text, command.declared.module.replace(".", "/") + ".py")
    for text in _labels():
        found.setdefault(text, "commands/kit/people.py")
    for text in CLAUSES.values():
        found.setdefault(text, "commands/kit/clauses.py")
    return found


def _sources() -> Iterator[Path]:
    for room in ROOMS:
        yield from sorted((ROOT / room).rglob("*.py"))


def _calls(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id not in SPOKEN:
            continue
        last = 1 if node.func.id == "T" else 2
        for argument in node.args[:last]:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.value


def _declared(command: type[Command]) -> Iterable[str]:
    declared = command.declared
    yield declared.help
    for question in declared.questions:
        yield question.name.text
        if isinstance(question.kind, Choice):
            yield from (label.text for _, label in question.kind.options)


def _labels() -> Iterable[str]:
    for kind in Labelled.__subclasses__():
        if kind.__module__.split(".")[0] in ROOMS:  # a test's own choices are nobody's to translate
            yield from (member.text for member in kind)
    yield from (noun.words.text for noun in nouns())


def written(language: str) -> bytes:
    """A catalogue brought up to date: new sentences empty, unused ones gone."""
    path = FOLDER / f"{language}.po"
    known: dict[str, str] = {}
    if path.exists():
        with path.open("rb") as file:
            known = {str(m.id): str(m.string) for m in read_po(file) if m.id}
    fresh = Catalog(locale=language, project="Headwater", fuzzy=False)
    for text, where in sorted(sentences().items(), key=lambda item: (item[1], item[0])):
        fresh.add(text, known.get(text, ""), locations=[(where, 0)])
    out = BytesIO()
    write_po(out, fresh, width=0, omit_header=True, include_lineno=False, sort_output=False)
    return out.getvalue()


def main() -> int:
    """Write the catalogues; 1 when a sentence has no Chinese yet."""
    content = written("zh")
    (FOLDER / "zh.po").write_bytes(content)
    missing = [str(m.id) for m in read_po(BytesIO(content)) if m.id and not m.string]
    for text in missing:
        sys.stdout.write(f"no Chinese yet: {text}\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
