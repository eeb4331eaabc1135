// A drawing that the page's script made, as SVG; Streamlit's own HTML leaves such drawings out.

export default function ({ data, parentElement }) {
  parentElement.querySelector(".vector").innerHTML = new TextDecoder().decode(data);
  return () => {};
}
