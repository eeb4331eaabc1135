// A figure that changes when the page's script does; how it is drawn: figure.js.

import { draw, end } from "./figure.js";

export default function ({ data, parentElement }) {
  const place = parentElement.querySelector(".plot");
  const chart = JSON.parse(new TextDecoder().decode(data));
  // One after the other: two drawings at once would both build the chart.
  place.turn = (place.turn ?? Promise.resolve())
    .then(() => draw(place, chart))
    .catch((error) => {
      place.textContent = error.message;
    });
  return () => end(place);
}
