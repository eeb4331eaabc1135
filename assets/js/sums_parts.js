// What all kinds of arithmetic show: squares of numbers, a line with a result, the activation.

import { colourOf, element, inkOn, written } from "./numbers.js";

// Tables of size x size numbers beside each other, each with its name.
export function squares(all, size) {
  const place = element("div", "sums-squares");
  for (const { name, values, scale } of all) {
    const part = element("table");
    part.append(element("caption", "", name));
    for (let i = 0; i < size; i++) {
      const row = element("tr");
      for (let j = 0; j < size; j++) row.append(cell(values[i * size + j], scale));
      part.append(row);
    }
    place.append(part);
  }
  return place;
}

function cell(value, scale) {
  const made = element("td", "", written(value, 2));
  const colour = colourOf(value, scale);
  made.style.background = `rgb(${colour})`;
  made.style.color = inkOn(colour);
  return made;
}

// "The sum of these 25 products: 0.123", or with a second number what comes of adding it.
export function line(words, value, total) {
  const made = element("p", "sums-line");
  made.append(element("span", "", words), element("b", "", written(value)));
  if (total !== undefined) made.append(element("span", "", "makes"), element("b", "", written(total)));
  return made;
}

const FUNCTIONS = {
  linear: null,
  relu: { name: "ReLU keeps what is above 0, and makes 0 of the rest", of: (x) => Math.max(0, x) },
  tanh: { name: "tanh squeezes it between −1 and 1", of: Math.tanh },
  softmax: null, // it needs all ten: see the page's part on probabilities
};

const SCORE = "This is the score of the class. Further down, softmax makes probabilities of all ten.";

export function activated(name, total, where) {
  const known = FUNCTIONS[name];
  const lines = known ? [line(known.name, known.of(total))] : [];
  if (name === "softmax") lines.push(element("p", "quiet", SCORE));
  return where ? [...lines, element("p", "quiet", where)] : lines;
}
