// Draws a Plotly figure into its place and, when the numbers change, changes the drawing.
//
// st.plotly_chart builds a chart anew for each new figure; Plotly.react keeps the one that stands,
// with the reader's zoom, as long as layout.uirevision stays the same.

const CONFIG = { displaylogo: false, responsive: false };

// Plotly itself comes once per page, through this app's own server.
function plotly(address) {
  window.lenetPlotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      window.lenetPlotly = undefined;
      reject(new Error("The charts' program could not be loaded."));
    };
    document.head.append(script);
  });
  return window.lenetPlotly;
}

// The reader's zoom outlives a place that the page takes away and puts elsewhere.
const zooms = (window.lenetZooms ??= new Map());

async function keepZoom(Plotly, place, name) {
  if (zooms.has(name)) await Plotly.relayout(place, zooms.get(name));
  place.on("plotly_relayout", (change) => {
    if (!Object.keys(change).some((key) => /^[xy]axis/.test(key))) return; // only its size is new
    const { xaxis, yaxis } = place.layout;
    zooms.set(name, { "xaxis.range": [...xaxis.range], "yaxis.range": [...yaxis.range] });
  });
}

function followSize(Plotly, place) {
  place.watcher = new ResizeObserver(() => {
    if (place.clientWidth) Plotly.Plots.resize(place);
  });
  place.watcher.observe(place);
}

// `chart` has the figure, what it shows in words, Plotly's settings and where Plotly is.
export async function draw(place, { figure, alt, config, library }) {
  place.setAttribute("aria-label", alt);
  const Plotly = await plotly(library);
  if (!place.isConnected) return;
  const style = getComputedStyle(place);
  figure.layout.font = { family: style.fontFamily, size: 13, ...figure.layout.font };
  await Plotly.react(place, figure.data, figure.layout, { ...CONFIG, ...config });
  if (place.watcher) return;
  followSize(Plotly, place);
  const kept = figure.layout.uirevision;
  if (kept) await keepZoom(Plotly, place, `${alt} ${kept}`);
}

export function end(place) {
  place.watcher?.disconnect();
  window.Plotly?.purge(place);
}
