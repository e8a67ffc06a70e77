// The call on the screen: two pictures, what is said about them, and the buttons. It decides nothing about the call.
import { iconOf } from "../icon.js";
import { say } from "../notices.js";
import { CoarsePicture } from "./coarse.js";
import { mayShowClear } from "./consent.js";
import * as devices from "./devices.js";
import { attachPickers } from "./pickers.js";
import { troubleWords } from "./words.js";

/**
 * @typedef {import("./consent.js").Consent} Consent
 * @typedef {import("./quality.js").Quality} Quality
 * @typedef {"none" | "claiming" | "trouble" | "elsewhere"} Choice what is asked; claiming: not known yet whether another tab holds the call
 * @typedef {object} Acts what people do on it
 * @property {(show: boolean) => void} show agrees to clear pictures, or takes it back
 * @property {(relayOnly: boolean) => void} retry
 * @property {() => void} text
 * @property {() => void} take the call into this tab
 */

const BARS = { connecting: 0, reconnecting: 0, weak: 2, good: 4 };
const QUALITY = { connecting: "Connecting", reconnecting: "Reconnecting", weak: "Weak", good: "Good" };

export class Stage {
  #place;
  #acts;
  #ending = new AbortController();
  #theirs;
  #mine;
  /** @type {CoarsePicture | undefined} */
  #coarse;
  /** @type {MediaStreamTrack | undefined} */
  #picture;
  #shown = "";
  #shownMine = "";
  /** @type {Consent} */
  #consent;
  /** @type {(() => void) | undefined} */
  #onFirst;

  /**
   * @param {HTMLElement} place
   * @param {Consent} consent
   * @param {Acts} acts
   */
  constructor(place, consent, acts) {
    this.#place = place;
    this.#consent = consent;
    this.#acts = acts;
    this.#theirs = /** @type {HTMLVideoElement} */ (this.#find("#theirs"));
    this.#mine = /** @type {HTMLVideoElement} */ (this.#find("#mine"));
    const { signal } = this.#ending;
    attachPickers(place, signal);
    devices.changes.addEventListener("change", () => this.#showMine(), { signal });
    place.addEventListener("click", (event) => this.#click(event), { signal });
    place.addEventListener("fullscreenchange", () => this.#press("full", document.fullscreenElement === place), { signal });
    for (const change of ["enterpictureinpicture", "leavepictureinpicture"]) {
      this.#theirs.addEventListener(change, () => this.#press("pip", document.pictureInPictureElement === this.#theirs), { signal });
    }
    /** @type {HTMLButtonElement} */ (this.#find("[data-call=pip]")).disabled = !document.pictureInPictureEnabled;
    /** @type {HTMLButtonElement} */ (this.#find("[data-call=full]")).disabled = !document.fullscreenEnabled && !this.#phoneFullScreen;
    this.#showMine();
    this.showConsent(consent);
  }

  close() {
    this.#ending.abort();
    this.#coarse?.close();
    this.#theirs.srcObject = null;
    this.#mine.srcObject = null;
    if (document.pictureInPictureElement === this.#theirs) document.exitPictureInPicture().catch(() => {});
  }

  /**
   * @param {MediaStreamTrack | undefined} picture the partner's, as it arrives
   * @param {() => void} [onFirst] when the first of it has come
   */
  showPicture(picture, onFirst) {
    this.#picture = picture;
    this.#onFirst = onFirst;
    this.#showTheirs();
  }

  /** @param {Consent} consent */
  showConsent(consent) {
    const before = this.#consent;
    this.#consent = consent;
    const clear = mayShowClear(consent) && consent.me;
    this.#find("#consent").hidden = clear;
    this.#find("[data-call=blur]").hidden = !clear;
    const agree = this.#find("[data-call=show]");
    agree.setAttribute("aria-pressed", String(consent.me));
    const words = !consent.required ? "Only your own picture is blurred."
      : consent.me ? "You agreed. Waiting for Stranger." : consent.partner ? "Stranger agreed to show the picture. Now it is up to you." : "Stranger has not decided yet.";
    const fine = this.#find("#consent-words");
    if (fine.textContent !== words) fine.textContent = words;
    if (mayShowClear(before) !== mayShowClear(consent)) {
      say(mayShowClear(consent) ? "You both chose to show your video. Pictures are clear." : "Pictures are blurred again.");
    } else if (!before.partner && consent.partner && consent.required) {
      say("Stranger agreed to show the picture.");
    }
    this.#showTheirs();
  }

  /**
   * @param {Quality} quality
   * @param {number | undefined} milliseconds there and back
   */
  showQuality(quality, milliseconds) {
    const line = this.#find("#quality");
    const words = QUALITY[quality];
    if (line.dataset.quality !== quality) {
      if (quality === "reconnecting") say("The call is reconnecting.");
      else if (quality !== "connecting" && line.dataset.quality === "reconnecting") say("The call is back.");
      line.dataset.quality = quality;
    }
    line.ariaLabel = `Connection ${words.toLowerCase()}${milliseconds === undefined ? "" : `, ${milliseconds} milliseconds`}`;
    this.#find("#quality-words").textContent = words;
    this.#find("#quality-time").textContent = milliseconds === undefined ? "" : `${milliseconds} ms`;
    this.#place.querySelectorAll(".bars b").forEach((bar, index) => bar.classList.toggle("off", index >= BARS[quality]));
    if (BARS[quality] === 0) this.showPaused(false);
  }

  /** @param {boolean} paused */
  showPaused(paused) {
    this.#place.classList.toggle("paused", paused);
    this.#find("#paused").hidden = !paused;
  }

  /** @param {Choice} which */
  showChoice(which) {
    this.#find("#trouble").hidden = which !== "trouble";
    this.#find("#elsewhere").hidden = which !== "elsewhere";
    this.#place.classList.toggle("asking", which === "trouble" || which === "elsewhere");
    // Devices are switched where the call is.
    this.#place.classList.toggle("elsewhere", which === "claiming" || which === "elsewhere");
  }

  /** Sound needs a touch in some browsers. @param {boolean} needed */
  showSoundButton(needed) {
    this.#find("[data-call=sound]").hidden = !needed;
  }

  #showTheirs() {
    const clear = mayShowClear(this.#consent);
    const want = this.#picture ? `${this.#picture.id} ${clear}` : "";
    this.#place.classList.toggle("veiled", !clear);
    if (want === this.#shown) return;
    this.#shown = want;
    this.#coarse?.close();
    this.#coarse = undefined;
    // Both may agree before the first picture is there: it is waited for again where it is shown then.
    const first = () => {
      if (this.#shown !== want) return;
      this.#onFirst?.();
      this.#onFirst = undefined;
    };
    if (!this.#picture) {
      this.#theirs.srcObject = null;
    } else if (clear) {
      this.#theirs.addEventListener("loadeddata", first, { once: true });
      this.#theirs.srcObject = new MediaStream([this.#picture]);
    } else {
      try {
        this.#coarse = new CoarsePicture(this.#picture, first);
        this.#theirs.srcObject = new MediaStream([this.#coarse.track]);
      } catch {
        // What cannot be shown blurred is not shown.
        this.#theirs.srcObject = null;
      }
    }
    this.#theirs.play().catch(() => {});
  }

  #showMine() {
    const camera = devices.track("camera");
    if ((camera?.id ?? "") !== this.#shownMine) {
      this.#shownMine = camera?.id ?? "";
      this.#mine.srcObject = camera ? new MediaStream([camera]) : null;
    }
    this.#mine.classList.toggle("mirrored", !devices.looksAway());
    const muted = devices.isMuted() || !devices.track("microphone");
    this.#find("#mine-words").replaceChildren(iconOf(muted ? "i-micoff" : "i-mic"), muted ? "Muted" : "You");
    this.#find("#mine-off").hidden = camera !== undefined;
    const words = troubleWords(devices.trouble("camera"), devices.trouble("microphone"));
    const problem = this.#find("#call-problem");
    problem.hidden = words === "";
    if (problem.textContent !== words) problem.textContent = words;
  }

  /** @param {Event} event */
  #click(event) {
    const button = /** @type {Element} */ (event.target).closest("button[data-call]");
    switch (button instanceof HTMLElement ? button.dataset.call : undefined) {
      case "show": this.#acts.show(!this.#consent.me); break;
      case "blur": this.#acts.show(false); break;
      case "retry": this.#acts.retry(false); break;
      case "relay": this.#acts.retry(true); break;
      case "text": this.#acts.text(); break;
      case "take": this.#acts.take(); break;
      case "pip": this.#togglePip().catch(() => {}); break;
      case "full": this.#toggleFull().catch(() => {}); break;
    }
  }

  async #togglePip() {
    if (document.pictureInPictureElement) await document.exitPictureInPicture();
    else await this.#theirs.requestPictureInPicture();
  }

  async #toggleFull() {
    if (document.fullscreenElement) await document.exitFullscreen();
    else if (document.fullscreenEnabled) await this.#place.requestFullscreen();
    else this.#phoneFullScreen?.();
  }

  /** iPhones know it for a video only. @returns {(() => void) | undefined} */
  get #phoneFullScreen() {
    const video = /** @type {any} */ (this.#theirs);
    return video.webkitEnterFullscreen?.bind(video);
  }

  /**
   * @param {string} name
   * @param {boolean} pressed
   */
  #press(name, pressed) {
    this.#find(`[data-call=${name}]`).setAttribute("aria-pressed", String(pressed));
  }

  /** @param {string} selector */
  #find(selector) {
    return /** @type {HTMLElement} */ (this.#place.querySelector(selector));
  }
}
