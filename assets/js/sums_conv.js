// One place of a convolution: the patch, the kernel, their products, the sum, the activation.

import { activated, line, squares } from "./sums_parts.js";
import { scaleOf, written } from "./numbers.js";

// The numbers under the kernel, (size, size), of one channel; 0 where it reaches over the edge.
function patchOf({ taken, kernel, before }, row, column, channel) {
  const [height, width, count] = taken.shape;
  const size = kernel.shape[0];
  const found = new Float32Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const y = row + i - before;
      const x = column + j - before;
      if (y < 0 || x < 0 || y >= height || x >= width) continue;
      found[i * size + j] = taken.values[(y * width + x) * count + channel];
    }
  }
  return found;
}

function kernelOf({ kernel, taken }, channel) {
  return kernel.values.filter((_, at) => at % taken.shape[2] === channel);
}

const sum = (values) => values.reduce((total, value) => total + value, 0);

export function convolution(told, { row, column, channel }) {
  const [size, , count] = told.kernel.shape;
  const patches = Array.from({ length: count }, (_, one) => patchOf(told, row, column, one));
  const kernels = Array.from({ length: count }, (_, one) => kernelOf(told, one));
  const products = patches.map((patch, one) => patch.map((value, at) => value * kernels[one][at]));
  const sums = products.map(sum);
  const before = sum(sums.slice(0, channel));
  const bias = told.bias ?? 0;
  const total = sum(sums) + bias;
  const which = count > 1 ? `, channel ${channel + 1}` : "";
  const lines = [line(`The sum of these ${size * size} products${which}`, sums[channel])];
  if (count > 1) {
    lines.push(
      line(`With the channels before it, 1 to ${channel + 1}`, before + sums[channel]),
      line(`All ${count} channels together`, sum(sums)),
    );
  }
  if (told.bias !== null) lines.push(line("Plus the bias", bias, total));
  const numbers = squares([
    { name: `The patch${which}`, values: patches[channel], scale: scaleOf(told.taken.values) },
    { name: "times the kernel", values: kernels[channel], scale: scaleOf(told.kernel.values) },
    { name: "gives the products", values: products[channel], scale: scaleOf(products.flatMap((one) => [...one])) },
  ], size);
  const where = `It lands in row ${row + 1}, column ${column + 1} of the map: ${written(told.given.values[row * told.given.shape[1] + column])}.`;
  return {
    parts: [numbers, ...lines, ...activated(told.activation, total, where)],
    patch: { row: row - told.before, column: column - told.before, size },
  };
}
