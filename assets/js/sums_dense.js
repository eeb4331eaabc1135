// One unit of a dense layer: its strongest inputs, and where in the picture they come from.

import { activated, line } from "./sums_parts.js";
import { element, legend, paint, scaleOf, written } from "./numbers.js";

const STRONGEST = 12;

export function dense(told) {
  const { taken, kernel } = told;
  const products = taken.values.map((value, at) => value * kernel.values[at]);
  const order = [...products.keys()].sort((a, b) => Math.abs(products[b]) - Math.abs(products[a]));
  const sum = products.reduce((total, value) => total + value, 0);
  const strongest = order.slice(0, STRONGEST);
  const rest = sum - strongest.reduce((total, at) => total + products[at], 0);
  const parts = [
    table(told, strongest, products),
    line(`The other ${products.length - strongest.length} inputs together`, rest),
    line(`All ${products.length} products together`, sum),
    line("Plus the bias", told.bias, sum + told.bias),
    ...activated(told.activation, sum + told.bias),
  ];
  if (told.from) parts.push(back(told, products));
  return { parts };
}

function table(told, strongest, products) {
  const made = element("table", "sums-inputs");
  made.append(element("caption", "", "The strongest inputs: number times weight"));
  const head = element("tr");
  for (const name of ["Input", "Number", "Weight", "Product"]) head.append(element("th", "", name));
  made.append(head);
  for (const at of strongest) {
    const row = element("tr");
    row.append(element("th", "", named(told, at)));
    for (const value of [told.taken.values[at], told.kernel.values[at], products[at]]) {
      row.append(element("td", "", written(value)));
    }
    made.append(row);
  }
  return made;
}

// Where an input comes from: "map 3, row 2, column 5", or its number alone.
function named({ from }, at) {
  if (!from) return `unit ${at + 1}`;
  const [, width, count] = from;
  const place = Math.floor(at / count);
  const [row, column] = [Math.floor(place / width) + 1, (place % width) + 1];
  return count > 1 ? `map ${(at % count) + 1}, row ${row}, column ${column}` : `row ${row}, column ${column}`;
}

// The products of all maps at each place together, as a picture of where they lie.
function back({ from: [height, width, count] }, products) {
  const places = new Float32Array(height * width);
  for (const [at, value] of products.entries()) places[Math.floor(at / count)] += value;
  const part = element("figure", "sums-back");
  const canvas = element("canvas");
  const words = element("p");
  const scale = scaleOf(places);
  paint(canvas, places, height, width, scale);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `Where the products lie in the picture, ${height} by ${width}`);
  legend(words, scale);
  part.append(element("figcaption", "", "Where in the picture these products lie"), canvas, words);
  return part;
}
