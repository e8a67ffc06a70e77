// Before the first call: what the camera sees and the microphone hears, seen and heard by nobody else yet.
import * as devices from "./devices.js";
import { iceServers } from "./ice.js";
import { watchLevel } from "./level.js";
import { attachPickers } from "./pickers.js";
import { CoarsePicture } from "./coarse.js";
import { troubleWords } from "./words.js";

/**
 * @param {HTMLElement} room
 * @param {AbortSignal} signal ends it
 */
export function attachPreview(room, signal) {
  const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (room.querySelector(selector));
  const picture = /** @type {HTMLVideoElement} */ (find("#mine"));
  const meter = /** @type {HTMLMeterElement} */ (find("#level"));
  const asSeen = /** @type {HTMLVideoElement} */ (find("#coarse"));
  const wish = /** @type {HTMLInputElement} */ (find("#show-wish"));
  const isBlurred = () => (wish.dataset.ticked === "blurred") === wish.checked;
  const problem = find("#devices-problem");
  /** @type {MediaStreamTrack | undefined} */
  let heard;
  let stopLevel = () => {};
  /** @type {CoarsePicture | undefined} */
  let coarse;
  let shown = "";

  const look = () => {
    const camera = devices.track("camera");
    const want = camera ? `${camera.id} ${isBlurred()}` : "";
    if (want === shown) return;
    shown = want;
    coarse?.close();
    coarse = undefined;
    if (camera && isBlurred()) {
      try {
        coarse = new CoarsePicture(camera);
      } catch {
        // Then Stranger sees nothing at first.
      }
    }
    picture.srcObject = camera ? new MediaStream([camera]) : null;
    picture.classList.toggle("mirrored", !devices.looksAway());
    asSeen.srcObject = coarse ? new MediaStream([coarse.track]) : null;
    find("#as-seen").hidden = !coarse;
    find("#unseen").hidden = camera !== undefined;
  };

  const listen = () => {
    const microphone = devices.track("microphone");
    if (microphone === heard) return;
    stopLevel();
    heard = microphone;
    meter.value = 0;
    stopLevel = microphone ? watchLevel(microphone, (level) => { meter.value = level; }) : () => {};
  };

  const tell = () => {
    const [camera, microphone] = [devices.trouble("camera"), devices.trouble("microphone")];
    const words = troubleWords(camera, microphone);
    const has = devices.track("camera") !== undefined || devices.track("microphone") !== undefined;
    problem.hidden = words === "";
    const told = find("#devices-words");
    if (told.textContent !== words) told.textContent = words;
    find("#devices-allow").hidden = camera !== "denied" && microphone !== "denied";
    find("#devices-retry").hidden = camera === "insecure" || microphone === "insecure";
    const join = /** @type {HTMLButtonElement} */ (find("[data-action=join]"));
    join.hidden = words !== "" && !has;
    find("#why").hidden = has || words !== "";
    find("#off-words").textContent = words ? "No camera" : devices.isCameraOff() && has ? "Your camera is off." : "Waiting for your camera";
    find("#mic-words").textContent = !devices.track("microphone") ? "No microphone" : devices.isMuted() ? "Muted" : "Microphone is on";
  };

  const show = () => {
    look();
    listen();
    tell();
  };

  const wished = devices.blurWish();
  if (wished !== undefined) wish.checked = (wish.dataset.ticked === "blurred") === wished;
  wish.addEventListener("change", () => devices.wishBlur(isBlurred()), { signal });
  devices.changes.addEventListener("change", show, { signal });
  find("#devices-retry").addEventListener("click", () => devices.open(), { signal });
  signal.addEventListener("abort", () => {
    stopLevel();
    coarse?.close();
    picture.srcObject = asSeen.srcObject = null;
  });
  attachPickers(room, signal);
  show();
  devices.open();
  iceServers().then(({ iceTransportPolicy, iceServers: servers }) => {
    const direct = iceTransportPolicy !== "relay";
    find("#way-direct").hidden = !direct;
    find("#way-relay").hidden = direct || servers.length === 0;
  }).catch(() => {});
}
