"""A photo is seen on the card of its case in a browser, and a paper is opened by a link."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, FilePayload

from tests.browser.chromium import at
from tests.browser.process import Started
from tests.samples import pdf

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(120)]
LOADED = "img => img.complete && img.naturalWidth"
TURNED = 6


def rusty() -> bytes:
    """A phone's photo of rusty bolts, on its side as phones store it."""
    image = Image.new("RGB", (3000, 2000), (90, 95, 100))
    pen = ImageDraw.Draw(image)
    for x in range(200, 3000, 500):
        for y in range(200, 2000, 450):
            pen.ellipse(
                (x, y, x + 320, y + 320), fill=(150, 75, 30), outline=(60, 30, 15), width=22
            )
            pen.regular_polygon((x + 160, y + 160, 95), 6, fill=(185, 110, 60))
    notes = Image.Exif()
    notes[0x0112] = TURNED
    made = BytesIO()
    image.save(made, "JPEG", exif=notes)
    return made.getvalue()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_photo_of_a_complaint_is_seen_on_its_card(
    browser: Browser, bot: Started, width: int
) -> None:
    photo = FilePayload(name="rust.jpg", mimeType="image/jpeg", buffer=rusty())
    with at(browser, width=width) as hands:
        hands.opens(bot.link)
        hands.page.locator("#photos").set_input_files([photo])
        hands.types("/complaint 永固 第3批螺栓锈蚀")
        shown = hands.waits_for(".card img.picture")
        shown.scroll_into_view_if_needed()
        hands.page.wait_for_function(
            f"() => ({LOADED})(document.querySelector('.card img.picture'))"
        )
        height, across = shown.evaluate("img => [img.naturalHeight, img.naturalWidth]")
        assert (height, across) == (2048, 1365)


def test_a_paper_is_opened_by_a_link_that_saves_it(browser: Browser, bot: Started) -> None:
    paper = FilePayload(name="检验报告.pdf", mimeType="application/pdf", buffer=pdf())
    with at(browser) as hands:
        hands.opens(bot.link)
        hands.page.locator("#photos").set_input_files([paper])
        hands.types("/complaint 永固 第3批螺栓锈蚀")
        hands.clicks(hands.page.locator("[data-press]", has_text="检验报告.pdf"))
        link = hands.waits_for("a.download")
        with hands.page.expect_download() as saving:
            link.click()
        assert saving.value.suggested_filename == "检验报告.pdf"
        assert saving.value.path().read_bytes() == pdf()
