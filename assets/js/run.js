// The view of a run in training: how far it is, its curves, which grow, and what the network sees.
// See live.js.

import { draw, end as endPlot } from "./figure.js";
import * as batch from "./batch.js";
import * as look from "./look.js";
import * as say from "./say.js";

const FRAME = `
  <div class="run-progress" role="progressbar" aria-label="Progress" aria-valuemin="0"
    aria-valuemax="100"><div></div></div>
  <p class="run-where"></p>
  <p class="run-queue"></p>
  <div class="run-said" aria-live="polite"></div>
  <section class="run-batch" hidden></section>
  <div class="run-body">
    <div>
      <div class="run-axes">
        <label>Curves against <select>
          <option value="epochs">epochs</option>
          <option value="batches">batches</option>
          <option value="seconds">seconds</option>
        </select></label>
        <label><input type="checkbox"> Logarithmic loss</label>
      </div>
      <div class="run-curves"></div>
      <p class="run-reading"></p>
      <p class="run-warning" aria-live="polite"></p>
    </div>
    <div class="run-look"></div>
  </div>`;
const CURVE = `<h3></h3><p class="run-words"></p><div class="plot" role="img"></div>`;

// Build the frame, once, and take the figures without points.
export function begin(place, { charts, token, look: sight, perEpoch }) {
  if (!place.firstChild) {
    place.innerHTML = FRAME;
    for (const { name, words } of charts) {
      const part = document.createElement("section");
      part.innerHTML = CURVE;
      part.querySelector("h3").textContent = name;
      part.querySelector("p").textContent = words;
      place.querySelector(".run-curves").append(part);
    }
  }
  place.charts = charts;
  place.perEpoch = perEpoch;
  place.axes ??= listen(place);
  place.token = token;
  // The place is as high as the style says, which makes room for what stands beside it.
  for (const { figure } of charts) delete figure.layout.height;
  say.begin(place.querySelector(".run-said"), token);
  look.begin(place.querySelector(".run-look"), sight);
  batch.begin(place.querySelector(".run-batch"), sight);
}

export async function show(place, news) {
  const bar = place.querySelector(".run-progress");
  bar.setAttribute("aria-valuenow", Math.floor(100 * news.share));
  bar.setAttribute("aria-valuetext", news.where);
  bar.firstElementChild.style.width = `${100 * news.share}%`;
  place.querySelector(".run-where").textContent = news.where;
  place.querySelector(".run-queue").textContent = news.queue;
  warn(place.querySelector(".run-warning"), news.warning);
  if (news.reading) place.querySelector(".run-reading").textContent = news.reading;
  say.show(place.querySelector(".run-said"), place.token, news.said);
  look.show(place.querySelector(".run-look"), news.look);
  batch.show(place.querySelector(".run-batch"), news.batch);
  for (const [number, chart] of place.charts.entries()) {
    append(chart, news.curves.figures[number], news.curves.batches, !news.after);
  }
  place.epochSeconds = news.epochSeconds;
  await drawAll(place);
}

// What the curves stand against, and how: the reader's choice, which the browser keeps to itself.
function listen(place) {
  const axes = { against: "epochs", logarithmic: false };
  const [select, box] = place.querySelectorAll(".run-axes select, .run-axes input");
  const change = () => {
    axes.against = select.value;
    axes.logarithmic = box.checked;
    drawAll(place);
  };
  select.onchange = change;
  box.onchange = change;
  return axes;
}

async function drawAll(place) {
  const { against, logarithmic } = place.axes;
  const units = { epochs: 1, batches: place.perEpoch, seconds: place.epochSeconds || 1 };
  const plots = place.querySelectorAll(".plot");
  for (const [number, chart] of place.charts.entries()) {
    scale(chart, against, units[against], logarithmic && chart.name === "Loss");
    await draw(plots[number], chart);
  }
}

// Where a logarithmic axis begins: below all smoothed values.
function lowest([, smoothed]) {
  return Math.log10(Math.min(0.5, ...smoothed.y.filter((value) => value > 0)) / 1.5);
}

const TITLES = { epochs: "Epoch", batches: "Batch", seconds: "Seconds of training" };

// Epochs times `unit` are what the axis counts. A part that the reader chose is kept until another
// axis is chosen.
function scale(chart, against, unit, logarithmic) {
  const { data, layout } = chart.figure;
  chart.kept ??= { revision: layout.uirevision, shapes: layout.shapes, words: layout.annotations };
  const { revision, shapes, words } = chart.kept;
  for (const line of data) line.x = line.epochs.map((epoch) => epoch * unit);
  const along = (part) => part.xref !== "x" ? part : {
    ...part, ...Object.fromEntries(["x", "x0", "x1"].filter((key) => key in part)
      .map((key) => [key, part[key] * unit])),
  };
  layout.shapes = (shapes ?? []).map(along);
  layout.annotations = (words ?? []).map(along);
  layout.datarevision = (layout.datarevision ?? 0) + 1;
  const [low, high] = layout.xaxis.range;
  const mine = chart.range && low === 0 && high === chart.range;
  const other = layout.uirevision !== `${revision} ${against} ${logarithmic}`;
  if (!mine && !other && chart.range) return;
  chart.range = chart.end * unit;
  layout.uirevision = `${revision} ${against} ${logarithmic}`;
  layout.xaxis = { ...layout.xaxis, range: [0, chart.range],
    title: { ...layout.xaxis.title, text: TITLES[against] } };
  if (!chart.top) return;
  layout.yaxis = { ...layout.yaxis, type: logarithmic ? "log" : "linear",
    range: logarithmic ? [lowest(data), Math.log10(chart.top)] : [0, chart.top] };
}

// What goes wrong, with what to try; said again only where it is another.
function warn(place, words = "") {
  const told = words && `⚠ ${words}`;
  if (place.textContent !== told) place.textContent = told;
}

// A figure's lines grow by the new points, all there are where the news are `whole`.
function append(chart, { lines, end, top }, batches, whole) {
  const { figure: { data }, markers } = chart;
  for (const [number, line] of lines.entries()) {
    const { epochs = [], y } = whole ? { y: [] } : data[number];
    data[number].epochs = epochs.concat(line.x ?? batches);
    data[number].y = y.concat(line.y);
  }
  Object.assign(chart, { end, top });
  // One point for each epoch: a few are marked, and many are a line.
  for (const line of data.filter(({ marker }) => marker)) {
    if (line.epochs.length > markers) line.mode = "lines";
  }
}

export function end(place) {
  place.querySelectorAll(".plot").forEach(endPlot);
}
