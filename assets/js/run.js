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
      <div class="run-curves"></div>
      <p class="run-reading"></p>
      <p class="run-warning" aria-live="polite"></p>
    </div>
    <div class="run-look"></div>
  </div>`;
const CURVE = `<h3></h3><p class="run-words"></p><div class="plot" role="img"></div>`;

// Build the frame, once, and take the figures without points.
export function begin(place, { charts, token, look: sight }) {
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
  const plots = place.querySelectorAll(".plot");
  for (const [number, chart] of place.charts.entries()) {
    append(chart, news.curves.figures[number], news.curves.batches, !news.after);
    await draw(plots[number], chart);
  }
}

// What goes wrong, with what to try; said again only where it is another.
function warn(place, words = "") {
  const told = words && `⚠ ${words}`;
  if (place.textContent !== told) place.textContent = told;
}

// A figure's lines grow by the new points, all there are where the news are `whole`, and its axes
// with them, as long as the reader has not chosen a part of the drawing.
function append({ figure, ends, markers }, { lines, end, top }, batches, whole) {
  const { data, layout } = figure;
  for (const [number, line] of lines.entries()) {
    for (const axis of ["x", "y"]) {
      const kept = whole ? [] : data[number][axis];
      data[number][axis] = kept.concat(line[axis] ?? batches);
    }
  }
  // One point for each epoch: a few are marked, and many are a line.
  for (const line of data.filter(({ marker }) => marker)) {
    if (line.x.length > markers) line.mode = "lines";
  }
  layout.datarevision = (layout.datarevision ?? 0) + 1;
  const [low, high] = layout.xaxis.range;
  if (low !== 0 || !ends.includes(high)) return;
  layout.xaxis.range = [0, end];
  if (top) layout.yaxis.range = [0, top];
}

export function end(place) {
  place.querySelectorAll(".plot").forEach(endPlot);
}
