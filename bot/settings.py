"""Settings: read once from the environment, and frozen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.headerregistry import Address
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot import gateways
from commands.kit.words import T
from storage.connections import SQLITE, engine_of, sqlite_path
from storage.vault import vault_at

PORTS = range(2**16)
_SLACK_BOT = re.compile(r"xoxb-[\w-]+")
_SLACK_APP = re.compile(r"xapp-[\w-]+")
_TELEGRAM_BOT = re.compile(r"[0-9]+:[\w-]+", re.ASCII)
_TELEGRAM_SECRET = re.compile(r"[\w-]{1,256}", re.ASCII)


class Unusable(ValueError):
    """A setting can't be used; the sentence names it and says what it must be."""

    def __init__(self, words: T) -> None:
        super().__init__(words.text.format(**dict(words.values)))
        self.words = words


class Tongue(BaseSettings):
    """The one setting that is read even when others can't be."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_file=".env")

    language: Literal["zh", "en"] = "zh"

    @field_validator("language", mode="before")
    @classmethod
    def _spoken(cls, value: object) -> object:
        """Desktops set this name too, as in `zh_CN:zh`: its first two letters are the language."""
        known = str(value).lower()[:2] if re.match(r"(zh|en)([-_:.]|$)", str(value).lower()) else ""
        if not known and value:
            raise Unusable(T("LANGUAGE must be zh or en."))
        return known or "zh"


class Settings(Tongue):
    """Every setting there is (DESIGN section 9). A platform is on when its token is set."""

    database_url: str = "sqlite:///headwater.db"
    slack_bot_token: SecretStr = SecretStr("")
    slack_app_token: SecretStr = SecretStr("")
    slack_signing_secret: SecretStr = SecretStr("")
    slack_api_url: str = "https://slack.com/api/"
    telegram_bot_token: SecretStr = SecretStr("")
    telegram_api_url: str = "https://api.telegram.org"
    telegram_webhook_url: str = ""
    telegram_webhook_secret: SecretStr = SecretStr("")
    smtp_url: SecretStr = SecretStr("")
    mail_from: str = ""
    sms_url: SecretStr = SecretStr("")
    sms_method: str = "POST"
    sms_headers: SecretStr = SecretStr("")
    sms_body: SecretStr = SecretStr("")
    sms_accepted: str = gateways.ANY_GOOD
    sms_id: str = ""
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = ""
    secret_keys: SecretStr = SecretStr("")
    metrics_token: SecretStr = SecretStr("")
    log_format: Literal["auto", "json", "text"] = "auto"
    timezone: str = "Asia/Shanghai"
    policy_file: Path | None = None
    files_url: str = ""

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        try:
            engine = engine_of(value)
        except ValueError as error:
            words = T("DATABASE_URL must begin with sqlite:/// or postgresql://.")
            raise Unusable(words) from error
        if engine == SQLITE and (
            not sqlite_path(value).name or "memory" in sqlite_path(value).name
        ):
            raise Unusable(
                T(
                    "DATABASE_URL must name a file, as in sqlite:///headwater.db: "
                    "a database in memory can't be used, because nothing would be kept."
                )
            )
        return value

    @field_validator("port", mode="before")
    @classmethod
    def _known_port(cls, value: object) -> object:
        if not (str(value).isdecimal() and int(str(value)) in PORTS):
            raise Unusable(T("PORT must be a number from 0 to 65535."))
        return value

    @field_validator("files_url")
    @classmethod
    def _known_vault(cls, value: str) -> str:
        try:
            vault_at(value, "sqlite:///headwater.db")
        except ValueError as error:
            words = T(
                "FILES_URL must be file:///a/folder, with three slashes, or the word database; "
                "other storage, such as S3, can't be used."
            )
            raise Unusable(words) from error
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            words = T("TIMEZONE {name} is not a known zone such as Asia/Shanghai.", name=value)
            raise Unusable(words) from error
        return value

    @field_validator("slack_bot_token")
    @classmethod
    def _slack_bot(cls, value: SecretStr) -> SecretStr:
        words = T("SLACK_BOT_TOKEN must be a bot token, which begins with xoxb-.")
        return _shaped(value, _SLACK_BOT, words)

    @field_validator("slack_app_token")
    @classmethod
    def _slack_app(cls, value: SecretStr) -> SecretStr:
        words = T("SLACK_APP_TOKEN must be an app-level token, which begins with xapp-.")
        return _shaped(value, _SLACK_APP, words)

    @field_validator("telegram_bot_token")
    @classmethod
    def _telegram_bot(cls, value: SecretStr) -> SecretStr:
        words = T("TELEGRAM_BOT_TOKEN must look like 123456:ABC, as BotFather gives it.")
        return _shaped(value, _TELEGRAM_BOT, words)

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _telegram_secret(cls, value: SecretStr) -> SecretStr:
        words = T("TELEGRAM_WEBHOOK_SECRET may hold up to 256 letters, digits, _ and -.")
        return _shaped(value, _TELEGRAM_SECRET, words)

    @field_validator("telegram_webhook_url")
    @classmethod
    def _telegram_webhook(cls, value: str) -> str:
        if value and not value.startswith("https://"):
            raise Unusable(T("TELEGRAM_WEBHOOK_URL must begin with https://."))
        return value

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: SecretStr) -> SecretStr:
        try:
            if value.get_secret_value():
                gateways.mail_server(value.get_secret_value())
        except gateways.Readable as error:
            words = T(
                "SMTP_URL may say starttls=never for a server on this machine only: others could "
                "read the password on its way."
            )
            raise Unusable(words) from error
        except ValueError as error:
            words = T(
                "SMTP_URL must begin with smtp:// or smtps://, then user:password@server:port; "
                "signs such as @ within the password are written as in web addresses (%40)."
            )
            raise Unusable(words) from error
        return value

    @field_validator("mail_from")
    @classmethod
    def _mail_sender(cls, value: str) -> str:
        try:
            if value:
                gateways.mailbox(value)
        except ValueError as error:
            words = T(
                "MAIL_FROM must be a name and an address, as in Headwater <hello@example.com>."
            )
            raise Unusable(words) from error
        return value

    @field_validator("sms_url")
    @classmethod
    def _sms_address(cls, value: SecretStr) -> SecretStr:
        try:
            if value.get_secret_value():
                gateways.web_address(value.get_secret_value())
        except ValueError as error:
            raise Unusable(T("SMS_URL must begin with https://.")) from error
        return value

    @field_validator("sms_method")
    @classmethod
    def _sms_deed(cls, value: str) -> str:
        if value.upper() not in gateways.METHODS:
            raise Unusable(T("SMS_METHOD must be POST, PUT or GET."))
        return value.upper()

    @field_validator("sms_headers")
    @classmethod
    def _sms_names(cls, value: SecretStr) -> SecretStr:
        try:
            gateways.headers(value.get_secret_value())
        except ValueError as error:
            shape = '{"Authorization": "Bearer …"}'
            raise Unusable(T("SMS_HEADERS must look like {shape}.", shape=shape)) from error
        return value

    @field_validator("sms_accepted")
    @classmethod
    def _sms_taken(cls, value: str) -> str:
        try:
            gateways.accepting(value)
        except ValueError as error:
            words = T(
                "SMS_ACCEPTED must be statuses such as 200-299, or a regular expression that is "
                "found in the answer to a message that was taken."
            )
            raise Unusable(words) from error
        return value

    def lacking(self) -> T | None:
        """What a setting needs beside it to run the bot, and does not have."""
        return next((words for lacks, words in self._lacks() if lacks), None)

    def _lacks(self) -> Iterator[tuple[bool, T]]:
        app, signed = self.slack_app_token.get_secret_value(), self.slack_signing_secret
        hears = bool(app or signed.get_secret_value())
        hook = bool(self.telegram_webhook_url)
        yield (
            bool(app) and not self.slack,
            T("SLACK_APP_TOKEN is set without SLACK_BOT_TOKEN: set both."),
        )
        yield (
            self.slack and not hears,
            T("SLACK_BOT_TOKEN needs SLACK_APP_TOKEN or SLACK_SIGNING_SECRET beside it, to hear."),
        )
        yield (
            hook and not self.telegram_webhook_secret.get_secret_value(),
            T("TELEGRAM_WEBHOOK_URL is set without TELEGRAM_WEBHOOK_SECRET: set both."),
        )
        yield (
            hook and not self.telegram,
            T("TELEGRAM_WEBHOOK_URL is set without TELEGRAM_BOT_TOKEN: set both."),
        )
        yield (
            bool(self.smtp_url.get_secret_value()) and not self.mail_from,
            T("SMTP_URL is set without MAIL_FROM: set both."),
        )
        yield (
            bool(self.sms_url.get_secret_value()) and not self.sms_gateway.usable(),
            T(
                "SMS_BODY must hold {to} and {words}, and be JSON or a form: {shape}.",
                to="{to}",
                words="{text}",
                shape='{"to": "{to}", "text": "{text}"}',
            ),
        )

    @property
    def address(self) -> str:
        """What the web server is called: from outside, or on this machine."""
        return self.public_url.rstrip("/") or nearby(self.host, self.port)

    @property
    def zone(self) -> ZoneInfo:
        """The company's zone."""
        return ZoneInfo(self.timezone)

    @property
    def slack(self) -> bool:
        """Whether Slack is on."""
        return bool(self.slack_bot_token.get_secret_value())

    @property
    def telegram(self) -> bool:
        """Whether Telegram is on."""
        return bool(self.telegram_bot_token.get_secret_value())

    @property
    def mail(self) -> bool:
        """Whether e-mails go out; nothing leaves a rehearsal."""
        return bool(self.smtp_url.get_secret_value()) and not self.rehearsal

    @property
    def sms(self) -> bool:
        """Whether text messages go out; nothing leaves a rehearsal."""
        return bool(self.sms_url.get_secret_value()) and not self.rehearsal

    @property
    def mail_server(self) -> gateways.MailServer:
        """Where e-mails are handed in."""
        return gateways.mail_server(self.smtp_url.get_secret_value())

    @property
    def mail_sender(self) -> Address:
        """Whom e-mails are from."""
        return gateways.mailbox(self.mail_from)

    @property
    def sms_gateway(self) -> gateways.SmsGateway:
        """How text messages are asked for."""
        return gateways.SmsGateway(
            self.sms_url.get_secret_value(),
            self.sms_method,
            gateways.headers(self.sms_headers.get_secret_value()),
            self.sms_body.get_secret_value(),
            gateways.accepting(self.sms_accepted),
            self.sms_id,
        )

    @property
    def rehearsal(self) -> bool:
        """Whether the local chat is on: the embedded default, without any platform's token."""
        return not (self.slack or self.telegram)

    def alone(self, database_url: str) -> Settings:
        """The same on another database, without any platform, its files and keys its own."""
        nothing = SecretStr("")
        none = dict.fromkeys(
            (
                "slack_bot_token",
                "slack_app_token",
                "telegram_bot_token",
                "smtp_url",
                "sms_url",
                "secret_keys",
            ),
            nothing,
        )
        apart = {"database_url": database_url, "files_url": "database", "public_url": ""}
        return self.model_copy(update={**none, **apart})

    @property
    def keys(self) -> tuple[bytes, ...]:
        """The secret keys, newest first; none when the database keeps one of its own."""
        return tuple(k.encode() for k in self.secret_keys.get_secret_value().split(",") if k)


def nearby(host: str, port: int) -> str:
    """Where this machine reaches its own web server, also when it listens everywhere."""
    shown = f"[{host}]" if host == "::1" else host if host in {"127.0.0.1", "localhost"} else ""
    return f"http://{shown or '127.0.0.1'}:{port}"


def _shaped(value: SecretStr, shape: re.Pattern[str], words: T) -> SecretStr:
    """A secret that looks as its platform makes them, or none."""
    said = value.get_secret_value()
    if said and not shape.fullmatch(said):
        raise Unusable(words)
    return value
