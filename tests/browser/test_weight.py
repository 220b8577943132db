"""Pages are light: under 60 KB at the first visit, under 15 KB after it, and nothing is asked of anybody else."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import PHONE, Service
from tests.browser.scales import weighing

pytestmark = pytest.mark.browser
FIRST_VISIT, LATER = 60_000, 15_000
PAGES = ["/", "/month", "/subscribe", "/help", "/display", "/sign-in", "/organizations/midori"]


def test_every_public_page_is_light(chromium: Browser, service: Service) -> None:
    context = chromium.new_context(viewport=PHONE, locale="ja-JP")  # type: ignore[arg-type]
    page = context.new_page()
    scales = weighing(page)
    weights = {}
    page.goto(f"{service.address}/", wait_until="networkidle")
    first = scales.bytes
    date = page.locator(".date-card-title a").first.get_attribute("href") or ""
    for path in [*PAGES, date]:
        scales.empty()
        page.goto(service.address + path, wait_until="networkidle")
        weights[path] = scales.bytes
        assert [address for address in scales.addresses if not address.startswith(service.address)] == []
    context.close()
    print(f"first visit {first:.0f} bytes, later {weights}")
    assert 0 < first < FIRST_VISIT
    assert {path: weight for path, weight in weights.items() if weight >= LATER} == {}


def test_a_list_is_narrowed_in_place_and_the_way_back_works(chromium: Browser, service: Service) -> None:
    context = chromium.new_context(viewport=PHONE, locale="ja-JP")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(service.address)
    page.wait_for_function(
        "getComputedStyle(document.querySelector('.date-list > li')).contentVisibility === 'visible'"
    )
    page.evaluate("window.stayed = true")
    page.get_by_role("link", name="すわってできる").click()
    page.wait_for_url("**/?ease=seated")
    page.get_by_role("status").get_by_text("件あります").wait_for()
    assert page.evaluate("window.stayed && document.activeElement.dataset.key") == "ease-seated"
    page.go_back()
    page.get_by_role("status").get_by_text("件あります").wait_for(state="detached")
    assert page.evaluate("window.stayed") is True
    context.close()
