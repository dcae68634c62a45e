"""One way to the bot over either transport, with Slack's retries and a list of what was missed."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from tests.fakes.slack.values import Answer, Delivery

MOST_RETRIES = 3
NO_RETRY = "x-slack-no-retry"


class Transport(Protocol):
    async def send(self, delivery: Delivery) -> Answer: ...


class Deliveries:
    """`missed` holds events not yet acknowledged; `retry_missed` plays Slack's later tries."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.retries = False
        self.missed: list[Delivery] = []

    async def deliver(self, delivery: Delivery, *, redeliver: int = 0) -> Answer:
        """Delivers once (and retries, when these are on), then `redeliver` times over again."""
        first = await self._until_acknowledged(delivery)
        others = [
            await self.transport.send(again(delivery, number + 1, "http_timeout"))
            for number in range(redeliver)
        ]
        return replace(first, others=(*first.others, *others))

    async def _until_acknowledged(self, delivery: Delivery) -> Answer:
        answer = await self.transport.send(delivery)
        tried: list[Answer] = []
        for number in range(delivery.retry + 1, MOST_RETRIES + 1 if self.retries else 0):
            if not retriable(answer):
                break
            tried.append(answer)
            answer = await self.transport.send(again(delivery, number, answer.reason))
        if retriable(answer):
            self.missed.append(again(delivery, delivery.retry + len(tried) + 1, answer.reason))
        return replace(answer, others=tuple(tried))

    async def retry_missed(self) -> list[Answer]:
        """Sends every missed event once more; what fails again stays missed."""
        waiting, self.missed = self.missed, []
        return [await self._until_acknowledged(delivery) for delivery in waiting]


def retriable(answer: Answer) -> bool:
    """Slack repeats events alone: of a person's click that got no answer, the person is told."""
    event = answer.delivery is not None and answer.delivery.kind == "events_api"
    return event and not answer.acknowledged and answer.headers.get(NO_RETRY) != "1"


def again(delivery: Delivery, number: int, reason: str) -> Delivery:
    if delivery.kind != "events_api":
        return delivery
    return replace(delivery, retry=number, retry_reason=reason or "unknown_error")
