// Numbers in rows and columns, walked with the arrow keys and read cell by cell: ui/grids.py.
//
// One cell at a time is a stop for Tab. What stands below says which cell a pointer is over; a
// screen reader reads the cell's own name.

const STEPS = {
  ArrowUp: ([row, column]) => [row - 1, column],
  ArrowDown: ([row, column]) => [row + 1, column],
  ArrowLeft: ([row, column]) => [row, column - 1],
  ArrowRight: ([row, column]) => [row, column + 1],
  PageUp: ([, column]) => [0, column],
  PageDown: ([, column]) => [Infinity, column],
  Home: ([row]) => [row, 0],
  End: ([row]) => [row, Infinity],
};
const FINE = 20; // columns from which on a phone has no room for the numbers
const CELL = '[role="gridcell"]';

const limited = (number, count) => Math.min(Math.max(number, 0), count - 1);

function part(role, ...inside) {
  const one = document.createElement("div");
  one.setAttribute("role", role);
  one.append(...inside);
  return one;
}

function build(place, { rows, columns }) {
  const corner = part("columnheader");
  corner.ariaLabel = "Row";
  const heads = columns.map((name) => part("columnheader", name));
  const lines = rows.map((name) => part("row", part("rowheader", name), ...columns.map(cell)));
  place.grid = part("grid", part("row", corner, ...heads), ...lines);
  place.cells = lines.map((line) => [...line.querySelectorAll(CELL)]);
  place.said = document.createElement("p");
  place.said.ariaHidden = "true";
  place.style.setProperty("--columns", columns.length);
  place.classList.toggle("fine", columns.length > FINE);
  place.replaceChildren(place.grid, place.said);
  listen(place);
  stopAt(place, [0, 0]);
}

function cell() {
  const one = part("gridcell");
  one.tabIndex = -1;
  return one;
}

function listen(place) {
  const say = ({ target }) => {
    if (target.matches(CELL)) place.said.textContent = target.ariaLabel;
  };
  place.grid.addEventListener("pointerover", say);
  place.grid.addEventListener("focusin", (event) => {
    say(event);
    const row = place.cells.findIndex((line) => line.includes(event.target));
    if (row >= 0) stopAt(place, [row, place.cells[row].indexOf(event.target)]);
  });
  place.grid.addEventListener("keydown", (event) => {
    if (!(event.key in STEPS) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const [row, column] = STEPS[event.key](place.at);
    stopAt(place, [limited(row, place.cells.length), limited(column, place.cells[0].length)]);
    place.stop.focus();
  });
}

function stopAt(place, at) {
  if (place.stop) place.stop.tabIndex = -1;
  place.at = at;
  place.stop = place.cells[at[0]][at[1]];
  place.stop.tabIndex = 0;
}

function fill(place, { label, rows, columns, words, numbers, shades, zeros, colours }) {
  place.grid.ariaLabel = label;
  for (const [row, line] of place.cells.entries()) {
    for (const [column, one] of line.entries()) {
      const number = numbers[row][column];
      const told = { row: rows[row], column: columns[column], number: number.toLocaleString("en") };
      one.ariaLabel = words.replace(/{(\w+)}/g, (_, name) => told[name]);
      one.textContent = number || zeros ? number : "";
      paint(one, mixed(colours, shades[row][column]));
    }
  }
}

// A colour of the scale, [red, green, blue], for a shade from 0 to 1.
function mixed(colours, shade) {
  const place = shade * (colours.length - 1);
  const below = Math.min(Math.floor(place), colours.length - 2);
  const [from, to] = [colours[below], colours[below + 1]];
  return from.map((band, i) => Math.round(band + (place - below) * (to[i] - band)));
}

// Black or white: one of them has a contrast of 4.58 to 1 with any ground.
function paint(one, colour) {
  const linear = colour.map((band) => (band / 255) ** 2.2);
  const light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  one.style.background = `rgb(${colour})`;
  one.style.color = light > 0.179 ? "#000" : "#fff";
}

export default function ({ data, parentElement }) {
  const place = parentElement.querySelector(".numbers");
  const told = JSON.parse(new TextDecoder().decode(data));
  if (place.cells?.length !== told.rows.length) build(place, told);
  fill(place, told);
  const isHere = place.grid.contains(document.activeElement);
  place.said.textContent = isHere ? place.stop.ariaLabel : told.hint;
}
