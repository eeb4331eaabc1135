// A field that cannot be changed, and a button that copies what stands in it: ui/copying.py.

const LASTS = 4000; // ms that the word stays
const DONE = "Copied";
const BY_HAND = "It is marked now: copy it with Ctrl+C, or ⌘C.";
const FRAME = `<label><span></span></label>
  <div><button type="button">Copy</button><span role="status"></span></div>`;

function build(place, lines) {
  place.innerHTML = FRAME;
  const field = document.createElement(lines > 1 ? "textarea" : "input");
  field.readOnly = true;
  field.spellcheck = false;
  place.querySelector("label").append(field);
  if (lines > 1) {
    field.rows = lines;
    place.prepend(place.lastElementChild); // the button is in sight above a long text
  } else field.addEventListener("focus", () => field.select());
  const status = place.querySelector("[role=status]");
  place.querySelector("button").addEventListener("click", async () => {
    status.textContent = (await copied(field)) ? DONE : BY_HAND;
    clearTimeout(place.timer);
    place.timer = setTimeout(() => (status.textContent = ""), LASTS);
  });
}

// Browsers have a clipboard for pages that came by https or from this computer; the older way is
// for the others, as in a class room.
async function copied(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    field.focus();
    field.select();
    return document.execCommand("copy");
  }
}

export default function ({ data, parentElement }) {
  const place = parentElement.querySelector(".copying");
  const { label, text } = JSON.parse(new TextDecoder().decode(data));
  if (!place.firstChild) build(place, text.split("\n").length);
  place.querySelector("label span").textContent = label;
  place.querySelector("input, textarea").value = text;
  return () => clearTimeout(place.timer);
}
