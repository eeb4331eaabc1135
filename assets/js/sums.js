// The arithmetic of one layer at one place. The browser has all numbers: nothing here asks the
// server. What is sent: ui/network/sums.py.

import { convolution } from "./sums_conv.js";
import { dense } from "./sums_dense.js";
import { normalised, pooled } from "./sums_small.js";
import { element, floats, legend, paint, scaleOf } from "./numbers.js";

const KINDS = { conv: convolution, pool: pooled, norm: normalised, dense };
const PLAY_MS = 350; // at each place
const REST_MS = 300; // until the address names a place that is looked at

let left = null; // the place that was looked at when the visitor turned to another page

const array = ({ shape, values }) => ({ shape, values: floats(values) });

class Place {
  constructor(root) {
    this.root = root;
    this.row = 0;
    this.column = 0;
    this.channel = 0;
    this.start = left;
  }

  take(told) {
    for (const name of ["taken", "sums", "given", "kernel"]) {
      if (told[name]) told[name] = array(told[name]);
    }
    const fresh = this.told?.name !== told.name;
    const shape = JSON.stringify([told.name, told.kind, told.given.shape, channelsOf(told)]);
    const same = this.shape === shape; // then sliders stay, with who holds them, and so does "Play"
    Object.assign(this, { told, shape });
    const [height, width] = told.kind === "dense" ? [1, 1] : told.given.shape;
    this.height = height;
    this.width = width;
    if (fresh) {
      const begun = this.start === undefined;
      const [row, column] = (!begun && (this.start ?? told.start)) || [height >> 1, width >> 1];
      Object.assign(this, { row, column, channel: 0, start: undefined });
      if (begun) this.name();
    } else this.name();
    this.row = Math.min(this.row, height - 1);
    this.column = Math.min(this.column, width - 1);
    if (same) this.show();
    else this.build();
  }

  build() {
    this.stop();
    const { told } = this;
    this.root.replaceChildren();
    this.steps = element("div", "sums-steps");
    if (told.kind !== "dense") {
      this.root.append(this.controls(), this.maps(), this.steps);
    } else this.root.append(this.steps);
    this.show();
  }

  controls() {
    const place = element("div", "sums-controls");
    this.sliders = {};
    const most = { row: this.height, column: this.width };
    const channels = channelsOf(this.told);
    if (channels > 1) most.channel = channels;
    for (const [name, count] of Object.entries(most)) place.append(this.slider(name, count));
    this.button = element("button", "play", "Play");
    this.button.type = "button";
    this.button.onclick = () => (this.playing ? this.stop() : this.play());
    place.append(this.button);
    return place;
  }

  slider(name, count) {
    const label = element("label");
    const title = name[0].toUpperCase() + name.slice(1);
    const input = element("input");
    Object.assign(input, { type: "range", min: 1, max: count, step: 1 });
    input.setAttribute("aria-label", title);
    input.oninput = () => {
      this[name] = Number(input.value) - 1;
      this.moved();
    };
    const number = element("output");
    label.append(element("span", "", title), input, number);
    this.sliders[name] = { input, number };
    return label;
  }

  maps() {
    const place = element("div", "sums-maps");
    this.before = this.map("What the layer takes", false);
    this.after = this.map("What it gives: press a place", true);
    place.append(this.before.part, this.after.part);
    return place;
  }

  map(title, chooses) {
    const part = element("figure");
    const canvas = element("canvas");
    const frame = element("i");
    const held = element("div", "sums-map");
    const words = element("p");
    held.append(canvas, frame);
    part.append(element("figcaption", "", title), held, words);
    if (chooses) this.choosing(canvas);
    return { part, canvas, frame, words };
  }

  // A press, or the arrow keys, choose a place.
  choosing(canvas) {
    canvas.tabIndex = 0;
    canvas.onclick = (event) => {
      const box = canvas.getBoundingClientRect();
      this.column = Math.floor(((event.clientX - box.left) / box.width) * this.width);
      this.row = Math.floor(((event.clientY - box.top) / box.height) * this.height);
      this.moved();
    };
    const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    canvas.onkeydown = (event) => {
      const move = moves[event.key];
      if (!move) return;
      event.preventDefault();
      this.row = Math.max(0, Math.min(this.height - 1, this.row + move[0]));
      this.column = Math.max(0, Math.min(this.width - 1, this.column + move[1]));
      this.moved();
    };
  }

  moved() {
    this.show();
    this.name();
  }

  // The address names what is looked at, so that a refresh or a link finds it again. The server is
  // not asked, and the browser's way back stays as it is.
  name() {
    clearTimeout(this.naming);
    this.naming = setTimeout(() => {
      const address = new URL(document.location);
      const flat = this.told.kind === "dense";
      const place = flat ? {} : { row: this.row + 1, column: this.column + 1 };
      const names = { ...this.told.address, row: null, column: null, ...place };
      for (const [name, value] of Object.entries(names)) {
        if (value === null) address.searchParams.delete(name);
        else address.searchParams.set(name, value);
      }
      history.replaceState(history.state, "", address);
    }, REST_MS);
  }

  end() {
    this.stop();
    clearTimeout(this.naming);
    left = [this.row, this.column];
  }

  play() {
    this.playing = setInterval(() => {
      const next = (this.row * this.width + this.column + 1) % (this.height * this.width);
      this.row = Math.floor(next / this.width);
      this.column = next % this.width;
      this.moved();
    }, PLAY_MS);
    this.button.textContent = "Stop";
  }

  stop() {
    clearInterval(this.playing);
    this.playing = undefined;
    if (this.button) this.button.textContent = "Play";
  }

  show() {
    const { told } = this;
    for (const [name, { input, number }] of Object.entries(this.sliders ?? {})) {
      if (!input.isConnected) continue;
      input.value = this[name] + 1;
      number.textContent = `${this[name] + 1} of ${input.max}`;
    }
    const { parts, patch } = KINDS[told.kind](told, this);
    if (told.kind !== "dense") this.showMaps(patch);
    this.steps.replaceChildren(...parts);
  }

  showMaps(patch) {
    const { taken, given } = this.told;
    const [height, width, count] = taken.shape;
    const shown = channelsOf(this.told) > 1 ? this.channel : this.told.filter;
    const values = taken.values.filter((_, at) => at % count === (count > 1 ? shown : 0));
    draw(this.before, values, height, width, patch);
    draw(this.after, given.values, this.height, this.width,
      { row: this.row, column: this.column, size: 1 });
    this.after.canvas.setAttribute("role", "img");
    this.after.canvas.setAttribute("aria-label",
      `What it gives, ${this.height} by ${this.width}; the arrow keys move over it`);
  }
}

// How many channels one can look at: only a convolution adds them up.
function channelsOf({ kind, taken }) {
  return kind === "conv" ? taken.shape[2] : 1;
}

// A map with a frame around what is looked at; the frame may reach over the edge.
function draw({ canvas, frame, words }, values, height, width, { row, column, size }) {
  const scale = scaleOf(values);
  paint(canvas, values, height, width, scale);
  legend(words, scale);
  const top = Math.max(0, row);
  const left = Math.max(0, column);
  const bottom = Math.min(height, row + size);
  const right = Math.min(width, column + size);
  const part = (count, of) => `${(100 * count) / of}%`;
  Object.assign(frame.style, {
    top: part(top, height),
    left: part(left, width),
    height: part(bottom - top, height),
    width: part(right - left, width),
  });
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".sums");
  root.place ??= new Place(root);
  root.place.take(JSON.parse(new TextDecoder().decode(data)));
  return () => {
    root.place?.end();
  };
}
