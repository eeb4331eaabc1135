// The view of a run in training: how far it is, and its curves, which grow. See live.js.

import { draw, end as endPlot } from "./figure.js";

const FRAME = `
  <div class="run-progress" role="progressbar" aria-label="Progress" aria-valuemin="0"
    aria-valuemax="100"><div></div></div>
  <p class="run-where"></p>
  <p class="run-queue"></p>
  <div class="run-curves"></div>`;
const CURVE = `<h3></h3><p class="run-words"></p><div class="plot" role="img"></div>`;

// Build the frame, once, and take the figures without points.
export function begin(place, { charts }) {
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
}

export async function show(place, news) {
  const bar = place.querySelector(".run-progress");
  bar.setAttribute("aria-valuenow", Math.floor(100 * news.share));
  bar.setAttribute("aria-valuetext", news.where);
  bar.firstElementChild.style.width = `${100 * news.share}%`;
  place.querySelector(".run-where").textContent = news.where;
  place.querySelector(".run-queue").textContent = news.queue;
  const plots = place.querySelectorAll(".plot");
  for (const [number, chart] of place.charts.entries()) {
    append(chart.figure, news.curves[number], !news.after);
    await draw(plots[number], chart);
  }
}

// A figure's lines grow by the new points: all there are, where the news are `whole`.
function append({ data, layout }, { lines, top }, whole) {
  for (const [number, line] of lines.entries()) {
    for (const axis of ["x", "y"]) {
      if (!line[axis]) continue; // a line of equal steps has no x of its own
      const kept = whole ? [] : data[number][axis];
      data[number][axis] = kept.concat(line[axis]);
    }
  }
  layout.datarevision = (layout.datarevision ?? 0) + 1;
  if (top) layout.yaxis.range = [0, top];
}

export function end(place) {
  place.querySelectorAll(".plot").forEach(endPlot);
}
