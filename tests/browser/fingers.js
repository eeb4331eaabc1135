// What a finger is to hit and is smaller than `least` pixels, on whichever element takes the touch.
(least) => {
  const CONTROLS = "button, summary, input, textarea, [role=tab], [role=slider], nav a, " +
    "[data-testid=stPageLink] a, [data-testid=stSidebarNav] a, .st-key-steps a";

  // A label takes touches for its box, and a slider's thumb for the input in it.
  const takers = "label:has(input), div:has(> [data-testid=stSliderThumbValue])";
  const takerOf = (element) => element.closest(takers) ?? element;

  // What is put around a small sign takes touches for the sign; what is cut off takes none.
  function size(element) {
    const taker = takerOf(element);
    const { width, height: whole } = taker.getBoundingClientRect();
    const { clientHeight, parentElement } = taker.parentElement;
    const cut = Math.min(clientHeight || whole, parentElement.clientHeight || whole);
    const height = taker.matches("input") ? Math.min(whole, cut) : whole;
    const around = getComputedStyle(taker, "::after");
    const isAround = around.content !== "none" && around.position === "absolute";
    const more = isAround ? [parseFloat(around.width), parseFloat(around.height)] : [0, 0];
    return [Math.max(width, more[0]), Math.max(height, more[1])];
  }

  function isSeen(element) {
    const taker = takerOf(element);
    const all = { opacityProperty: true, visibilityProperty: true };
    return taker.checkVisibility(all) && taker.getBoundingClientRect().width > 1;
  }

  const seen = [...document.querySelectorAll(CONTROLS)].filter(isSeen);
  const small = seen.filter((element) => Math.min(...size(element)) < least - 0.1);
  return {
    looked: seen.length,
    found: small.map((one) => {
      const words = one.ariaLabel || one.innerText || one.className;
      return `${size(one).map(Math.round)} ${one.tagName}: ${words.trim().slice(0, 40)}`;
    }),
  };
}
