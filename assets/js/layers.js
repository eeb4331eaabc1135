// The whole network from the picture to the answer: every layer, and what it makes of the picture.
//
// Each map is a button that chooses it. What is sent: ui/network/overview.py.

import { element, legend, levels, paint, scaleOf } from "./numbers.js";

const MOST = 24; // maps that are shown until somebody asks for the others

function head({ title, shape, words }, number) {
  const made = element("header");
  made.append(element("h3", "", `${number}. ${title}`));
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

// One button for each map, (h, w, filters) in `values`.
function maps(layer, { own, chosen, pick }) {
  const [height, width, count] = layer.size;
  const values = levels(layer.values, layer.scale.most);
  const all = layer.scale;
  const place = element("div", "layer-maps");
  for (let filter = 0; filter < count; filter++) {
    const one = values.filter((_, at) => at % count === filter);
    const button = element("button");
    const canvas = element("canvas");
    paint(canvas, one, height, width, own ? scaleOf(one) : all);
    button.type = "button";
    button.setAttribute("aria-label", `${layer.name}, map ${filter + 1} of ${count}`);
    button.setAttribute("aria-pressed", layer.name === chosen.layer && filter === chosen.filter);
    button.hidden = filter >= MOST && filter !== chosen.filter;
    button.append(canvas);
    button.onclick = () => pick(layer.name, filter);
    place.append(button);
  }
  roving(place, layer.name === chosen.layer ? chosen.filter : 0);
  const made = [place];
  if (count > MOST) made.push(more(place, count));
  const scale = element("p");
  if (own) scale.textContent = "Each map has a scale of its own: the colours tell no sizes from one to the other.";
  else legend(scale, all);
  return [...made, scale];
}

function more(place, count) {
  const button = element("button", "layer-more", `Show all ${count}`);
  button.type = "button";
  button.onclick = () => {
    for (const one of place.children) one.hidden = false;
    button.remove();
  };
  return button;
}

// A row of numbers, one cell each; the ten probabilities have their classes.
function row(layer, { chosen, pick, classes }) {
  const values = levels(layer.values, layer.scale.most);
  if (layer.last) return [answers(layer, { chosen, pick, classes })];
  const canvas = element("canvas", "layer-row");
  const columns = Math.min(values.length, 98);
  const lines = Math.ceil(values.length / columns);
  const { scale } = layer;
  paint(canvas, Float32Array.from({ length: columns * lines }, (_, at) => values[at] ?? 0), lines,
    columns, scale);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${layer.name}: ${values.length} numbers`);
  const words = element("p");
  legend(words, scale);
  return [canvas, words];
}

function answers(layer, { chosen, pick, classes }) {
  const place = element("div", "layer-answers");
  for (const [unit, value] of layer.last.entries()) {
    const button = element("button");
    button.type = "button";
    button.setAttribute("aria-pressed", layer.name === chosen.layer && unit === chosen.filter);
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
  const focused = document.activeElement?.getAttribute("aria-label");
  place.replaceChildren(
    ...told.layers.map((layer, number) => {
      const part = element("section");
      const shown = layer.size.length === 3 ? maps : row;
      part.append(head(layer, number), ...shown(layer, { ...told, pick }));
      return part;
    }),
  );
  if (focused) place.querySelector(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
}

