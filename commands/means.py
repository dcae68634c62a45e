"""How a customer was spoken to: the ways that there are, and which one words tell."""

from __future__ import annotations

import re

from commands.kit.people import Labelled


class Means(Labelled):
    """How a customer was spoken to."""

    PHONE = "phone", "by phone"
    VIDEO = "video", "by video call"
    EMAIL = "email", "by e-mail"
    CHAT = "chat", "by chat"
    SMS = "sms", "by text message"
    MET = "met", "in person"


# Where two begin at the same place, the first counts: a video call is no phone call.
_SAID = {
    Means.VIDEO: r"视频|腾讯会议|\bvideo|\bzoom\b|\bteams\b",
    Means.EMAIL: r"邮件|电邮|邮箱|\be-?mail",
    Means.CHAT: r"微信|企微|钉钉|飞书|旺旺|\bwechat|\bwhatsapp|\bdingtalk|\bchat(?:ted)?\b",
    Means.SMS: r"短信|\bsms\b|\btext(?:ed| messages?)\b",
    Means.MET: r"见面|面谈|当面|碰面|上门|拜访|来访|\bmet\b|\bin person\b|\bvisited\b",
    Means.PHONE: r"电话|致电|通话|来电|去电|\bphoned?\b|\bcall(?:ed)?\b|\brang\b",
}
_WAYS = [(means, re.compile(said, re.IGNORECASE)) for means, said in _SAID.items()]
# 约了下周见面 tells what is to come; 微信没回 that nobody was reached so.
_TO_COME = re.compile(r"约|下[周次个月]|明天|后天|将|\b(?:will|would|next)\b", re.IGNORECASE)
_NOT_SO = re.compile(r"\s*(?:没|未|不通)")
_STOPS = re.compile(r"[，。；！？,;.!?\n]")


def told(words: str) -> Means:
    """The way that words name first, for what has happened; by phone where they name none."""
    named = [
        (said.start(), order, means)
        for order, (means, way) in enumerate(_WAYS)
        for said in way.finditer(words)
        if _happened(words, said)
    ]
    return min(named)[2] if named else Means.PHONE


def _happened(words: str, said: re.Match[str]) -> bool:
    clause = _STOPS.split(words[: said.start()])[-1]
    return not (_TO_COME.search(clause) or _NOT_SO.match(words, said.end()))
