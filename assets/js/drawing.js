// What the canvas of streamlit-drawable-canvas lacks: shapes under a finger, a size that follows the
// window, and an end for a shape of corners that a finger can hit and a keyboard can reach.
//
// Its shapes ask an event for the button that was pressed, which touches have not: here they get one
// before the canvas hears of them. It is drawn as large as its place; the drawing keeps its pixels.

const STYLE = `
  .dc-root, .dc-container, .canvas-container { width: 100% !important; }
  .dc-scroll { overflow: visible; }
  .dc-container, .canvas-container { height: auto !important; aspect-ratio: 1; }
  .dc-container canvas { width: 100% !important; height: 100% !important; }
  .dc-icon-button:focus-visible { outline: 3px solid light-dark(#0067A3, #8CCBF2) !important; }
  @media (pointer: coarse) { .dc-toolbar { display: none !important; } }
`;
const NEAR = 24; // pixels of the screen around the first corner that close a shape
const LOOK_MS = 200; // between two looks for a canvas that is made anew
const LEAST = 3; // corners of a shape

const upper = (event) => {
  const target = event.composedPath()[0];
  return target?.classList?.contains("upper-canvas") ? target : null;
};

class Drawing {
  constructor(place) {
    this.place = place;
    this.area = place.closest(".st-key-draw_area") ?? document.body;
    this.hint = document.createElement("p");
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.textContent = "Finish shape";
    this.button.addEventListener("click", () => this.finish());
    place.replaceChildren(this.hint, this.button);
    this.listening = new AbortController();
    const options = { capture: true, signal: this.listening.signal, passive: false };
    for (const name of ["touchstart", "touchmove", "touchend"]) {
      document.addEventListener(name, (event) => this.touch(event), options);
    }
    document.addEventListener("mousedown", (event) => this.press(event), options);
    this.looking = setInterval(() => this.adopt(), LOOK_MS);
    this.corners = [];
  }

  take({ corners, hint, drawing }) {
    if (this.drawing !== drawing || this.shaping !== corners) this.corners = [];
    this.drawing = drawing;
    this.shaping = corners;
    this.hint.textContent = hint;
    this.adopt();
    this.show();
  }

  // Have the canvas as large as its place; its own style stands in a shadow tree.
  adopt() {
    for (const part of this.area.querySelectorAll('[data-testid="stBidiComponentIsolated"]')) {
      const root = part.shadowRoot;
      if (!root?.querySelector(".dc-root") || root.querySelector("[data-fills]")) continue;
      const style = document.createElement("style");
      style.dataset.fills = "";
      style.textContent = STYLE;
      root.append(style);
      this.corners = []; // another canvas has none
      this.show();
    }
  }

  touch(event) {
    if (!upper(event)) return;
    Object.defineProperty(event, "button", { value: 0 });
    if (event.type === "touchstart") this.press(event);
  }

  // Note where corners are; close to the first one, the shape is finished.
  press(event) {
    const canvas = upper(event);
    if (!canvas || !this.shaping || !event.isTrusted || event.button) return;
    const { clientX, clientY } = event.touches?.[0] ?? event;
    if (this.corners.length >= LEAST && this.far(canvas, this.corners[0], clientX, clientY) < NEAR) {
      event.preventDefault();
      event.stopImmediatePropagation();
      this.finish();
      return;
    }
    const box = canvas.getBoundingClientRect();
    this.canvas = canvas;
    this.corners.push([(clientX - box.left) / box.width, (clientY - box.top) / box.height]);
    this.show();
  }

  far(canvas, [x, y], clientX, clientY) {
    const box = canvas.getBoundingClientRect();
    return Math.hypot(box.left + x * box.width - clientX, box.top + y * box.height - clientY);
  }

  // Press the first corner again, which is how the canvas ends a shape.
  finish() {
    const { canvas } = this;
    if (!canvas?.isConnected || this.corners.length < LEAST) return;
    const box = canvas.getBoundingClientRect();
    const [x, y] = this.corners[0];
    const at = { clientX: box.left + x * box.width, clientY: box.top + y * box.height };
    for (const type of ["mousedown", "mouseup"]) {
      canvas.dispatchEvent(new MouseEvent(type, { ...at, bubbles: true, composed: true }));
    }
    this.corners = [];
    this.show();
  }

  show() {
    this.button.hidden = this.corners.length < LEAST;
  }

  end() {
    this.listening.abort();
    clearInterval(this.looking);
  }
}

export default function ({ data, parentElement }) {
  const place = parentElement.querySelector(".drawing");
  place.drawing ??= new Drawing(place);
  place.drawing.take(JSON.parse(new TextDecoder().decode(data)));
  return () => {
    place.drawing?.end();
    place.drawing = undefined;
  };
}
