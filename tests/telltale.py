"""`pytest --scan-logs=FILE`: keeps what a run logs, and looks in it for people and secrets.

In the stories everything that people are called and say is Chinese, and the secrets are known: so
neither a Chinese character nor a phone number nor one of these words may be in a log.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest
import structlog

SECRETS = ("xoxb-bot", "xapp-app", "signing-secret", ":secret", "hook-secret", "fake-token")
TELLTALE = re.compile(rf"[\u4e00-\u9fff]+|\b1[3-9]\d{{9}}\b|{'|'.join(map(re.escape, SECRETS))}")


def found(text: str) -> list[str]:
    """What should not be in a log."""
    return TELLTALE.findall(text)


class Telltale:
    """Writes every worker's log beside FILE, and reads them all in the end."""

    def __init__(self, file: Path, worker: str) -> None:
        self.file = file
        self.log = file.with_name(f"{file.name}{worker}").open("w", encoding="utf-8")
        # What the libraries say that we do not configure.
        logging.getLogger().addHandler(logging.StreamHandler(self.log))

    def pytest_runtest_setup(self) -> None:
        """As `bot.logs` logs, but into the file; a test before may have set it back."""
        structlog.configure(
            processors=[
                structlog.contextvars.merge_contextvars,
                structlog.processors.add_log_level,
                structlog.processors.ExceptionRenderer(),
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
            logger_factory=structlog.WriteLoggerFactory(self.log),
        )

    def pytest_unconfigure(self) -> None:
        """The worker's log is whole."""
        self.log.close()


def summary(file: Path) -> tuple[str, bool]:
    """A line about all logs of a run, and whether they are clean."""
    texts = [path.read_text(encoding="utf-8") for path in file.parent.glob(f"{file.name}*")]
    lines = sum(text.count("\n") for text in texts)
    hits = [hit for text in texts for hit in found(text)]
    shown = f": {', '.join(sorted(set(hits))[:20])}" if hits else ""
    return f"{lines} lines of log, {len(hits)} telltales{shown}", lines > 0 and not hits


def pytest_configure(config: pytest.Config) -> None:
    """Begin, where it is asked for."""
    file = config.getoption("--scan-logs")
    if file:
        worker = str(getattr(config, "workerinput", {}).get("workerid", ""))
        config.pluginmanager.register(Telltale(Path(file), worker))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Tell what was found."""
    file = config.getoption("--scan-logs")
    if not file:
        return
    for plugin in config.pluginmanager.get_plugins():
        if isinstance(plugin, Telltale):
            plugin.log.flush()
    said, clean = summary(Path(file))
    terminalreporter.write_line(said, green=clean, red=not clean)
    if not clean:
        pytest.exit(said, returncode=1)
