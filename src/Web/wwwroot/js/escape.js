// Esc twice within two seconds is Next. An Esc that does something else on its way never counts.

const WINDOW = 2000;

/**
 * @param {() => boolean} mayLeave whether there is somebody to leave
 * @param {() => void} leave
 */
export function listen(mayLeave, leave) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let armed;

  const disarm = () => {
    clearTimeout(armed);
    armed = undefined;
    show("");
  };

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.repeat) return;
    const busy = event.defaultPrevented || event.isComposing || event.keyCode === 229
      || document.fullscreenElement || document.querySelector("dialog[open]");
    if (busy || !mayLeave()) {
      disarm();
    } else if (armed) {
      disarm();
      leave();
    } else {
      show("Esc again to leave Stranger for good");
      armed = setTimeout(disarm, WINDOW);
    }
  });
}

/** @param {string} words */
function show(words) {
  const hint = document.getElementById("armed");
  if (hint) hint.textContent = words;
  const keys = document.getElementById("keys");
  if (keys) keys.hidden = words !== "";
}
