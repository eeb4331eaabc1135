// The whole network from the picture to the answer: every layer, and what it makes of the picture.
//
// Each map is a button that chooses it. What is sent: ui/network/overview.py.

import { element, legend, levels, paint, scaleOf } from "./numbers.js";

const MOST = 24; // maps that are shown until somebody asks for the others
const FEW = 8; // maps at most that have room to be larger
const WIDEST = 100; // numbers in a line

function head({ title, shape, words, level }, number) {
  const made = element("header");
  if (level) {
    made.append(element("h4", "", level.title), element("p", "", level.look));
    made.append(element("p", "layer-try", `Try: ${level.question}`));
  }
  made.append(element("h5", "", `${number}. ${title}`));
  made.append(element("p", "layer-shape", shape), element("p", "layer-words", words));
  return made;
}

// One stop for Tab, from which the arrow keys go on.
function roving(place, start) {
  const buttons = [...place.children];
  for (const [at, button] of buttons.entries()) button.tabIndex = at === start ? 0 : -1;
  place.onkeydown = (event) => {
    const { key, target } = event;
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[key];
    const shown = buttons.filter((button) => !button.hidden);
    const next = shown[shown.indexOf(target) + step];
    if (!next) return;
    target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    event.preventDefault();
  };
}

// The picture itself: nothing makes its numbers, so there is nothing to choose.
function input(layer) {
  const [height, width] = layer.size;
  const canvas = element("canvas", "layer-input");
  paint(canvas, levels(layer.values, layer.scale.most), height, width, layer.scale);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `The input: ${layer.shape}`);
  const scale = element("p");
  legend(scale, layer.scale);
  return [canvas, scale];
}

// One button for each map, (h, w, filters) in `values`.
function maps(layer, { own, chosen, pick, opened }) {
  const [height, width, count] = layer.size;
  const values = levels(layer.values, layer.scale.most);
  const all = layer.scale;
  const place = element("div", `layer-maps${count <= FEW ? " few" : ""}`);
  const whole = opened.has(layer.name);
  for (let filter = 0; filter < count; filter++) {
    const one = values.filter((_, at) => at % count === filter);
    const button = element("button");
    const canvas = element("canvas");
    paint(canvas, one, height, width, own ? scaleOf(one) : all);
    button.type = "button";
    button.setAttribute("aria-label", `${layer.name}, map ${filter + 1} of ${count}`);
    button.setAttribute("aria-pressed", layer.name === chosen.layer && filter === chosen.filter);
    button.hidden = !whole && filter >= MOST && filter !== chosen.filter;
    button.dataset.of = `${layer.name}/${filter}`;
    button.append(canvas);
    button.onclick = () => pick(layer.name, filter);
    place.append(button);
  }
  roving(place, layer.name === chosen.layer ? chosen.filter : 0);
  const made = [place];
  if (count > MOST && !whole) made.push(more(place, count, () => opened.add(layer.name)));
  const scale = element("p");
  if (own) scale.textContent = "Each map has a scale of its own: the colours tell no sizes from one to the other.";
  else legend(scale, all);
  made.push(scale);
  if (layer.name === chosen.layer) made.push(closely(`${layer.name}, map ${chosen.filter + 1}`));
  return made;
}

// To the part that shows where the numbers of the chosen map come from.
function closely(name) {
  const link = element("a", "layer-closely", `See the numbers behind ${name}`);
  link.href = "#arithmetic";
  link.onclick = (event) => {
    event.preventDefault();
    const title = document.getElementById("arithmetic");
    if (!title) return;
    title.tabIndex = -1;
    title.focus({ preventScroll: true });
    title.scrollIntoView();
  };
  return link;
}

function more(place, count, open) {
  const button = element("button", "layer-more", `Show all ${count}`);
  button.type = "button";
  button.onclick = () => {
    open();
    for (const one of place.children) one.hidden = false;
    button.remove();
  };
  return button;
}

// A row of numbers, one cell each; the ten probabilities have their classes.
function row(layer, { chosen, pick, classes }) {
  const looked = layer.name === chosen.layer;
  const link = looked ? [closely(`${layer.name}, ${classesOr(layer, classes, chosen.filter)}`)] : [];
  const values = levels(layer.values, layer.scale.most);
  if (layer.last) return [answers(layer, { chosen, pick, classes }), ...link];
  const canvas = element("canvas", "layer-row");
  const lines = Math.ceil(values.length / WIDEST);
  const columns = Math.ceil(values.length / lines);
  const { scale } = layer;
  paint(canvas, Float32Array.from({ length: columns * lines }, (_, at) => values[at] ?? 0), lines,
    columns, scale);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${layer.name}: ${values.length} numbers`);
  const words = element("p");
  legend(words, scale);
  return [canvas, words, ...link];
}

const classesOr = (layer, classes, unit) => (layer.last ? classes[unit] : `unit ${unit + 1}`);

function answers(layer, { chosen, pick, classes }) {
  const place = element("div", "layer-answers");
  for (const [unit, value] of layer.last.entries()) {
    const button = element("button");
    button.type = "button";
    button.setAttribute("aria-pressed", layer.name === chosen.layer && unit === chosen.filter);
    button.dataset.of = `${layer.name}/${unit}`;
    button.onclick = () => pick(layer.name, unit);
    const bar = element("i");
    bar.style.width = `${value}%`;
    button.append(element("span", "", classes[unit]), bar, element("span", "", `${value}\u00a0%`));
    place.append(button);
  }
  roving(place, layer.name === chosen.layer ? chosen.filter : 0);
  return place;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const place = parentElement.querySelector(".layers");
  const told = JSON.parse(new TextDecoder().decode(data));
  const pick = (layer, filter) => setTriggerValue("picked", { layer, filter });
  const focused = place.contains(document.activeElement) && document.activeElement.dataset.of;
  place.opened ??= new Set(); // layers whose maps somebody wanted to see all
  place.replaceChildren(
    ...told.layers.map((layer, number) => {
      const part = element("section");
      const shown = number === 0 ? input : layer.size.length === 3 ? maps : row;
      part.append(head(layer, number), ...shown(layer, { ...told, pick, opened: place.opened }));
      return part;
    }),
  );
  if (focused) place.querySelector(`[data-of="${CSS.escape(focused)}"]`)?.focus();
}

