"""What a visitor sees before a page is whole: no raw names."""

import pytest

from tests.browser.test_shell import TITLES, ready
from tests.served import Served

pytestmark = pytest.mark.browser
# Whatever the sidebar's menu says in any frame, from the first one on.
SAMPLE = """
window.seen = new Set();
(function look() {
  for (const link of document.querySelectorAll('[data-testid="stSidebarNav"] a'))
    window.seen.add(link.innerText.split("\\n").pop().trim());
  requestAnimationFrame(look);
})();
"""


@pytest.mark.parametrize("way", ["guarded", "bare"])
@pytest.mark.parametrize("path", ["/", "/predict"])
def test_the_first_visitor_never_sees_the_names_of_files(page, tmp_path, way, path):
    page.add_init_script(SAMPLE)
    with Served(way, tmp_path) as served:
        page.goto(served.address + path)
        ready(page)
        assert set(page.evaluate("[...window.seen]")) == set(TITLES)
        page.close()
