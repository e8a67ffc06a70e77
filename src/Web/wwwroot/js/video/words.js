// What people read when a camera or a microphone is not there, and what they can do.

/** @typedef {import("./devices.js").Trouble} Trouble */

/** @type {Record<Trouble, (both: string) => string>} */
const WORDS = {
  denied: (what) => `Your browser blocks ${what}.`,
  missing: (what) => `Your device has not got ${what} that we could find.`,
  busy: (what) => `Another program is using ${what}.`,
  insecure: (what) => `Browsers give ${what} to secure pages (https) only, and this is none.`,
  taken: (what) => `The connection to ${what} ended: unplugged, or the permission was taken back.`,
  failed: (what) => `Your browser could not start ${what}.`,
};

/**
 * @param {Trouble | undefined} camera
 * @param {Trouble | undefined} microphone
 * @returns {string} empty where both are there
 */
export function troubleWords(camera, microphone) {
  const of = (/** @type {Trouble} */ trouble, /** @type {string} */ what) =>
    WORDS[trouble](trouble === "missing" ? what.replaceAll("the ", "a ") : what);
  if (camera && camera === microphone) return of(camera, camera === "missing" ? "the camera or the microphone" : "the camera and the microphone");
  return [camera && of(camera, "the camera"), microphone && of(microphone, "the microphone")].filter(Boolean).join(" ");
}
