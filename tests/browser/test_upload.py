"""Files added in a browser: in pieces that go on after a broken line, pictures made smaller, and all of it without scripts."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import assert_no_sideways_scroll
from tests.sample_files import png

NEW = "/learn/data-technician/evidence/new"
LARGE = b"one line of a long log of work\n" * 100_000  # three pieces


def draft(open_page, server, **options) -> Page:
    """Begin a draft as the demo's learner and come to its page."""
    page = open_page(NEW, sign_in="learner", server=server, **options)
    page.click("button[value=files]")
    page.wait_for_url(lambda url: "/new" not in url)
    return page


def listed(page: Page):
    return page.locator("[data-files] li")


@pytest.fixture
def log(tmp_path) -> Path:
    path = tmp_path / "work log.txt"
    path.write_bytes(LARGE)
    return path


def test_a_file_goes_on_where_the_line_was_cut(open_page, own_server, log):
    page = draft(open_page, own_server)
    sent: list[str] = []

    def cut_the_second(route):
        sent.append(re.search(r"offset=(\d+)", route.request.url)[1])
        route.abort("connectionreset") if len(sent) in (2, 3) else route.continue_()

    page.route("**/uploads/*?offset=*", cut_the_second)
    page.set_input_files("input[name=file][multiple]", log)
    expect(listed(page).first).to_contain_text("work log.txt", timeout=30_000)
    expect(page.locator("[data-sending]")).to_contain_text("It is in the draft.")
    assert sent == ["0", "1048576", "1048576", "1048576", "2097152"]
    assert sum(path.stat().st_size for path in (own_server_folder(own_server) / "evidence").rglob("*")
               if path.is_file()) == len(LARGE)  # fmt: skip
    page.unroute("**/uploads/*?offset=*")


def own_server_folder(server) -> Path:
    return server.app.extensions["cbe"].folder


def test_a_file_goes_on_in_a_page_that_is_opened_again(open_page, own_server, log):
    page = draft(open_page, own_server)
    sent: list[str] = []

    def stop_after_one(route):
        sent.append(re.search(r"offset=(\d+)", route.request.url)[1])
        route.continue_() if len(sent) == 1 or stop_after_one.over else route.abort("internetdisconnected")

    stop_after_one.over = False
    page.route("**/uploads/*?offset=*", stop_after_one)
    page.set_input_files("input[name=file][multiple]", log)
    expect(page.locator("[data-sending]")).to_contain_text("The line is broken")
    page.reload()
    stop_after_one.over = True
    del sent[:]
    page.set_input_files("input[name=file][multiple]", log)
    expect(listed(page).first).to_contain_text("work log.txt", timeout=30_000)
    assert sent == ["1048576", "2097152"]


def test_a_large_picture_is_made_smaller_and_a_bad_file_is_told(open_page, own_server, tmp_path):
    page = draft(open_page, own_server)
    picture = page.evaluate_handle(
        """async () => {
            const canvas = Object.assign(document.createElement("canvas"), { width: 3000, height: 1500 });
            const pen = canvas.getContext("2d"), noise = pen.createImageData(3000, 1500);
            for (let i = 0; i < noise.data.length; i++) noise.data[i] = i % 4 == 3 ? 255 : (i * 7919) % 251;
            pen.putImageData(noise, 0, 0);
            const blob = await new Promise(done => canvas.toBlob(done, "image/jpeg", 0.95));
            const bag = new DataTransfer();
            bag.items.add(new File([blob], "IMG_1.jpg", { type: "image/jpeg" }));
            bag.items.add(new File(["<svg/>"], "drawing.png", { type: "image/png" }));
            const input = document.querySelector("input[name=file][multiple]");
            input.files = bag.files;
            input.dispatchEvent(new Event("change", { bubbles: true }));
            return blob.size;
        }"""
    )
    expect(page.locator("[data-sending]")).to_contain_text("This is a web page", timeout=30_000)
    expect(listed(page)).to_have_count(1)
    (kept,) = [path for path in (own_server_folder(own_server) / "evidence").rglob("*") if path.is_file()]
    assert kept.stat().st_size < picture.json_value()
    assert jpeg_size(kept.read_bytes()) == (2400, 1200)


def jpeg_size(content: bytes) -> tuple[int, int]:
    from io import BytesIO

    from cbe.interop.image_size import size_of

    return size_of(BytesIO(content), "image/jpeg")


def test_files_are_added_and_taken_out_without_scripts(open_page, own_server, tmp_path, assert_accessible):
    page = draft(open_page, own_server, scripts=False)
    path = tmp_path / "photo.png"
    path.write_bytes(png(10, 10))
    page.set_input_files("input[name=file][multiple]", path)
    page.click("#files button:has-text('Add')")
    expect(listed(page)).to_contain_text("photo.png")
    page.click("button:has-text('Take out')")
    expect(listed(page)).to_have_text("No files.")


@pytest.mark.parametrize("look", [{}, {"locale": "ar", "color_scheme": "dark"}], ids=["english", "arabic"])
def test_pages_of_files_and_reports_are_for_everybody(look, open_page, own_server, assert_accessible, tmp_path):
    narrow = {"viewport": {"width": 320, "height": 640}, **look}
    page = draft(open_page, own_server, **narrow)
    (path := tmp_path / f"{'long name ' * 15}.txt").write_text("What I did")
    page.set_input_files("input[name=file][multiple]", path)
    expect(listed(page).locator("a").first).to_be_visible(timeout=30_000)
    for_everybody = lambda one: (assert_accessible(one), assert_no_sideways_scroll(one))  # noqa: E731
    for_everybody(page)
    page.click("#files a[href*='/report']")
    for_everybody(page)
    page.check("[name=kind][value=person]")
    page.click("form.card .go")
    for_everybody(page)
    officer = open_page("/home", sign_in="data-protection", server=own_server, **narrow)
    for_everybody(officer)
    officer.click("main li a[href$='data-technician/quarantine']")
    for_everybody(officer)
    officer.click("main a[href^='/quarantine/']")
    for_everybody(officer)
