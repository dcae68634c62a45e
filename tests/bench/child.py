"""A contender in a process of its own: `python -m tests.bench.child MODULE:NAME ARGUMENT...`.

The named function is an async context manager that gives what measures one round. Each line that
comes in asks for a round; its figure goes out as a line of JSON. It needs the standard library
alone, so that a peer can be timed in an environment where nothing of ours is installed.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import sys
from typing import TextIO


async def attend(contender: str, arguments: list[str], out: TextIO) -> None:
    """Measure a round whenever asked, until nobody asks any more."""
    module, _, name = contender.partition(":")
    begin = getattr(importlib.import_module(module), name)
    loop = asyncio.get_running_loop()
    async with begin(*arguments) as measure:
        while await loop.run_in_executor(None, sys.stdin.readline):
            print(json.dumps(await measure()), file=out, flush=True)


def main() -> None:
    """What contenders print goes the way of their errors, not between the figures."""
    with os.fdopen(os.dup(1), "w") as out:
        os.dup2(2, 1)
        asyncio.run(attend(sys.argv[1], sys.argv[2:], out))


if __name__ == "__main__":
    main()
