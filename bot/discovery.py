"""Finds every command and noun declared in `commands`, so that adding one touches one file."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType

import commands as room
from commands.kit.command import Command
from commands.kit.noun import Noun


def modules() -> tuple[ModuleType, ...]:
    """Every module of the room but its kit."""
    return _modules(tuple(room.__path__))


@cache
def _modules(folders: tuple[str, ...]) -> tuple[ModuleType, ...]:
    found = pkgutil.walk_packages(folders, room.__name__ + ".")
    names = [one.name for one in found if not one.name.startswith("commands.kit")]
    return tuple(importlib.import_module(name) for name in names)


def commands() -> list[type[Command]]:
    """Every command, in the order of their modules and of their lines."""
    return list(_commands(modules()))


@cache
def _commands(rooms: tuple[ModuleType, ...]) -> tuple[type[Command], ...]:
    found: dict[str, type[Command]] = {}
    for module in rooms:
        for value in vars(module).values():
            if (
                isinstance(value, type)
                and issubclass(value, Command)
                and value.__module__ == module.__name__
            ):
                found[value.declared.name] = value
    return tuple(found.values())


def nouns() -> list[Noun]:
    """Every noun."""
    return list(_nouns(modules()))


@cache
def _nouns(rooms: tuple[ModuleType, ...]) -> tuple[Noun, ...]:
    found: dict[str, Noun] = {}
    for module in rooms:
        for value in vars(module).values():
            if isinstance(value, Noun):
                found[value.kind] = value
    return tuple(found.values())
