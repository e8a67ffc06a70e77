// Video: loaded by the chat page when a panel needs it. One call at most, in the one tab that holds it; the camera goes
// on from the preview until somebody ends the call, and not longer.
import { call as ask, isUp, Refused, whenUp } from "../connection.js";
import { say } from "../notices.js";
import { Call } from "./call.js";
import { CoarsePicture } from "./coarse.js";
import { maySendClear } from "./consent.js";
import * as devices from "./devices.js";
import { iceServers } from "./ice.js";
import { attachPreview } from "./preview.js";
import { Stage } from "./stage.js";

/**
 * @typedef {import("./consent.js").Consent} Consent
 * @typedef {{ matchId: string, initiator: boolean, me: boolean, partner: boolean, fresh: boolean, foundAt: number }} Found
 */

const CLAIMS = 5;
const CLAIM_EVERY = 1000;
const body = document.body;

/** Whether this tab passed the preview, or took a running call over. */
let joined = false;
/** On the way to a stranger, from another or from the end of a chat: the camera stays. */
let moving = false;
/** @type {AbortController | undefined} */
let previewing;

/** The match whose call this tab has, or tries to have. @type {Found | undefined} */
let found;
/** @type {Call | undefined} */
let call;
/** @type {Stage | undefined} */
let stage;
/** The partner's picture. @type {MediaStreamTrack | undefined} */
let picture;
/** The coarse picture that is sent. @type {{ of: MediaStreamTrack, picture: CoarsePicture } | undefined} */
let coarse;
/** @type {Consent} */
let consent = { required: true, me: false, partner: false };
/** @type {{ path?: string, firstFrameMilliseconds?: number }} */
let outcome = {};
/** @type {import("./quality.js").Quality} */
let quality = "connecting";
/** What the stage asks. @type {import("./stage.js").Choice} */
let choice = "none";

const sound = new Audio();
sound.autoplay = true;

/**
 * Opens what was chosen, on the way into the queue; false where there is nothing to be seen or heard by. A panel of the
 * chat that ended may still be on its way: it does not let go what is opened here.
 */
export async function enter() {
  moving = true;
  await open();
  return devices.track("camera") !== undefined || devices.track("microphone") !== undefined;
}

async function open() {
  await devices.open();
  joined = true;
}

/** The visitor asks for the next stranger, or goes. @param {boolean} keepCamera */
export function leave(keepCamera) {
  moving = keepCamera;
  end();
  if (!keepCamera) letGo();
}

/**
 * There is no way to the next stranger; the next panel says whether there is a use for the camera. Where there is one,
 * the panel of the search says that it has begun: one of the chat that ended may still be on its way.
 */
export function stay() {
  moving = false;
}

/**
 * A panel is there.
 * @param {HTMLElement} room
 * @param {boolean} isFirst whether the page was just loaded
 */
export function attach(room, isFirst) {
  const { state, mode, match } = room.dataset;
  stopPreview();
  stage?.close();
  stage = undefined;
  if (state === "preview") {
    moving = false;
    end();
    previewing = new AbortController();
    attachPreview(room, previewing.signal);
  } else if (state === "searching" && mode === "video") {
    moving = false;
    showOwn(room);
  } else if (state === "live" && mode === "video" && match) {
    moving = false;
    if (found?.matchId !== match) {
      begin({
        matchId: match, initiator: room.dataset.initiator === "true", me: room.dataset.showMe === "true",
        partner: room.dataset.showPartner === "true", fresh: !isFirst, foundAt: performance.now(),
      });
    }
    attachStage(room);
  } else {
    end();
    if (!moving) letGo();
  }
}

// ---- the panel

function stopPreview() {
  previewing?.abort();
  previewing = undefined;
}

/** One sees that the camera is on while one waits. @param {HTMLElement} room */
function showOwn(room) {
  const own = /** @type {HTMLVideoElement | null} */ (room.querySelector("#mine"));
  const camera = devices.track("camera");
  if (!own) return;
  /** @type {HTMLElement} */ (own.parentElement).hidden = camera === undefined;
  own.classList.toggle("mirrored", !devices.looksAway());
  own.srcObject = camera ? new MediaStream([camera]) : null;
}

/** @param {HTMLElement} room */
function attachStage(room) {
  const place = /** @type {HTMLElement | null} */ (room.querySelector("#stage"));
  if (!place) return;
  place.hidden = goesByText(/** @type {string} */ (room.dataset.match));
  room.classList.toggle("call", !place.hidden);
  if (place.hidden) return;
  stage = new Stage(place, consent, {
    show: agree,
    retry: (relayOnly) => {
      offerChoice("none");
      if (call) call.retry(relayOnly).catch(() => offerChoice("trouble"));
      else if (found) hold(found);
    },
    text: continueByText,
    take: () => { offerChoice("none"); if (found) hold(found); },
  });
  /** @type {HTMLElement} */ (place.querySelector("[data-call=sound]"))
    .addEventListener("click", () => sound.play().then(() => stage?.showSoundButton(false)).catch(() => {}));
  stage.showQuality(quality, undefined);
  stage.showChoice(choice);
  showPicture();
  iceServers().then(({ iceTransportPolicy, iceServers: servers }) => {
    const hasRelay = servers.some((server) => [server.urls].flat().some((url) => url.startsWith("turn")));
    const mayRelay = hasRelay && iceTransportPolicy !== "relay";
    /** @type {HTMLElement} */ (place.querySelector("[data-call=relay]")).hidden = !mayRelay;
    /** @type {HTMLElement} */ (place.querySelector("[data-call=retry]")).hidden = mayRelay;
  }).catch(() => {});
}

function continueByText() {
  if (found) sessionStorage.setItem(textKey(found.matchId), "");
  end();
  letGo();
  stage?.close();
  stage = undefined;
  const room = document.getElementById("main");
  room?.classList.remove("call");
  const place = document.getElementById("stage");
  if (place) place.hidden = true;
  say("The call has ended. You can go on by text.");
  document.getElementById("message")?.focus();
}

// ---- the call

/** @param {Found} match */
function begin(match) {
  if (found?.matchId === match.matchId || goesByText(match.matchId)) return;
  end();
  found = match;
  const required = consentRequired();
  // Agreed in advance, in this browser; or, where nobody has to agree, clear unless one wished otherwise. Taken back
  // in this chat counts more, whatever the server has heard of it.
  const inAdvance = (devices.blurWish() ?? required) === false;
  const takenBack = sessionStorage.getItem(blurredKey(match.matchId)) !== null;
  consent = { required, me: (match.me || inAdvance) && !takenBack, partner: match.partner };
  hold(match);
}

/** @param {Found} match */
async function hold(match) {
  const isCurrent = () => found === match;
  const fresh = match.fresh && joined;
  if (!joined) {
    offerChoice("claiming");
    const isMine = await claim(match.matchId, isCurrent);
    if (!isCurrent()) return;
    offerChoice(isMine ? "none" : "elsewhere");
    if (!isMine) return;
    await open();
  }
  const ice = await iceServers().catch(() => undefined);
  if (!isCurrent()) return;
  if (!ice) {
    offerChoice("trouble");
    return;
  }
  call?.close();
  call = new Call({
    matchId: match.matchId,
    polite: !match.initiator,
    begins: match.initiator || !fresh,
    ice,
    outgoing: outgoing(),
    hooks: {
      onTrack: take,
      onQuality: (now, milliseconds) => {
        quality = now;
        stage?.showQuality(now, milliseconds);
        if (now === "good" || now === "weak") offerChoice("none");
      },
      onPath: (path) => report({ path }),
      onPaused: (paused) => stage?.showPaused(paused),
      onTrouble: () => offerChoice("trouble"),
      onElsewhere: () => {
        const lost = found;
        end();
        letGo();
        found = lost;
        offerChoice("elsewhere");
      },
    },
  });
  for (const { type, payload } of early.filter((signal) => signal.matchId === match.matchId)) call.receive(type, payload);
  early = early.filter((signal) => signal.matchId !== match.matchId);
  if (consent.required && consent.me !== match.me) tellChoice();
  update();
}

/**
 * The call belongs to the connection that joined, or to the next one that signals once that is gone.
 * @param {string} matchId
 * @param {() => boolean} isWanted
 */
async function claim(matchId, isWanted) {
  for (let attempt = 0; attempt < CLAIMS && isWanted(); attempt++) {
    await whenUp();
    try {
      await ask("signal", { matchId, type: "ice", payload: null });
      return isWanted();
    } catch (error) {
      if (error instanceof Refused && error.code === "not-in-match") return false;
    }
    await new Promise((resolve) => setTimeout(resolve, CLAIM_EVERY));
  }
  return false;
}

/** @param {MediaStreamTrack} track */
function take(track) {
  if (track.kind === "audio") {
    sound.srcObject = new MediaStream([track]);
    sound.play().catch(() => stage?.showSoundButton(true));
    return;
  }
  picture = track;
  showPicture();
}

/** On the stage, which may be there before the picture or after it. The first one that is seen is timed. */
function showPicture() {
  const match = found;
  if (!picture || !match) return;
  stage?.showPicture(picture, () => {
    if (found === match && outcome.firstFrameMilliseconds === undefined) {
      report({ firstFrameMilliseconds: Math.round(performance.now() - match.foundAt) });
    }
  });
}

/** Ends the call; the camera is another matter. */
function end() {
  call?.close();
  call = undefined;
  found = undefined;
  picture = undefined;
  sound.srcObject = null;
  coarse?.picture.close();
  coarse = undefined;
  outcome = {};
  quality = "connecting";
  offerChoice("none");
  stage?.showPicture(undefined);
}

/** Kept for a stage that is not there yet. @param {import("./stage.js").Choice} which */
function offerChoice(which) {
  choice = which;
  stage?.showChoice(which);
}

function letGo() {
  joined = false;
  devices.close();
}

/** What may be sent just now. @returns {import("./call.js").Outgoing} */
function outgoing() {
  const camera = devices.track("camera");
  const clear = maySendClear(consent);
  if (coarse && (clear || coarse.of !== camera)) {
    coarse.picture.close();
    coarse = undefined;
  }
  if (camera && !clear && !coarse) {
    try {
      coarse = { of: camera, picture: new CoarsePicture(camera) };
    } catch {
      // Then no picture at all before both agreed.
    }
  }
  return { audio: devices.track("microphone"), video: clear ? camera : coarse?.picture.track, coarse: !clear };
}

function update() {
  if (call) call.send(outgoing()).catch(() => {});
}

/** @param {boolean} show */
function agree(show) {
  if (!found) return;
  consent = { ...consent, me: show };
  if (show) sessionStorage.removeItem(blurredKey(found.matchId));
  else sessionStorage.setItem(blurredKey(found.matchId), "");
  // First what is sent, then the word about it: nothing clear leaves after one has taken it back.
  update();
  stage?.showConsent(consent);
  tellChoice();
}

async function tellChoice() {
  const matchId = found?.matchId;
  const show = consent.me;
  try {
    await ask("show_video", { matchId, show });
  } catch {
    // Said again when the connection is back.
  }
}

/** @param {{ path?: string, firstFrameMilliseconds?: number }} change */
function report(change) {
  outcome = { ...outcome, ...change };
  tellOutcome();
}

function tellOutcome() {
  if (found && outcome.path && isUp()) ask("call_report", { matchId: found.matchId, ...outcome }).catch(() => {});
}

/** @param {string} matchId */
const blurredKey = (matchId) => `blurred.${matchId}`;

/** @param {string} matchId */
const textKey = (matchId) => `text.${matchId}`;

/** Chosen when nothing came through; a reload does not open the camera again. @param {string} matchId */
const goesByText = (matchId) => sessionStorage.getItem(textKey(matchId)) !== null;

const consentRequired = () => document.getElementById("panel")?.dataset.consent === "true";

/**
 * @template T
 * @param {string} name
 * @param {(detail: T) => void} react
 */
const on = (name, react) => body.addEventListener(name, (event) => react(/** @type {CustomEvent<T>} */ (event).detail));

/** Signals that overtook the panel that begins their call. @type {{ matchId: string, type: "offer" | "answer" | "ice", payload: unknown }[]} */
let early = [];

on("signal", (/** @type {{ matchId: string, type: "offer" | "answer" | "ice", payload: unknown }} */ signal) => {
  if (call && found?.matchId === signal.matchId) call.receive(signal.type, signal.payload);
  else early = [...early.slice(-99), signal];
});
on("match_found", (/** @type {{ matchId: string, mode: string, initiator: boolean, showVideo?: { me: boolean, partner: boolean } }} */ match) => {
  if (match.mode !== "video") return;
  begin({
    matchId: match.matchId, initiator: match.initiator, me: match.showVideo?.me === true, partner: match.showVideo?.partner === true,
    fresh: true, foundAt: performance.now(),
  });
});
on("show_video", (/** @type {{ matchId: string, show: boolean }} */ { matchId, show }) => {
  if (matchId !== found?.matchId) return;
  consent = { ...consent, partner: show };
  update();
  stage?.showConsent(consent);
});
/** What the page fetched when the connection came back. */
on("resumed", (/** @type {{ matchId: string, showVideo?: { me: boolean, partner: boolean } }} */ match) => {
  if (match.matchId !== found?.matchId || !match.showVideo) return;
  consent = { ...consent, partner: match.showVideo.partner };
  update();
  stage?.showConsent(consent);
  if (match.showVideo.me !== consent.me && call) tellChoice();
});
on("end_session", (/** @type {{ matchId: string }} */ { matchId }) => { if (matchId === found?.matchId) end(); });
on("banned", () => leave(false));
on("connection", (/** @type {{ up: boolean }} */ { up }) => {
  if (!up || !call) return;
  call.sayAgain();
  tellOutcome();
});
devices.changes.addEventListener("change", update);
