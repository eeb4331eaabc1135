"""Chromium, and a clock inside its pages, so that Playwright's own delays are not measured."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tools.browsers import find

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
)

# lenetBench.until(before) looks once per frame, and says when the heading is another than `before`
# and when the page is complete: its script has ended, and no placeholder, stale part, unloaded
# picture, chart without its drawing, or custom component without its content is left (the one that
# tells who the visitor is has no more than an <i>).
# Times are in milliseconds on the page's own clock, which starts with the navigation.
CLOCK = """
window.lenetBench = {
  heading: () => document.querySelector('[data-testid="stMain"] h1')?.innerText ?? '',
  complete: () => {
    const app = document.querySelector('[data-testid="stApp"]');
    const all = (what) => [...document.querySelectorAll(what)];
    return app?.dataset.testScriptState === 'notRunning'
      && !all('[data-testid="stSkeleton"], [data-stale="true"]').length
      && all('[data-testid="stMain"] img').every((image) => image.complete)
      && all('[data-testid^="stBidiComponent"]').every((component) =>
          [component, ...component.querySelectorAll('*')].some((part) =>
            part.matches('svg, canvas, a, button, i, input, [role="grid"], [role="status"]')
            || part.shadowRoot?.querySelector('canvas, i')));
  },
  until: (before) => new Promise((resolve) => {
    let heading = 0;
    const look = () => {
      const text = lenetBench.heading();
      if (!heading && text && text !== before) heading = performance.now();
      if (heading && lenetBench.complete()) resolve({heading, complete: performance.now()});
      else requestAnimationFrame(look);
    };
    look();
  }),
  // Press a link of the menu and wait; times from the press.
  press: async (link) => {
    const before = lenetBench.heading(), pressed = performance.now();
    link.click();
    const seen = await lenetBench.until(before);
    return {heading: seen.heading - pressed, complete: seen.complete - pressed};
  },
  // On Predict, choose where pictures come from as soon as it can be chosen; until bars stand.
  answer: (source) => new Promise((resolve) => {
    let chosen = 0;
    const look = () => {
      const choice = [...document.querySelectorAll('[role="radio"]')]
        .find((radio) => radio.innerText.includes(source));
      if (!chosen && choice) {
        choice.click();
        chosen = performance.now();
      }
      if (document.querySelectorAll('.bars .bar').length === 10)
        resolve({chosen, answered: performance.now()});
      else requestAnimationFrame(look);
    };
    look();
  }),
};
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium: the one in the variable CHROMIUM, or one that is found."""
    path = find("chromium")
    if not path:
        raise RuntimeError("No Chromium was found; run `make bench`, which installs one.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()
