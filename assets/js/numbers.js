// Rows of numbers: how they come from the server, how they are written, and how they are painted.

// From the most negative number over zero to the most positive, for eyes of every colour vision.
const NEGATIVE = [0, 90, 160];
const ZERO = [246, 246, 244];
const POSITIVE = [200, 80, 0];

// float32 values in base64, lowest byte first.
export function floats(text) {
  return new Float32Array(Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0)).buffer);
}

// Numbers from -127 to 127 in base64, of which 127 stands for `most`.
export function levels(text, most) {
  return Float32Array.from(atob(text), (sign) => (((sign.charCodeAt(0) + 128) % 256) - 128) * most / 127);
}

// A number with three decimals; one that is smaller than that is told as such.
export function written(value, digits = 3) {
  if (!Number.isFinite(value)) return "no number";
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

export const share = (value) => `${(100 * value).toFixed(1)}\u00a0%`;

// The scale of some numbers: from 0 to the largest in grey, or both ways in colours.
export function scaleOf(values) {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low < 0 ? { both: true, most: Math.max(-low, high) || 1 } : { both: false, most: high || 1 };
}

export function colourOf(value, { both, most }) {
  const part = Math.max(-1, Math.min(1, value / most));
  if (!both) return Array(3).fill(255 * Math.max(0, part));
  const end = part < 0 ? NEGATIVE : POSITIVE;
  return ZERO.map((middle, band) => middle + Math.abs(part) * (end[band] - middle));
}

// Black or white, whichever is easier to read on that colour: on this luminance both are alike.
const ALIKE = 0.18;

export function inkOn(colour) {
  const linear = (band) => (band <= 0.04045 ? band / 12.92 : ((band + 0.055) / 1.055) ** 2.4);
  const [red, green, blue] = colour.map((band) => linear(band / 255));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > ALIKE ? "#000000" : "#ffffff";
}

export function paint(canvas, values, height, width, scale) {
  Object.assign(canvas, { width, height });
  const picture = new ImageData(width, height);
  for (let at = 0; at < height * width; at++) {
    picture.data.set([...colourOf(values[at], scale), 255], 4 * at);
  }
  canvas.getContext("2d").putImageData(picture, 0, 0);
}

// What the colours mean, as the words and the gradient of a legend.
export function legend(place, scale) {
  const { both, most } = scale;
  const stops = both ? [-most, 0, most] : [0, most];
  const colours = stops.map((value) => `rgb(${colourOf(value, scale)})`);
  place.className = "scale";
  place.innerHTML = "<span></span><i></i><span></span>";
  place.firstChild.textContent = written(stops[0], 2);
  place.lastChild.textContent = written(most, 2);
  place.children[1].style.background = `linear-gradient(to right, ${colours})`;
}

export function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}
