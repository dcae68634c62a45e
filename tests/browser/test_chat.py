"""The conversation page in a browser: what script adds to it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, FilePayload, expect

from bot.platform import Pressed
from tests.browser import demo
from tests.browser.chromium import Hands, at
from tests.browser.server import Served
from tests.players.web import PICTURE

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PHOTO: FilePayload = {"name": "rust.png", "mimeType": "image/png", "buffer": PICTURE}


def logs_a_visit(hands: Hands) -> None:
    hands.types("/visit 宁波精工 昨天谈了Q3")
    hands.waits_for(".card", text="已记录")


# --- talking --------------------------------------------------------------------------------------


def test_what_is_sent_appears_and_the_box_is_empty_again(desk: Hands) -> None:
    logs_a_visit(desk)
    expect(desk.page.locator(".mine .bubble")).to_have_text("/visit 宁波精工 昨天谈了Q3")
    expect(desk.page.locator("#words")).to_have_value("")


def test_enter_within_a_chinese_word_does_not_send(desk: Hands) -> None:
    desk.page.locator("#words").fill("nihao")
    desk.page.evaluate(
        "document.getElementById('words').dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"
    )
    expect(desk.page.locator("#words")).to_have_value("nihao")
    expect(desk.page.locator(".mine")).to_have_count(0)


def test_another_tab_sees_it_at_once(desk: Hands, chat: Served) -> None:
    other = desk.page.context.new_page()
    other.goto(f"{chat.address}/chat?as=wang&in=room:quality")
    desk.page.goto(f"{chat.address}/chat?as=lina&in=room:quality")
    desk.types("大家早上好")
    expect(other.locator(".theirs .bubble")).to_have_text("大家早上好")
    other.locator("#words").fill("早")
    other.locator("#words").press("Enter")
    expect(desk.page.locator(".theirs .bubble")).to_have_text("早")


def test_many_tabs_keep_hearing(desk: Hands, chat: Served) -> None:
    address = f"{chat.address}/chat?as=chen&in=room:quality"
    tabs = [desk.page.context.new_page() for _ in range(8)]
    for tab in tabs:
        tab.goto(address)
    tabs[0].close()
    desk.page.goto(f"{chat.address}/chat?as=lina&in=room:quality")
    desk.types("大家早上好")
    for tab in tabs[1:]:
        expect(tab.locator(".theirs .bubble")).to_have_text("大家早上好")


def test_playing_somebody_else_is_one_click(desk: Hands) -> None:
    desk.page.locator(".person", has_text="陈立").click()
    expect(desk.page.locator(".me b")).to_have_text("陈立")


def test_who_has_something_to_read_is_marked_until_it_was_read(desk: Hands) -> None:
    desk.page.locator(".person", has_text="周建国").click()
    desk.types("投诉 第3批螺栓锈蚀约200件，我们已停线")
    badge = desk.page.locator(".person", has_text="陈立").locator(".badge")
    expect(badge).to_have_text("1")
    desk.page.locator(".person", has_text="陈立").click()
    desk.page.locator(".line", has_text="质量与投诉").click()
    desk.waits_for(".card", text="C-2026-0007")
    expect(badge).to_have_count(0)


def test_an_answer_goes_into_the_thread(desk: Hands) -> None:
    logs_a_visit(desk)
    desk.page.locator(".bot").hover()
    desk.clicks(".bot [data-reply]")
    expect(desk.page.locator("#replying b")).to_contain_text("已记录")
    desk.types("样品周五寄出")
    expect(desk.page.locator(".replies .bubble")).to_have_text("样品周五寄出")
    expect(desk.page.locator("#replying")).to_be_hidden()


def test_a_long_thread_is_folded(desk: Hands) -> None:
    logs_a_visit(desk)
    for number in range(6):
        desk.page.locator(".bot [data-reply]").first.click(force=True)
        desk.types(f"回复{number}")
        desk.waits_for(".replies .bubble", text=f"回复{number}")
    expect(desk.page.locator(".replies .message:visible")).to_have_count(3)
    desk.clicks("[data-unfold]")
    expect(desk.page.locator(".replies .message:visible")).to_have_count(6)


def test_a_photo_is_sent_shown_and_enlarged(desk: Hands) -> None:
    desk.page.locator("#photos").set_input_files([PHOTO])
    expect(desk.page.locator("#chosen img")).to_have_count(1)
    desk.clicks(".send")
    desk.waits_for(".thumb img")
    desk.clicks(".thumb")
    expect(desk.page.locator("#enlarged")).to_be_visible()


def test_a_photo_can_be_taken_back(desk: Hands) -> None:
    desk.page.locator("#photos").set_input_files([PHOTO, PHOTO])
    desk.clicks("#chosen [data-remove='0']")
    expect(desk.page.locator("#chosen img")).to_have_count(1)


def test_what_could_not_be_kept_stays_in_the_box_and_is_sent_once(
    desk: Hands, chat: Served
) -> None:
    chat.stage.gate.gone = 1
    desk.types("/visit 宁波精工 昨天谈了Q3")
    expect(desk.page.locator(".toast.alert")).to_have_text("没有保存成功，请再试一次。")
    desk.page.locator("#words").press("Enter")
    desk.waits_for(".card", text="已记录")
    expect(desk.page.locator(".mine")).to_have_count(1)
    desk.complaints.clear()


def test_what_people_write_runs_nothing(desk: Hands) -> None:
    desk.types("<img src=x onerror=\"document.title='hacked'\"><b>bold</b>")
    expect(desk.page.locator(".mine .bubble")).to_contain_text("<b>bold</b>")
    assert "hacked" not in desk.page.title()


# --- the menu -------------------------------------------------------------------------------------


def test_a_slash_offers_the_commands(desk: Hands) -> None:
    desk.page.locator("#words").press_sequentially("/")
    expect(desk.page.locator("#menu li")).to_have_count(2)
    desk.page.keyboard.press("ArrowDown")
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator("#words")).to_have_value("/complaint ")
    expect(desk.page.locator("#menu")).to_be_hidden()


def test_the_menu_understands_what_a_command_does(desk: Hands) -> None:
    desk.page.locator("#words").press_sequentially("/投诉")
    desk.clicks("#menu li")
    expect(desk.page.locator("#words")).to_have_value("/complaint ")


# --- buttons and forms ----------------------------------------------------------------------------


def test_a_button_answers_with_a_passing_word(desk: Hands) -> None:
    logs_a_visit(desk)
    desk.clicks(desk.page.get_by_role("button", name="周五提醒我"))
    expect(desk.page.locator(".toast")).to_contain_text("周五上午9点")


def test_what_cannot_be_taken_back_is_asked_first(desk: Hands) -> None:
    logs_a_visit(desk)
    undo = desk.page.get_by_role("button", name="撤销")
    undo.click()
    desk.page.locator("#sure [value=no]").click()
    expect(desk.page.locator(".card-title")).to_contain_text("已记录")
    undo.click()
    desk.page.locator("#sure [value=yes]").click()
    expect(desk.page.locator(".card-title")).to_contain_text("已撤销")


def test_an_answer_for_one_person_comes_after_what_they_said_and_can_be_put_away(
    desk: Hands,
) -> None:
    desk.types("怎么办")
    desk.waits_for(".only-you")
    articles = desk.page.locator("#log article")
    expect(articles.last).to_contain_text("只有您能看到")
    desk.clicks("[data-dismiss]")
    expect(articles).to_have_count(1)


def test_a_form_is_filled_searched_corrected_and_sent(desk: Hands) -> None:
    desk.types("/visit")
    form = desk.page.locator("#form")
    form.locator(".primary").click()
    expect(form.locator("#e-customer")).to_have_text("请填写这一项。")
    customer = form.get_by_role("combobox")
    customer.press_sequentially("没有这家")
    expect(form.locator(".none")).to_have_text("没有找到。")
    form.locator("textarea").fill("谈了Q3")
    form.locator(".primary").click()
    expect(form.locator("#e-customer")).to_have_text("没有叫这个名字的客户。")
    expect(customer).to_be_focused()
    customer.fill("华")
    form.locator("[role=option]").click()
    expect(customer).to_have_value("华强紧固件")
    form.locator(".chip", has_text="电话").click()
    form.locator(".primary").click()
    expect(form).to_be_hidden()
    desk.waits_for(".card", text="已记录")


def test_a_form_can_be_filled_by_the_keyboard_alone(desk: Hands, chat: Served) -> None:
    desk.types("/visit")
    desk.waits_for("#form .primary")
    for key in ("ArrowDown", "ArrowDown", "Enter", "Tab"):
        desk.page.keyboard.press(key)
    desk.page.keyboard.type("谈了Q3")
    desk.page.keyboard.press("Tab")
    desk.page.keyboard.press("Space")
    desk.page.locator("#form .primary").focus()
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator("#form")).to_be_hidden()
    assert chat.stage.gate.last.key.startswith("lina:")


def test_a_form_can_be_left(desk: Hands, chat: Served) -> None:
    desk.types("/visit")
    desk.clicks("#form [data-cancel]")
    expect(desk.page.locator("#form")).to_be_hidden()
    desk.waits_for(".toast")
    assert chat.stage.gate.last.said == Pressed(demo.CANCEL)


# --- language, clock, guide -----------------------------------------------------------------------


def test_a_player_s_language_is_theirs(desk: Hands) -> None:
    desk.clicks("[data-language=en]")
    expect(desk.page.locator("html")).to_have_attribute("lang", "en")
    desk.page.locator(".person", has_text="王强").click()
    expect(desk.page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_the_clock_is_moved_by_an_hour_a_day_and_to_what_is_due(desk: Hands) -> None:
    face = desk.page.locator("#now")
    desk.clicks("[data-clock=hour]")
    expect(face).to_contain_text("10:30")
    desk.clicks("[data-clock=day]")
    expect(face).to_contain_text("10月15日")
    desk.page.locator(".person", has_text="周建国").click()
    desk.types("投诉 螺栓锈蚀")
    desk.clicks("#due [data-clock=next]")
    expect(face).to_contain_text("10月16日")
    expect(desk.page.locator(".person", has_text="王强").locator(".badge")).to_have_text("3")


def test_the_guide_can_be_put_away_and_called_back(desk: Hands) -> None:
    guide = desk.page.locator(".guide")
    desk.clicks("[data-guide=hide]")
    expect(guide).to_be_hidden()
    desk.page.reload()
    expect(guide).to_be_hidden()
    desk.clicks("[data-guide=show]")
    expect(guide).to_be_visible()


# --- phones, eyes and hands -----------------------------------------------------------------------


def test_people_and_conversations_are_behind_a_drawer_on_a_phone(phone: Hands) -> None:
    expect(phone.page.locator("#side")).to_be_hidden()
    phone.clicks("[data-drawer=open]")
    phone.clicks(phone.page.locator(".person", has_text="周建国"))
    expect(phone.page.locator(".me b")).to_have_text("周建国")
    expect(phone.page.locator("#side")).to_be_hidden()


def test_the_clock_is_behind_its_face_on_a_phone(phone: Hands) -> None:
    phone.clicks("[data-clock-open]")
    phone.clicks("[data-clock=hour]")
    expect(phone.page.locator("#now b")).to_have_text("10:30")


SMALL_KEYS = """() => [...document.querySelectorAll('button, a[href], label.tool, .key')]
    .filter((one) => one.checkVisibility({visibilityProperty: true}) && !one.closest('.skip'))
    .filter((one) => !one.matches('.skip, .brand'))
    .map((one) => [one.outerHTML.slice(0, 90), one.getBoundingClientRect().height])
    .filter(([, height]) => height < 44)"""
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.mark.parametrize("width", [320, 390, 480])
def test_a_phone_shows_everything_large_enough_and_nothing_sideways(
    browser: Browser, chat: Served, width: int
) -> None:
    with at(browser, width=width, height=700) as hands:
        hands.opens(chat.link())
        for step in range(2):
            assert hands.page.evaluate(SMALL_KEYS) == [], step
            assert not hands.page.evaluate(WIDER)
            logs_a_visit(hands)
        hands.types("怎么办")
        hands.waits_for(".only-you")
        assert hands.page.evaluate(SMALL_KEYS) == []
        hands.types("/visit")
        hands.waits_for("#form .primary")
        assert hands.page.evaluate(SMALL_KEYS) == []
        assert not hands.page.evaluate(WIDER)


CONTRAST = """() => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const found = parse(getComputedStyle(at).backgroundColor);
      if (found.length < 4 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const one of document.querySelectorAll('body *')) {
    const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || one.closest('svg, [disabled]')) continue;
    if (!one.checkVisibility({opacityProperty: true})) continue;
    const [a, b] = [light(parse(getComputedStyle(one).color)), light(ground(one))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push([one.textContent.trim().slice(0, 40), ratio.toFixed(2)]);
  }
  return faint;
}"""


@pytest.mark.parametrize("dark", [False, True])
def test_everything_written_stands_out_from_its_ground(
    browser: Browser, chat: Served, dark: bool
) -> None:
    with at(browser, dark=dark) as hands:
        hands.opens(chat.link())
        assert hands.page.evaluate(CONTRAST) == []
        logs_a_visit(hands)
        hands.types("怎么办")
        hands.waits_for(".only-you")
        assert hands.page.evaluate(CONTRAST) == []
        hands.page.goto(f"{chat.address}/chat?as=zhou&step=complaint")
        hands.clicks(".send")
        hands.page.goto(f"{chat.address}/chat?as=lina&in=room:quality")
        hands.waits_for(".facts")
        assert hands.page.evaluate(CONTRAST) == []


USABLE = "button, a[href], input:not([type=hidden]), textarea, select"
UNNAMED = """(usable) => [...document.querySelectorAll(usable)]
    .filter((one) => !(one.getAttribute('aria-label') || one.innerText.trim() || one.labels?.length
      || one.closest('.moment') || one.querySelector('img[alt]')))
    .map((one) => one.outerHTML.slice(0, 120))"""


def test_everything_that_can_be_used_has_a_name(desk: Hands) -> None:
    logs_a_visit(desk)
    desk.types("/visit")
    desk.waits_for("#form .primary")
    assert desk.page.evaluate(UNNAMED, USABLE) == []


def test_the_keyboard_reaches_the_conversation_first(desk: Hands) -> None:
    first = desk.page.locator("a[href], button, input, textarea").first
    first.focus()
    expect(desk.page.locator(".skip")).to_be_focused()
    expect(first).to_be_in_viewport()
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator("#words")).to_be_focused()


def test_without_the_link_the_page_says_what_is_needed(browser: Browser, chat: Served) -> None:
    with at(browser) as stranger:
        stranger.opens(f"{chat.address}/chat")
        expect(stranger.page.locator("h1")).to_have_text(
            ["需要启动时给出的链接", "The link printed at the start is needed"]
        )
        stranger.complaints.clear()
