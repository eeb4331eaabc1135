// Whether what had the focus when this was asked before looked another way then than it does now,
// and what has it now: {last, now}. `last` names what looks the same, `now` is null at the end.
async () => {
  // Frames and shadows of the element and of the three around it, one of which may stand for it.
  function look(element) {
    const looks = [];
    for (let one = element; one && looks.length < 4; one = one.parentElement) {
      const { outlineStyle, outlineWidth, outlineColor, boxShadow } = getComputedStyle(one);
      const isSeen = one.checkVisibility({ opacityProperty: true });
      const outline = outlineStyle === "none" ? "" : `${outlineWidth} ${outlineColor}`;
      looks.push(isSeen ? `${outline} ${boxShadow}` : "");
    }
    return looks.join("; ");
  }

  function focused() {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element === document.body ? null : element;
  }

  function name(element) {
    const words = element.ariaLabel || element.innerText || element.className;
    return `${element.tagName} ${element.role ?? ""} ${words.trim().slice(0, 40)}`;
  }

  const MOST = 500; // ms: what is not drawn may never end

  // What comes into sight by and by has come.
  async function settled(element) {
    const moving = element.getRootNode().getAnimations();
    const turns = moving.filter((one) => one instanceof CSSTransition);
    const ends = Promise.allSettled(turns.map((one) => one.finished));
    await Promise.race([ends, new Promise((resolve) => setTimeout(resolve, MOST))]);
  }

  const { element: before, look: then } = window.lookOfFocus ?? {};
  const element = focused();
  if (element) await settled(element);
  window.lookOfFocus = element ? { element, look: look(element) } : {};
  window.focusHeld ??= new Set();
  const isNew = element && !window.focusHeld.has(element);
  window.focusHeld.add(element);
  return {
    last: before?.isConnected && look(before) === then ? name(before) : null,
    now: isNew ? name(element) : null,
  };
}
