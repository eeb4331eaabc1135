// Every text of a page whose contrast with what is behind it is under `least`, as WCAG 2 counts it.
//
// Grounds and opacities of all elements around a text count, across shadow roots. Disabled controls
// are left out, as WCAG does, and what nobody sees. A picture behind a text is not looked at.
(least) => {
  const paper = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

  function rgba(css) {
    paper.clearRect(0, 0, 1, 1);
    paper.fillStyle = css;
    paper.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = paper.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  }

  const over = (top, below) => below.map((band, i) => top[i] * top[3] + band * (1 - top[3]));

  function luminance(colour) {
    const linear = (band) => (band <= 0.04045 ? band / 12.92 : ((band + 0.055) / 1.055) ** 2.4);
    const [red, green, blue] = colour.map((band) => linear(band / 255));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function around(element) {
    const chain = [];
    for (let one = element; one; one = one.parentElement ?? one.getRootNode().host) {
      chain.unshift(one);
    }
    return chain;
  }

  // A slider's number stands above its thumb, which is around it by name alone. What is scrolled is
  // always on its ground, though it may be far away now.
  function isBehind(element, inside, box) {
    const scrolls = (one) => getComputedStyle(one).overflowY !== "visible";
    if ([element, ...inside].some(scrolls)) return true;
    const its = element.getBoundingClientRect();
    return its.top < box.bottom && its.bottom > box.top && its.left < box.right && its.right > box.left;
  }

  // What `ink` and the ground beside it look like, from the outermost element inwards.
  function painted([first, ...rest], ink, box, below) {
    const style = getComputedStyle(first);
    const ground = isBehind(first, rest, box) ? over(rgba(style.backgroundColor), below) : below;
    const inside = rest.length ? painted(rest, ink, box, ground) : [over(ink, ground), ground];
    return inside.map((colour) => over([...colour, Number(style.opacity)], below));
  }

  function contrast(element, box, colour) {
    const seen = painted(around(element), rgba(colour), box, [255, 255, 255]);
    const [dark, light] = seen.map(luminance).sort((one, other) => one - other);
    return (light + 0.05) / (dark + 0.05);
  }

  function isSeen(element, box) {
    const all = { opacityProperty: true, visibilityProperty: true };
    return box.width > 1 && box.height > 1 && element.checkVisibility(all);
  }

  function boxOf(text) {
    const range = document.createRange();
    range.selectNodeContents(text);
    return range.getBoundingClientRect();
  }

  const WORDLESS = ["checkbox", "radio", "file", "range"];
  const found = new Set();
  let looked = 0;
  function look(element, words, box, colour) {
    if (!words.trim() || element.closest(":disabled, [aria-disabled=true]")) return;
    if (!isSeen(element, box)) return;
    looked += 1;
    const ratio = contrast(element, box, colour);
    if (ratio < least) found.add(`${ratio.toFixed(2)} ${element.tagName}: ${words.trim().slice(0, 40)}`);
  }

  function walk(root) {
    const nodes = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
      if (node.shadowRoot) walk(node.shadowRoot);
      if (node instanceof Text) {
        const style = getComputedStyle(node.parentElement);
        const isDrawn = node.parentElement instanceof SVGElement;
        look(node.parentElement, node.data, boxOf(node), isDrawn ? style.fill : style.color);
      } else if (node.matches("input, textarea") && !WORDLESS.includes(node.type)) {
        const style = getComputedStyle(node, node.value ? null : "::placeholder");
        look(node, node.value || node.placeholder, node.getBoundingClientRect(), style.color);
      }
    }
  }

  walk(document.body);
  return { looked, found: [...found] };
}
