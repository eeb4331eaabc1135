// Where the keyboard goes when the button that was pressed is gone: to what stands in its place.
//
// Streamlit draws "Change" where "Yes" was, and the browser would begin at the top of the page again.
// Containers whose key begins with keeps_focus belong together for this.

const GROUP = /\bst-key-keeps_focus\w*/;
const CAN_HAVE_IT = "button:not([disabled]), input:not([disabled]), a[href]";

let last; // what has the focus, or had it until it went
let group; // the class of its container

function groupOf(element) {
  for (let place = element; place; place = place.parentElement) {
    const found = GROUP.exec(place.className);
    if (found) return found[0];
  }
  return undefined;
}

const gone = (element) => element.disabled || !element.checkVisibility(); // nor is it in the page

function note({ target }) {
  last = target;
  group = groupOf(target);
}

// Whoever looks elsewhere has not lost it. Only after this event is it known which it was.
function release({ target }) {
  setTimeout(() => {
    if (target === last && !gone(target)) last = undefined;
  });
}

// A button that cannot be pressed for a moment loses the focus without a word.
function bring() {
  if (!last || !group) return;
  const now = document.activeElement;
  if (now && now !== document.body && (now !== last || !gone(last))) return;
  const other = document.querySelector(`.${group}`)?.querySelector(CAN_HAVE_IT);
  (gone(last) ? other : last)?.focus({ preventScroll: true });
}

let keeping = false;

export function keepFocus() {
  if (keeping) return;
  keeping = true;
  document.addEventListener("focusin", note);
  document.addEventListener("focusout", release);
  const changes = { childList: true, subtree: true, attributeFilter: ["disabled"] };
  new MutationObserver(bring).observe(document.body, changes);
}
