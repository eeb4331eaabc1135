// Softmax with a temperature: scores, the powers of e, and the shares.

import { element, share, written } from "./numbers.js";

const STEPS = [0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10];
const HEADS = ["Class", "Score", "Score / temperature", "e to that power", "Share of all powers"];

function powers(logits, temperature) {
  const scaled = logits.map((logit) => logit / temperature);
  const largest = Math.max(...scaled);
  // Less by the largest, so that no power is too large to be written; the shares stay the same.
  const raised = scaled.map((value) => Math.exp(value - largest));
  const total = raised.reduce((sum, value) => sum + value, 0);
  return { scaled, largest, shares: raised.map((value) => value / total) };
}

function big(value) {
  return value >= 1e6 || value < 1e-3 ? value.toExponential(2) : value.toFixed(3);
}

function rows({ classes, logits }, temperature) {
  const { scaled, shares } = powers(logits, temperature);
  return classes.map((name, at) => {
    const row = element("tr");
    row.append(element("th", "", name));
    for (const text of [written(logits[at]), written(scaled[at]), big(Math.exp(scaled[at])),
      share(shares[at])]) row.append(element("td", "", text));
    return row;
  });
}

// What each power is divided by.
function together({ logits }, temperature) {
  const { scaled } = powers(logits, temperature);
  const total = scaled.reduce((sum, value) => sum + Math.exp(value), 0);
  const row = element("tr", "together");
  row.append(element("th", "", "Together"));
  for (const text of ["", "", big(total), share(1)]) row.append(element("td", "", text));
  return row;
}

function build(place) {
  const label = element("label", "temperature");
  const input = element("input");
  Object.assign(input, { type: "range", min: 0, max: STEPS.length - 1, step: 1, value: 3 });
  input.setAttribute("aria-label", "Temperature");
  const number = element("output");
  label.append(element("span", "", "Temperature"), input, number);
  const table = element("table", "sums-inputs");
  const head = element("tr");
  for (const name of HEADS) head.append(element("th", "", name));
  const body = element("tbody");
  table.append(head, body);
  place.replaceChildren(label, table);
  place.show = () => {
    const temperature = STEPS[input.value];
    number.textContent = String(temperature);
    body.replaceChildren(...rows(place.told, temperature), together(place.told, temperature));
  };
  input.oninput = place.show;
}

export default function ({ data, parentElement }) {
  const place = parentElement.querySelector(".softmax");
  place.told = JSON.parse(new TextDecoder().decode(data));
  if (!place.show) build(place);
  place.show();
}
