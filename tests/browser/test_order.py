"""The order of a district, by keyboard: what is seen is what is saved."""

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_what_stands_above_a_moved_row_is_ranked_too(browser, live_server, world):
    call = factories.call(world["officer"], places=9)
    first, second, third = (factories.submitted(world[key], call) for key in ("a1.chair", "a2.chair", "a1.chair"))
    stage = Stage(browser, live_server.url)
    with stage.page(world["a.officer"]) as page:
        page.goto(f"/calls/{call.pk}/order/")
        rows = page.locator("tr[data-move]")
        names = rows.locator("td.k").all_inner_texts()
        rows.first.locator("[data-down]").focus()
        page.keyboard.press("Enter")
        # the focus goes along, so that the next press moves the same one
        expect(page.locator(":focus")).to_have_attribute("aria-label", f"{names[0]} 往后")
        assert rows.locator("td.k").all_inner_texts() == [names[1], names[0], names[2]]
        assert [box.input_value() for box in rows.locator("input.ord").all()] == ["1", "2", ""]
        page.get_by_role("button", name="存下名次").click()
        expect(page.locator("#toasts")).to_contain_text("排好了")
        assert rows.locator("td.k").all_inner_texts() == [names[1], names[0], names[2]]
    for one in (first, second, third):
        one.refresh_from_db()
    assert {one.subject: one.rank for one in (first, second, third)} == {names[1]: 1, names[0]: 2, names[2]: None}
    assert stage.complaints == []
