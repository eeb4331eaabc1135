// The pages by name at the bottom of a phone: ui/page_bar.py is the other half.
//
// A tap turns to a page as the browser's own "back" does: the address changes, and Streamlit, which
// listens for that, has the other page run. Nothing is loaded anew.

import { keepFocus } from "./focus.js";

function link({ name, icon, address }) {
  const place = document.createElement("a");
  place.href = address;
  place.innerHTML = `<span class="pages-icon" aria-hidden="true" translate="no"></span><span></span>`;
  place.firstChild.textContent = icon;
  place.lastChild.textContent = name;
  return place;
}

function mark(bar, current) {
  for (const place of bar.children) {
    if (place === current) place.setAttribute("aria-current", "page");
    else place.removeAttribute("aria-current");
  }
}

function turn(event) {
  const place = event.target.closest("a");
  if (!place || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
  if (place.ariaCurrent) return;
  mark(event.currentTarget, place);
  history.pushState(null, "", place.href);
  window.dispatchEvent(new PopStateEvent("popstate"));
}

// Streamlit calls its own button "Expand sidebar", and shows a sign; style.css shows this word.
function nameMenu() {
  document.querySelector('[data-testid="stExpandSidebarButton"]')?.setAttribute("aria-label", "Menu");
}

export default function ({ data, parentElement }) {
  const bar = parentElement.querySelector(".pages");
  const { pages, current } = JSON.parse(new TextDecoder().decode(data));
  if (bar.childElementCount !== pages.length) bar.replaceChildren(...pages.map(link));
  bar.setAttribute("aria-label", "Pages");
  bar.onclick = turn;
  mark(bar, bar.children[pages.findIndex(({ name }) => name === current)]);
  nameMenu();
  keepFocus();
  const header = document.querySelector('[data-testid="stHeader"]');
  const watcher = new MutationObserver(nameMenu);
  if (header) watcher.observe(header, { childList: true, subtree: true });
  return () => watcher.disconnect();
}
