// What the network sees: its first weights as little pictures, and its answers to a few pictures.
//
// Part of the view of a run; see run.js. What is sent: ui/train/look.py.

import { colourOf, paint } from "./numbers.js";

const FRAME = `
  <section>
    <h3></h3><p class="run-words"></p>
    <ol class="run-answers"></ol>
  </section>
  <section class="run-filters">
    <h3></h3><p class="run-words"></p>
    <div class="run-kernels" role="img"></div>
    <p class="run-scale" aria-hidden="true">
      <span>negative</span><output></output><i></i><output></output><span>positive</span>
    </p>
  </section>`;
const ANSWER = `<img alt=""><p><strong></strong><span class="run-answer"></span>
  <span class="run-verdict"></span></p>`;
const VERDICTS = { right: "✓ right", wrong: "✗ wrong" };
const SCALE = { both: true, most: 127 }; // of the weights' bytes
const MOST_COLUMNS = 8;

// Build the frame, once; places have their size before anything is in them.
export function begin(place, about) {
  place.hidden = !about;
  if (!about) return;
  place.about = about;
  if (place.firstChild) return;
  place.innerHTML = FRAME;
  const [answers, filters] = place.querySelectorAll("section");
  answers.querySelector("p").textContent = about.words;
  filters.querySelector("h3").textContent = about.filters.name;
  filters.querySelector("p").textContent = about.filters.words;
  const colours = [-127, 0, 127].map((value) => `rgb(${colourOf(value, SCALE)})`);
  filters.querySelector("i").style.background = `linear-gradient(to right, ${colours})`;
  for (const { label, source } of about.pictures) {
    const item = document.createElement("li");
    item.innerHTML = ANSWER;
    item.querySelector("img").src = source;
    item.querySelector("strong").textContent = about.classes[label];
    place.querySelector("ol").append(item);
  }
}

// `seen` is null where nothing is new.
export function show(place, seen) {
  if (!seen || !place.about) return;
  showAnswers(place, seen);
  showWeights(place, seen);
}

function showAnswers(place, { answers, sure }) {
  const { pictures, classes } = place.about;
  let right = 0;
  for (const [number, item] of place.querySelectorAll("li").entries()) {
    const verdict = answers[number] === pictures[number].label ? "right" : "wrong";
    right += verdict === "right";
    const answer = classes.at(answers[number]); // the last one is for none
    item.className = verdict;
    item.querySelector(".run-answer").textContent = `${answer} ${sure[number]}\u00a0%`;
    item.querySelector(".run-verdict").textContent = VERDICTS[verdict];
  }
  place.querySelector("h3").textContent = `${right} of ${pictures.length} pictures right`;
}

function showWeights(place, { shape: [count, height, width], weights, largest }) {
  place.querySelector(".run-filters").hidden = !count;
  const kernels = place.querySelector(".run-kernels");
  const bytes = Int8Array.from(atob(weights), (sign) => sign.charCodeAt(0));
  kernels.style.setProperty("--columns", Math.min(count, MOST_COLUMNS));
  while (kernels.children.length < count) kernels.append(document.createElement("canvas"));
  for (const [number, canvas] of [...kernels.children].entries()) {
    const size = height * width;
    paint(canvas, bytes.subarray(number * size, (number + 1) * size), height, width, SCALE);
  }
  kernels.setAttribute("aria-label",
    `${count} little pictures of ${height} by ${width} weights, from ${-largest} to ${largest}`);
  const [low, high] = place.querySelectorAll("output");
  low.textContent = `−${largest}`;
  high.textContent = `+${largest}`;
}
