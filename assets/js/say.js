// Has a screen reader say how a run goes, when it is done with what it says now: "politely".
//
// What is written into a place that is there already is said; what a place is made with is not. So
// a place that the page takes away and puts elsewhere begins with what was said before.

const told = (window.lenetTold ??= new Map());

const READY = 500; // ms until a screen reader has noticed a new place

// Fill `place`, a live region, with the sentences that were said of this run.
export function begin(place, run) {
  if (place.firstChild) return;
  place.innerHTML = "<p></p><p></p>";
  write(place, told.get(run) ?? []);
  place.ready = new Promise((resolve) => setTimeout(resolve, READY));
}

export async function show(place, run, sentences) {
  await place.ready;
  write(place, sentences);
  told.set(run, sentences);
}

function write(place, sentences) {
  for (const [number, sentence] of sentences.entries()) {
    const line = place.children[number];
    if (line.textContent !== sentence) line.textContent = sentence; // else it would be said again
  }
}
