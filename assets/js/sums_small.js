// One place of a pooling layer, and of batch normalisation.

import { activated, line, squares } from "./sums_parts.js";
import { scaleOf, written } from "./numbers.js";

const lands = (told, row, column) =>
  `It lands in row ${row + 1}, column ${column + 1} of the map: ${written(told.given.values[row * told.given.shape[1] + column])}.`;

export function pooled(told, { row, column }) {
  const { taken, filter, size } = told;
  const [, width, count] = taken.shape;
  const values = new Float32Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const at = (row * size + i) * width + column * size + j;
      values[i * size + j] = taken.values[at * count + filter];
    }
  }
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  const used = (kind) => (told.pool === kind ? ", which this layer uses" : "");
  return {
    parts: [
      squares([{ name: "The square", values, scale: scaleOf(taken.values) }], size),
      line(`Average pooling takes the mean${used("average")}`, mean),
      line(`Max pooling takes the largest${used("max")}`, Math.max(...values)),
      ...activated("linear", 0, lands(told, row, column)),
    ],
    patch: { row: row * size, column: column * size, size },
  };
}

export function normalised(told, { row, column }) {
  const { taken, filter } = told;
  const [, width, count] = taken.shape;
  const value = taken.values[(row * width + column) * count + filter];
  const centred = value - told.mean;
  const scaled = centred / told.spread;
  const stretched = scaled * told.gamma;
  return {
    parts: [
      line("The number that comes in", value),
      line("Minus the channel's mean", told.mean, centred),
      line("Divided by its spread", told.spread, scaled),
      line("Times the factor that was learned", told.gamma, stretched),
      line("Plus the shift that was learned", told.beta, stretched + told.beta),
      ...activated(told.activation, stretched + told.beta, lands(told, row, column)),
    ],
    patch: { row, column, size: 1 },
  };
}
