"""Settings: read once from the environment, and frozen."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from storage.connections import engine_of
from storage.vault import vault_at


class Settings(BaseSettings):
    """Every setting there is (DESIGN section 9). A platform is on when its token is set."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_file=".env")

    database_url: str = "sqlite:///headwater.db"
    slack_bot_token: SecretStr = SecretStr("")
    slack_app_token: SecretStr = SecretStr("")
    slack_signing_secret: SecretStr = SecretStr("")
    slack_api_url: str = "https://slack.com/api/"
    telegram_bot_token: SecretStr = SecretStr("")
    telegram_api_url: str = "https://api.telegram.org"
    telegram_webhook_url: str = ""
    telegram_webhook_secret: SecretStr = SecretStr("")
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = ""
    secret_keys: SecretStr = SecretStr("")
    metrics_token: SecretStr = SecretStr("")
    log_format: Literal["auto", "json", "text"] = "auto"
    timezone: str = "Asia/Shanghai"
    language: Literal["zh", "en"] = "zh"
    policy_file: Path | None = None
    files_url: str = ""

    @field_validator("database_url")
    @classmethod
    def _known_engine(cls, value: str) -> str:
        engine_of(value)
        return value

    @field_validator("files_url")
    @classmethod
    def _known_vault(cls, value: str) -> str:
        vault_at(value, "sqlite:///headwater.db")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(
                f"TIMEZONE {value!r} is not a known zone such as Asia/Shanghai"
            ) from error
        return value

    @property
    def address(self) -> str:
        """What the web server is called: from outside, or on this machine."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

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
    def rehearsal(self) -> bool:
        """Whether the local chat is on: the embedded default, without any platform's token."""
        return not (self.slack or self.telegram)

    def alone(self, database_url: str) -> Settings:
        """The same on another database, without any platform, its files and keys its own."""
        nothing = SecretStr("")
        none = dict.fromkeys(
            ("slack_bot_token", "slack_app_token", "telegram_bot_token", "secret_keys"), nothing
        )
        apart = {"database_url": database_url, "files_url": "database", "public_url": ""}
        return self.model_copy(update={**none, **apart})

    @property
    def keys(self) -> tuple[bytes, ...]:
        """The secret keys, newest first; none when the database keeps one of its own."""
        return tuple(k.encode() for k in self.secret_keys.get_secret_value().split(",") if k)
