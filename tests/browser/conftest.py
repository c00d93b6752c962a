"""Debian's Chromium, driven by Playwright; without it the tests of this folder are skipped."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.served import Served, served


def program() -> str:
    """Give Chromium, or skip; fail where it is required."""
    found = shutil.which("chromium")
    if found is None and os.environ.get("TASRIH_REQUIRE_BROWSER") == "1":
        pytest.fail("the browser tests are required, but there is no chromium")
    if found is None:
        pytest.skip("no chromium: the console is NOT tried in a browser")
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give a browser for the tests of a file: while it is open, this thread has a running event loop."""
    path = program()
    with sync_playwright() as playwright:
        # As root, Chromium does not start with its sandbox; it opens nothing but this machine's pages.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture
def console() -> Iterator[Served]:
    """Give a console of the test's own."""
    with served(redrive=lambda seen: f"تقرأ الآن {seen.offset}") as console:
        yield console


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Give a page on which an error of a script or a breach of the policy fails the test."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    context.set_default_timeout(20_000)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: wrong.append(dialog.message))
    page.on("console", lambda told: wrong.append(told.text) if told.type == "error" else None)
    yield page
    context.close()
    assert wrong == []
