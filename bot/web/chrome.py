"""The page's own words, in both languages; what a card says comes from the door."""

from __future__ import annotations

from collections.abc import Mapping

from bot.words import CHINESE, ENGLISH

Words = Mapping[str, str]

_ENGLISH = {
    "product": "Headwater",
    "language": "Language",
    "rehearsal": "Rehearsal",
    "rehearsal_hint": "A sample company on this machine. Nothing leaves it.",
    "people": "Play as",
    "company": "The company",
    "customers": "Customers",
    "others": "Others",
    "conversations": "Conversations",
    "playing": "You are",
    "direct": "Direct chat with the bot",
    "room": "Channel",
    "head": "head",
    "administrator": "administrator",
    "contact": "customer",
    "stranger": "not known yet",
    "unread": "{n} unread",
    "open_menu": "Open people and conversations",
    "close_menu": "Close",
    "skip": "Skip to the conversation",
    "clock": "The company's clock",
    "clock_open": "Move the clock",
    "clock_hint": "Deadlines run by this clock. Move it and see what happens.",
    "hour": "1 hour",
    "day": "1 day",
    "next": "Next due",
    "next_at": "Go to {at}: {what}",
    "nothing_due": "Nothing is due",
    "forward_by": "Forward by {span}",
    "clock_moved": "The clock was moved.",
    "messages": "Messages",
    "write": "Write, or / for commands",
    "write_room": "Write here, or @Headwater",
    "send": "Send",
    "photo": "Add photos",
    "remove": "Remove",
    "commands": "Commands",
    "reply": "Reply",
    "replying": "In reply to",
    "reply_stop": "Do not reply",
    "replies_earlier": "Show {n} earlier replies",
    "edited": "updated {at}",
    "only_you": "Only you can see this",
    "dismiss": "Put away",
    "newest": "Newest messages",
    "bot": "Headwater",
    "file": "File",
    "empty": "Nothing has been said here yet.",
    "hello": "Say hello to Headwater",
    "optional": "optional",
    "needed": "Please answer this.",
    "nothing_found": "Nothing was found.",
    "offline": "The connection is gone. It is tried again by itself.",
    "shut_out": "Please open the link printed in the terminal. What you wrote is kept.",
    "failed": "That was not saved. Please try again.",
    "too_big": "Files of up to 10 MB together can be sent at once.",
    "too_many": "Up to {n} files can be added.",
    "gone": "That is not here any more. The page is loaded anew.",
    "yes": "Yes, go on",
    "no": "Cancel",
    "sure": "Are you sure?",
    "welcome": "See it work in two minutes",
    "welcome_hint": "You play everybody here. Begin with these three steps.",
    "step_visit": "Log a first visit",
    "step_visit_hint": "as {name}. One sentence is enough; it is written for you, just send it.",
    "step_visit_do": "Write the visit",
    "step_complaint": "Receive a first complaint",
    "step_complaint_hint": "as {name}, a customer. The clock of the policy starts at once.",
    "step_complaint_do": "Write the complaint",
    "step_clock": "See what happens if nobody moves",
    "step_clock_hint": "Go to the next due time and watch reminders and escalation arrive.",
    "step_clock_do": "Move the clock",
    "step_done": "done",
    "guide_hide": "Hide the guide",
    "guide_show": "Guide",
    "visit_text": "/visit 宁波精工 yesterday we talked about Q3",
    "complaint_text": "complaint: batch 3, about 200 bolts are rusty, our line is down",
}

_CHINESE = {
    "product": "源头 Headwater",
    "language": "语言",
    "rehearsal": "演练",
    "rehearsal_hint": "这是本机上的示例公司，任何内容都不会发到外面。",
    "people": "扮演",
    "company": "本公司",
    "customers": "客户",
    "others": "其他人",
    "conversations": "会话",
    "playing": "您现在是",
    "direct": "与机器人的私聊",
    "room": "频道",
    "head": "负责人",
    "administrator": "管理员",
    "contact": "客户",
    "stranger": "尚未登记",
    "unread": "{n}条未读",
    "open_menu": "打开人员与会话",
    "close_menu": "关闭",
    "skip": "跳到会话",
    "clock": "公司时钟",
    "clock_open": "拨动时钟",
    "clock_hint": "期限都按这个时钟计算。拨一拨，看看会发生什么。",
    "hour": "1小时",
    "day": "1天",
    "next": "下一到期",
    "next_at": "拨到{at}：{what}",
    "nothing_due": "没有到期事项",
    "forward_by": "拨快{span}",
    "clock_moved": "时钟已拨动。",
    "messages": "消息",
    "write": "写消息，或输入 / 选择命令",
    "write_room": "在频道里说，或 @源头",
    "send": "发送",
    "photo": "添加照片",
    "remove": "移除",
    "commands": "命令",
    "reply": "回复",
    "replying": "回复",
    "reply_stop": "不回复了",
    "replies_earlier": "显示之前的{n}条回复",
    "edited": "{at}更新",
    "only_you": "只有您能看到",
    "dismiss": "收起",
    "newest": "最新消息",
    "bot": "源头",
    "file": "文件",
    "empty": "这里还没有消息。",
    "hello": "向源头打个招呼",
    "optional": "选填",
    "needed": "请填写这一项。",
    "nothing_found": "没有找到。",
    "offline": "连接已断开，正在自动重试。",
    "shut_out": "请打开终端里显示的链接。您写的内容会保留。",
    "failed": "没有保存成功，请再试一次。",
    "too_big": "一次最多可发送共10 MB的文件。",
    "too_many": "最多可添加{n}个文件。",
    "gone": "这里已经变了，正在重新载入页面。",
    "yes": "确定",
    "no": "取消",
    "sure": "确定吗？",
    "welcome": "两分钟看懂源头",
    "welcome_hint": "这里的每个人都由您扮演。从这三步开始。",
    "step_visit": "记录第一次拜访",
    "step_visit_hint": "以{name}的身份。一句话就够，已替您写好，点发送即可。",
    "step_visit_do": "写拜访",
    "step_complaint": "收到第一起投诉",
    "step_complaint_hint": "以客户{name}的身份。制度的时钟立即开始走。",
    "step_complaint_do": "写投诉",
    "step_clock": "看看没人处理会怎样",
    "step_clock_hint": "拨到下一个到期时间，看提醒和升级如何到来。",
    "step_clock_do": "拨动时钟",
    "step_done": "已完成",
    "guide_hide": "收起引导",
    "guide_show": "引导",
    "visit_text": "/visit 宁波精工 昨天谈了Q3",
    "complaint_text": "投诉 第3批螺栓锈蚀约200件，我们已停线",
}

WORDS: Mapping[str, Words] = {ENGLISH: _ENGLISH, CHINESE: _CHINESE}
NAMES = {ENGLISH: "English", CHINESE: "中文"}

# Those without a session have no language yet, so they read both.
LOCKED = (
    (
        CHINESE,
        "需要启动时给出的链接",
        "这个页面只对启动演练的人开放。请使用启动时终端里显示的链接；每个链接只能用一次。",
    ),
    (
        ENGLISH,
        "The link printed at the start is needed",
        (
            "This page is only for whoever started the rehearsal. "
            "Please use the link shown in the terminal at the start; each link works once."
        ),
    ),
)

FRONT = (
    (
        CHINESE,
        "这里是源头",
        "本地聊天正在演练。它的链接印在启动源头的终端里；打开过一次后，直接访问 /chat 即可。",
    ),
    (
        ENGLISH,
        "This is Headwater",
        (
            "A rehearsal runs here. The local chat's link stands in the terminal where Headwater "
            "was started; once it has been opened, /chat is enough."
        ),
    ),
)
FRONT_AT_WORK = (
    (CHINESE, "这里是源头", "机器人正在运行。请在公司的聊天软件里与它对话。"),
    (ENGLISH, "This is Headwater", "The bot is running. Talk to it in your company's chat."),
)


def words(language: str) -> Words:
    """The words of a language; English for one that is not spoken here."""
    return WORDS.get(language, _ENGLISH)
