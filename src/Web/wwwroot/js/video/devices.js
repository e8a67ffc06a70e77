// This side's camera and microphone: asked for, chosen, switched off and on, and let go so that their lights go out.
// What was chosen is remembered in this browser only.

/**
 * @typedef {"camera" | "microphone"} Kind
 * @typedef {"denied" | "missing" | "busy" | "insecure" | "taken" | "failed"} Trouble why one is not there
 * @typedef {{ camera?: string, microphone?: string, cameraOff?: boolean, muted?: boolean, blur?: boolean }} Choices
 *   ids of devices; blur: whether pictures start blurred, where that was said
 */

const KEY = "video";
const KINDS = /** @type {const} */ (["microphone", "camera"]);
// Modest: enough for a face, and a weak phone can encode it.
const PICTURE = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 24, max: 30 } };
const SOUND = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/** @type {Choices} */
let choices = read();
/** @type {Partial<Record<Kind, MediaStreamTrack>>} */
let tracks = {};
/** @type {Partial<Record<Kind, Trouble>>} */
let troubles = {};
/** @type {Promise<void> | undefined} */
let opening;
/** The browser is asked one thing after the other, so that what was chosen last counts. @type {Promise<void>} */
let line = Promise.resolve();
/** Counts closings: what the browser hands out after one is let go again at once. */
let closings = 0;
/** Which way a phone's camera looks, once somebody turned it. @type {"user" | "environment" | undefined} */
let facing;

/** Says "change" whenever tracks, troubles, choices or the list of devices changed. */
export const changes = new EventTarget();
const changed = () => changes.dispatchEvent(new Event("change"));

/** @param {Kind} kind */
export const track = (kind) => tracks[kind];
/** @param {Kind} kind */
export const trouble = (kind) => troubles[kind];
export const isMuted = () => choices.muted === true;
export const isCameraOff = () => tracks.camera === undefined;
export const looksAway = () => tracks.camera?.getSettings().facingMode === "environment";
export const blurWish = () => choices.blur;

/** @param {boolean} blur */
export function wishBlur(blur) {
  remember({ blur });
}

/** Asks for what was chosen last, together, so that the browser asks once. What cannot be had is in `trouble`. */
export function open() {
  const asked = opening ??= queue(async () => {
    const missing = KINDS.filter((kind) => !tracks[kind] && isWanted(kind));
    if (missing.length > 0) await request(missing);
  }).finally(() => { if (opening === asked) opening = undefined; });
  return asked;
}

/** Lets both go. */
export function close() {
  closings++;
  opening = undefined;
  line = Promise.resolve();
  for (const kind of KINDS) drop(kind);
  troubles = {};
  changed();
}

/** @param {boolean} muted */
export function mute(muted) {
  remember({ muted });
  if (tracks.microphone) tracks.microphone.enabled = !muted;
  else if (!muted) return acquire("microphone");
  return Promise.resolve();
}

/** Off lets the camera go: its light goes out. @param {boolean} on */
export async function setCamera(on) {
  remember({ cameraOff: !on });
  if (on) await acquire("camera");
  else drop("camera");
  changed();
}

/**
 * @param {Kind} kind
 * @param {string} deviceId
 */
export async function choose(kind, deviceId) {
  remember({ [kind]: deviceId });
  if (kind === "camera") facing = undefined;
  if (isWanted(kind)) await acquire(kind);
}

/** The other camera of a phone. */
export async function turnCamera() {
  facing = looksAway() ? "user" : "environment";
  await acquire("camera");
}

/** @returns {Promise<Record<Kind, MediaDeviceInfo[]>>} those with a name, which needs a permission */
export async function list() {
  const all = await navigator.mediaDevices?.enumerateDevices().catch(() => []) ?? [];
  const of = (/** @type {MediaDeviceKind} */ kind) => all.filter((one) => one.kind === kind && one.deviceId !== "");
  return { camera: of("videoinput"), microphone: of("audioinput") };
}

navigator.mediaDevices?.addEventListener("devicechange", changed);

/**
 * Replaces the track of one kind by a new one of the chosen device.
 * @param {Kind} kind
 */
const acquire = (kind) => queue(() => {
  // Many phones and some cameras give one picture at a time: the old one goes first.
  drop(kind);
  return request([kind]);
});

/** @param {() => Promise<void>} work */
function queue(work) {
  const before = closings;
  return line = line.then(() => before === closings ? work() : undefined);
}

/** @param {Kind} kind */
const isWanted = (kind) => kind === "microphone" || !choices.cameraOff;

/** @param {Kind[]} kinds */
async function request(kinds) {
  const before = closings;
  for (const kind of kinds) delete troubles[kind];
  if (!navigator.mediaDevices?.getUserMedia) {
    for (const kind of kinds) troubles[kind] = "insecure";
    changed();
    return;
  }
  try {
    take(await ask(kinds), before);
  } catch (error) {
    const why = troubleOf(error);
    const alone = kinds.length > 1 ? await worthAskingAlone(kinds, why) : [];
    for (const kind of kinds) troubles[kind] = why;
    for (const kind of alone) {
      delete troubles[kind];
      try {
        take(await ask([kind]), before);
      } catch (still) {
        troubles[kind] = troubleOf(still);
      }
    }
  }
  changed();
}

/**
 * The chosen device is demanded: of one that is only wished for browsers give the one that they like best. One that is
 * gone must not keep us from the one that is there.
 * @param {Kind[]} kinds
 */
async function ask(kinds) {
  try {
    return await navigator.mediaDevices.getUserMedia(constraints(kinds, true));
  } catch (error) {
    // Of two it is not known which is gone: each is asked for alone then.
    if (kinds.length > 1 || /** @type {DOMException} */ (error)?.name !== "OverconstrainedError") throw error;
    return navigator.mediaDevices.getUserMedia(constraints(kinds, false));
  }
}

/**
 * The browser says of both together only that it failed. A refusal is not asked again, except for the one that was not
 * refused.
 * @param {Kind[]} kinds
 * @param {Trouble} why
 */
async function worthAskingAlone(kinds, why) {
  if (why !== "denied") return kinds;
  const denied = await Promise.all(kinds.map(async (kind) => {
    try {
      return (await navigator.permissions.query({ name: /** @type {PermissionName} */ (kind) })).state === "denied";
    } catch {
      return true;
    }
  }));
  return denied.every((one) => one === denied[0]) ? [] : kinds.filter((_, index) => !denied[index]);
}

/**
 * @param {MediaStream} stream
 * @param {number} before the closings when it was asked for
 */
function take(stream, before) {
  for (const got of stream.getTracks()) {
    const kind = got.kind === "video" ? "camera" : "microphone";
    if (before !== closings || (kind === "camera" && choices.cameraOff)) {
      got.stop();
      continue;
    }
    drop(kind);
    tracks[kind] = got;
    delete troubles[kind];
    if (kind === "microphone") got.enabled = !isMuted();
    // Unplugged, or the permission was taken back; our own stop() does not say this.
    got.addEventListener("ended", () => {
      if (tracks[kind] !== got) return;
      drop(kind);
      troubles[kind] = "taken";
      changed();
    }, { once: true });
  }
}

/** @param {Kind} kind */
function drop(kind) {
  tracks[kind]?.stop();
  delete tracks[kind];
}

/**
 * @param {Kind[]} kinds
 * @param {boolean} asChosen
 * @returns {MediaStreamConstraints}
 */
function constraints(kinds, asChosen) {
  const device = (/** @type {string | undefined} */ id) => id && asChosen ? { deviceId: { exact: id } } : {};
  return {
    audio: kinds.includes("microphone") && { ...SOUND, ...device(choices.microphone) },
    video: kinds.includes("camera") && { ...PICTURE, ...(facing && asChosen ? { facingMode: { exact: facing } } : device(choices.camera)) },
  };
}

/**
 * @param {unknown} error
 * @returns {Trouble}
 */
function troubleOf(error) {
  switch (/** @type {DOMException} */ (error)?.name) {
    case "NotAllowedError": return "denied";
    case "SecurityError": return "insecure";
    case "NotFoundError": case "OverconstrainedError": return "missing";
    case "NotReadableError": case "AbortError": return "busy";
    default: return "failed";
  }
}

/** @param {Choices} change */
function remember(change) {
  choices = { ...choices, ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(choices));
  } catch {
    // A browser that keeps nothing asks again next time.
  }
  changed();
}

/** @returns {Choices} */
function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return typeof kept === "object" && kept !== null ? kept : {};
  } catch {
    return {};
  }
}
