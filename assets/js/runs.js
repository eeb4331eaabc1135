// A visitor's runs in a table: sorted and filtered here alone, chosen and starred for the server.
//
// What is sent: ui/runs/table.py. The address keeps what is looked at, so that a refresh or a link
// finds it again; the server is not asked, and the browser's way back stays as it is.

import { element } from "./numbers.js";

const REST_MS = 300; // until the address names what is looked at
const COUNTED = new Intl.PluralRules("en");

let left = null; // order and filter, when the visitor turned to another page

const runs = (count) => `${count} ${COUNTED.select(count) === "one" ? "run" : "runs"}`;

function write(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

// The smaller first; what is not known comes last, whichever way.
function compare(one, other, way) {
  if (one === null || other === null) return (one === null) - (other === null);
  return way * (typeof one === "number" ? one - other : one.localeCompare(other));
}

function swatch({ colour, dash }) {
  const box = element("span", "runs-line");
  box.innerHTML = '<svg viewBox="0 0 34 6" aria-hidden="true"><path d="M0 3H34"></path></svg>';
  Object.assign(box.querySelector("path").style, { stroke: colour, strokeDasharray: dash });
  return box;
}

class Table {
  constructor(root) {
    this.root = root;
    this.lines = new Map(); // by a run's name
    this.turn = -1;
  }

  take(told, send) {
    this.send = send;
    const begins = !this.told;
    this.told = told;
    if (begins) {
      this.order = left?.order ?? told.sort;
      this.words = left?.words ?? told.filter;
      this.labels = Object.fromEntries(told.orders.map(({ key, label }) => [key, label]));
      this.build();
    }
    if (told.turn >= this.turn) { // else the server has not yet heard of the newest choice
      this.turn = told.turn;
      this.chosen = told.chosen;
    }
    this.fill();
    if (!this.rows || !this.root.matches(":hover, :focus-within")) this.sort();
    this.show();
    this.name();
  }

  build() {
    const tools = element("div", "runs-tools");
    const status = element("p", "runs-count");
    status.setAttribute("role", "status");
    tools.append(this.filtering(), this.ordering(), status);
    this.count = status;
    this.box = element("div", "runs-box");
    const table = element("table");
    table.setAttribute("role", "table");
    table.setAttribute("aria-label", "Your runs");
    this.body = element("tbody");
    table.append(this.head(), this.body);
    this.more = element("button", "runs-more");
    this.more.type = "button";
    this.more.onclick = () => {
      this.all = true;
      this.show();
    };
    this.box.append(table);
    this.root.replaceChildren(tools, this.box, this.more);
  }

  filtering() {
    const label = element("label", "runs-filter", "Filter");
    const input = element("input");
    Object.assign(input, { type: "search", maxLength: 60, value: this.words });
    input.placeholder = "a name, a network, a setting";
    input.oninput = () => {
      this.words = input.value;
      this.show();
      this.name();
    };
    label.append(input);
    return label;
  }

  ordering() {
    const label = element("label", "", "Sort by");
    this.select = element("select");
    for (const { key, label: words } of this.told.orders) {
      const option = element("option", "", words);
      option.value = key;
      this.select.append(option);
    }
    this.select.onchange = () => this.turnOrder(this.select.value);
    label.append(this.select);
    return label;
  }

  head() {
    const row = element("tr");
    const drawn = element("th", "runs-chosen", "Chart");
    const starred = element("th", "runs-starred", "Star");
    this.heads = this.told.columns.map((key) => {
      const cell = element("th", `runs-${key}`);
      const button = element("button", "", this.labels[key]);
      button.type = "button";
      button.onclick = () => this.turnOrder(key);
      button.append(element("i"));
      cell.append(button);
      return cell;
    });
    row.append(drawn, starred, ...this.heads);
    for (const cell of row.children) cell.scope = "col";
    const head = element("thead");
    head.append(row);
    return head;
  }

  turnOrder(key) {
    const { falling } = this.told.orders.find((order) => order.key === key);
    const first = falling ? `-${key}` : key;
    const other = falling ? key : `-${key}`;
    this.orderBy(this.order === first ? other : first);
  }

  orderBy(order) {
    this.order = order;
    this.sort();
    this.show();
    this.name();
  }

  // One line for each run, made once.
  fill() {
    const { rows } = this.told;
    const names = new Set(rows.map(({ name }) => name));
    for (const name of this.lines.keys()) if (!names.has(name)) this.lines.delete(name);
    for (const row of rows) {
      if (!this.lines.has(row.name)) this.lines.set(row.name, this.line(row.name));
      this.write(this.lines.get(row.name), row);
    }
    const known = new Set((this.rows ?? []).map(({ name }) => name));
    const fresh = rows.some(({ name }) => !known.has(name));
    const byName = new Map(rows.map((row) => [row.name, row]));
    this.rows = fresh || !this.rows ? undefined
      : this.rows.map(({ name }) => byName.get(name)).filter(Boolean);
  }

  line(name) {
    const row = element("tr");
    row.setAttribute("role", "row");
    const box = element("input");
    box.type = "checkbox";
    box.onchange = () => this.choose(name, box.checked);
    const label = element("label");
    label.append(box);
    const drawn = element("td", "runs-chosen");
    drawn.append(label);
    const star = element("button");
    star.type = "button";
    star.onclick = () => {
      const starred = star.ariaPressed !== "true";
      this.mark(star, starred);
      this.send("starred", { name, starred });
    };
    const starred = element("td", "runs-starred");
    starred.append(star);
    const cells = this.told.columns.map((key) => {
      const cell = element(key === "title" ? "th" : "td", `runs-${key}`);
      if (key === "title") cell.scope = "row";
      cell.dataset.label = this.labels[key];
      cell.append(element("span"), element("small"));
      return cell;
    });
    row.append(drawn, starred, ...cells);
    for (const cell of row.children) cell.setAttribute("role", cell.scope ? "rowheader" : "cell");
    return { row, box, label, star, cells };
  }

  write({ box, star, cells }, { starred, cells: told }) {
    for (const [at, key] of this.told.columns.entries()) {
      const [words, , note] = told[key];
      write(cells[at].firstChild, words);
      write(cells[at].lastChild, note);
    }
    const [title] = told.title;
    box.ariaLabel = `Show ${title} in the chart`;
    star.ariaLabel = `Star ${title}`;
    this.mark(star, starred);
  }

  mark(star, starred) {
    star.ariaPressed = String(starred);
    write(star, starred ? "★" : "☆");
  }

  choose(name, chosen) {
    const others = this.chosen.filter((one) => one !== name);
    this.chosen = chosen ? [...others, name] : others;
    this.turn += 1;
    this.told.address.question = null; // another comparison than the question's
    this.send("chosen", { names: this.chosen, turn: this.turn });
    this.show();
    this.name();
  }

  sort() {
    const way = this.order.startsWith("-") ? -1 : 1;
    const key = this.order.replace("-", "");
    this.rows = [...this.told.rows].sort((one, other) => compare(one.cells[key][1], other.cells[key][1], way));
    for (const [at, column] of this.told.columns.entries()) {
      const here = column === key;
      if (here) this.heads[at].ariaSort = way > 0 ? "ascending" : "descending";
      else this.heads[at].removeAttribute("aria-sort");
      write(this.heads[at].querySelector("i"), here ? (way > 0 ? "↑" : "↓") : "");
    }
    this.select.value = key;
  }

  show() {
    const words = this.words.toLowerCase().split(/\s+/).filter(Boolean);
    const found = this.rows.filter(({ cells }) => {
      const text = Object.values(cells).map(([told]) => told).join(" ").toLowerCase();
      return words.every((word) => text.includes(word));
    });
    const most = this.all ? Infinity : this.told.shown;
    const shown = found.filter(({ name }, at) => at < most || this.chosen.includes(name));
    this.place(shown.map(({ name }) => this.lines.get(name).row));
    for (const [name, line] of this.lines) this.showChosen(name, line);
    this.more.hidden = shown.length === found.length;
    write(this.more, `Show all ${found.length}`);
    const all = this.told.rows.length;
    const full = this.chosen.length >= this.told.most ? ` ${this.told.most} are in the chart, as many as can be told apart.` : "";
    write(this.count, (found.length < all ? `${found.length} of ${runs(all)}.` : `${runs(all)}.`) + full);
  }

  // Rows that stay where they are keep the keyboard.
  place(rows) {
    const now = [...this.body.children];
    if (now.length === rows.length && now.every((row, at) => row === rows[at])) return;
    const focused = document.activeElement;
    this.body.replaceChildren(...rows);
    if (this.body.contains(focused)) focused.focus({ preventScroll: true });
  }

  showChosen(name, { row, box, label }) {
    const at = this.chosen.indexOf(name);
    box.checked = at >= 0;
    box.disabled = at < 0 && this.chosen.length >= this.told.most;
    row.classList.toggle("chosen", at >= 0);
    label.querySelector(".runs-line")?.remove();
    if (at >= 0) label.append(swatch(this.told.styles[at]));
  }

  name() {
    clearTimeout(this.naming);
    this.naming = setTimeout(() => {
      const { address, short, sort } = this.told;
      const chosen = this.chosen.map((name) => name.slice(0, short)).join(".") || "none";
      const order = this.order === "-begun" ? null : this.order;
      const names = { ...address, chosen, sort: order, filter: this.words || null };
      const here = new URL(document.location);
      for (const [name, value] of Object.entries(names)) {
        if (value === null) here.searchParams.delete(name);
        else here.searchParams.set(name, value);
      }
      history.replaceState(history.state, "", here);
    }, REST_MS);
  }

  end() {
    clearTimeout(this.naming);
    left = { order: this.order, words: this.words };
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".runs");
  root.table ??= new Table(root);
  root.table.take(JSON.parse(new TextDecoder().decode(data)), setTriggerValue);
  return () => root.table?.end();
}
