// The two pickers of devices and the two switches, the same before a call and in it.
import * as devices from "./devices.js";

/**
 * @param {HTMLElement} place holds them
 * @param {AbortSignal} signal ends it
 */
export function attachPickers(place, signal) {
  const camera = button(place, "camera");
  const mute = button(place, "mute");
  const turn = button(place, "turn");
  const pickers = /** @type {HTMLSelectElement[]} */ ([...place.querySelectorAll("select[data-device]")]);

  const show = async () => {
    mute?.setAttribute("aria-pressed", String(devices.isMuted()));
    camera?.setAttribute("aria-pressed", String(!devices.isCameraOff()));
    const listed = await devices.list();
    if (signal.aborted) return;
    for (const picker of pickers) {
      const kind = kindOf(picker);
      const chosen = devices.track(kind)?.getSettings().deviceId;
      fill(picker, listed[kind], chosen);
    }
    if (turn) turn.hidden = listed.camera.length < 2 || devices.isCameraOff() || !matchMedia("(pointer: coarse)").matches;
  };

  mute?.addEventListener("click", () => devices.mute(!devices.isMuted()), { signal });
  camera?.addEventListener("click", () => devices.setCamera(devices.isCameraOff()), { signal });
  turn?.addEventListener("click", () => devices.turnCamera(), { signal });
  for (const picker of pickers) {
    picker.addEventListener("change", () => devices.choose(kindOf(picker), picker.value), { signal });
  }
  devices.changes.addEventListener("change", show, { signal });
  show();
}

/**
 * @param {HTMLElement} place
 * @param {string} name
 */
const button = (place, name) => /** @type {HTMLButtonElement | null} */ (place.querySelector(`[data-call=${name}]`));

/** @param {HTMLSelectElement} picker */
const kindOf = (picker) => /** @type {import("./devices.js").Kind} */ (picker.dataset.device);

/**
 * @param {HTMLSelectElement} picker
 * @param {MediaDeviceInfo[]} listed
 * @param {string | undefined} chosen
 */
function fill(picker, listed, chosen) {
  const known = [...picker.options].map((option) => `${option.value} ${option.text}`).join();
  const options = listed.map(({ deviceId, label }, index) => new Option(label || `${picker.ariaLabel} ${index + 1}`, deviceId));
  if (options.length === 0) options.push(new Option(`No ${picker.ariaLabel?.toLowerCase()}`, ""));
  // An open list would close under the pointer.
  if (known !== options.map((option) => `${option.value} ${option.text}`).join()) picker.replaceChildren(...options);
  if (chosen !== undefined) picker.value = chosen;
  picker.disabled = listed.length === 0;
}
