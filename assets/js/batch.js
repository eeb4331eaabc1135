// One batch as the network saw it: its pictures, what they were taken for, and each one's loss.
//
// Part of the view of a run; see run.js. What is sent: ui/train/look.py.

import { element, paint } from "./numbers.js";

const SIDE = 28;
const GREY = { both: false, most: 255 }; // of the pixels' bytes

export function begin(place, about) {
  place.about = about;
}

// `seen` is null where there is none any more, and undefined where nothing is new.
export function show(place, seen) {
  if (seen === undefined || !place.about) return;
  place.hidden = !seen;
  if (!seen) return;
  const { classes } = place.about;
  const count = seen.labels.length;
  const pixels = Uint8Array.from(atob(seen.pixels), (sign) => sign.charCodeAt(0));
  const list = element("ol");
  for (let at = 0; at < count; at++) {
    const image = pixels.subarray(at * SIDE * SIDE, (at + 1) * SIDE * SIDE);
    list.append(picture(image, classes, seen.labels[at], seen.answers[at], seen.losses[at]));
  }
  const mean = seen.losses.reduce((sum, loss) => sum + loss, 0) / count;
  const which = seen.size > count ? `the first ${count} of its ${seen.size} pictures` : `its ${count} pictures`;
  place.replaceChildren(
    element("h3", "", `Batch ${seen.step.toLocaleString("en")}, as the network saw it`),
    element("p", "run-words", `Its answers before it learned from them: ${which}. The loss is 0 where it is sure of the right class; their mean is ${mean.toFixed(3)}.`),
    list,
  );
}

function picture(image, classes, label, answer, loss) {
  const item = element("li");
  const canvas = element("canvas");
  paint(canvas, image, SIDE, SIDE, GREY);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", classes[label]);
  const right = label === answer;
  item.className = right ? "right" : "wrong";
  item.append(canvas, element("span", "", `${right ? "✓" : "✗"} ${classes.at(answer)}`));
  item.append(element("span", "", `loss ${loss.toFixed(2)}`));
  return item;
}
