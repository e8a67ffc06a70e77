// The chat page: joins, follows the panel that the server renders, and runs the conversation on the connection.
import * as composer from "./composer.js";
import { call, connect, isUp, Refused, tell, Unanswered, whenUp } from "./connection.js";
import * as conversation from "./conversation.js";
import * as emoji from "./emoji.js";
import { listen } from "./escape.js";
import { clearProblem, inform, problem, say, warn } from "./notices.js";
import { forget, forgetAllBut, keep, unsent } from "./outbox.js";
import { prove } from "./proof.js";
import { saveChat } from "./save.js";
import * as status from "./status.js";

/** @typedef {import("./conversation.js").Message & { matchId: string }} ChatMessage */

const PANEL_AGAIN = 2000;
const UNREACHABLE = "We could not reach the server. Try again in a moment.";
const body = document.body;
const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("report"));
const TITLES = /** @type {Record<string, string>} */ ({
  preview: "Before your call", searching: "Looking for someone", live: "Talking with Stranger", ended: "Chat ended", idle: "Stopped",
});

/** The panel's main element, as it was last attached. @type {HTMLElement | undefined} */
let room;
let attachedAt = 0;
/** What a new panel of the same match takes over. @type {{ match?: string, rows: HTMLElement[], action?: string }} */
let carried = { rows: [] };
/** Messages that overtook the panel they belong to. @type {ChatMessage[]} */
let early = [];
let everUp = false;
/** On the way into the queue: the server does not know of it yet, and its panel would say that we have stopped. */
let joining = false;
/** Counts what was asked for, so that a join that waited for the connection does not come after a Stop. */
let wish = 0;
/** Asked again since nobody was found: the server remembers the vain wait, the panel shows the new one. */
let goesOn = false;
/** The preview is wanted: the server would show where we are without it. */
let previews = false;
let passedPreview = false;
/** What only a video chat needs; nobody else loads it. @type {Promise<typeof import("./video/video.js")> | undefined} */
let video;
/** Panels in a row that did not come. */
let panelsMissed = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let panelAgain;
let flushing = false;
let catchingUp = false;

const state = () => room?.dataset.state;
const match = () => room?.dataset.match;
const byId = (/** @type {string} */ id) => document.getElementById(id);
const loadVideo = () => video ??= import("./video/video.js");

// ---- the panel

function attach() {
  const main = byId("main");
  if (!main || main === room) return;
  const first = room === undefined;
  const sameMatch = carried.match !== undefined && carried.match === main.dataset.match;
  room = main;
  attachedAt = performance.now();
  document.title = `${TITLES[state() ?? ""] ?? "Chat"} · RandomChat`;
  if (!sameMatch || state() !== "live") status.reset();
  else status.render();
  forgetAllBut(match());
  if (match()) attachConversation(/** @type {string} */ (match()), sameMatch);
  if (state() === "live") attachComposer(/** @type {string} */ (match()));
  if (main.dataset.mode === "video" || video) loadVideo().then((part) => { if (room === main) part.attach(main, first); });
  if (!dialog.open) focusAfterSwap(first);
  if (!first) say(byId("state")?.textContent ?? "");
  joinWhenAsked();
}

/**
 * @param {string} matchId
 * @param {boolean} sameMatch
 */
function attachConversation(matchId, sameMatch) {
  conversation.localiseTimes();
  if (sameMatch) conversation.putBack(carried.rows);
  for (const message of early.filter((one) => one.matchId === matchId)) conversation.show(message);
  early = [];
  for (const item of unsent(matchId)) {
    conversation.showUnsent(item, "Waits for the connection");
    if (state() === "ended") {
      forget(matchId, item.clientMessageId);
      conversation.fail(item.clientMessageId, "Not sent. The chat had ended.");
    }
  }
}

/** @param {string} matchId */
function attachComposer(matchId) {
  composer.attach(matchId, (text) => {
    conversation.showUnsent(keep(matchId, text), isUp() ? "Sending" : "Waits for the connection");
    flush();
  });
  emoji.attach(
    /** @type {HTMLElement} */ (byId("emoji")), /** @type {HTMLTextAreaElement} */ (byId("message")));
  if (isUp()) catchUp();
  flush();
}

/** @param {boolean} first */
function focusAfterSwap(first) {
  // On a phone the focus would open the keyboard over the picture.
  const writes = room?.dataset.mode !== "video" || matchMedia("(pointer: fine)").matches;
  const target = state() === "live" && writes ? byId("message")
    : room?.querySelector(`[data-action="${carried.action}"]`) ?? room?.querySelector("[data-action=start]");
  if (target) /** @type {HTMLElement} */ (target).focus({ preventScroll: true });
  else if (!first && room) {
    room.tabIndex = -1;
    room.focus({ preventScroll: true });
  }
}

body.addEventListener("htmx:beforeSwap", () => {
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  carried = { match: match(), rows: match() ? conversation.ownRows() : [], action: focused?.dataset.action };
});
body.addEventListener("htmx:afterSwap", attach);
body.addEventListener("htmx:configRequest", (event) => {
  const { verb, parameters } = /** @type {CustomEvent<{ verb: string, parameters: Record<string, unknown> }>} */ (event).detail;
  if (verb === "get" && goesOn) parameters.goOn = true;
  if (verb === "get" && previews) parameters.preview = true;
});
for (const failure of ["htmx:sendError", "htmx:responseError"]) {
  body.addEventListener(failure, (event) => {
    if (isPanel(event)) panelMissed();
    else actionFailed();
  });
}
body.addEventListener("htmx:afterRequest", (event) => {
  if (!isPanel(event) || !/** @type {CustomEvent<{ successful: boolean }>} */ (event).detail.successful) return;
  if (panelsMissed > 1) clearProblem();
  panelsMissed = 0;
});

/** @param {Event} event of htmx */
const isPanel = (event) =>
  /** @type {CustomEvent<{ requestConfig: { verb: string } }>} */ (event).detail.requestConfig.verb === "get";

/** Nobody asked for it: it is fetched again, and whoever looks at an old one is told from the second time on. */
function panelMissed() {
  if (!isUp()) return;
  if (++panelsMissed > 1) problem(UNREACHABLE);
  clearTimeout(panelAgain);
  panelAgain = setTimeout(() => tell("panel"), PANEL_AGAIN);
}

function actionFailed() {
  const place = dialog.open ? dialog.querySelector("h2") : null;
  if (place) {
    dialog.querySelector(".problem")?.remove();
    const told = document.createElement("p");
    told.className = "problem";
    told.setAttribute("role", "alert");
    told.textContent = UNREACHABLE;
    place.after(told);
  } else if (isUp()) {
    problem(UNREACHABLE);
  }
}

setInterval(() => {
  const waited = byId("waited");
  const seconds = Math.floor((performance.now() - attachedAt) / 1000) + Number(room?.dataset.waited ?? 0);
  if (waited) waited.textContent = `${seconds} s`;
  const talking = byId("talking");
  const minutes = Math.floor((Date.now() - Date.parse(room?.dataset.started ?? "")) / 60_000);
  if (talking && minutes > 0) talking.textContent = `${minutes} minute${minutes === 1 ? "" : "s"}`;
}, 1000);

// ---- joining and leaving

/** @param {Record<string, unknown>} [change] to the request of the gate */
async function join(change) {
  clearProblem();
  joining = true;
  const own = ++wish;
  try {
    const known = room?.dataset.request || await (await fetch("/api/preferences")).text();
    await whenUp();
    if (own !== wish) return;
    const request = { ...JSON.parse(known), ...change };
    try {
      await call("join_queue", request);
    } catch (error) {
      if (!wantsProof(error)) throw error;
      await call("join_queue", { ...request, captcha: await prove() });
    }
  } finally {
    joining = false;
  }
  goesOn = true;
  previews = false;
  tell("panel");
}

/** Start: the first video chat of a page begins with the preview; later ones open what was chosen there. */
async function start() {
  const known = room?.dataset.request || await (await fetch("/api/preferences")).text();
  if (JSON.parse(known).mode !== "video") {
    await join();
  } else if (passedPreview && await (await loadVideo()).enter()) {
    await joinByVideo();
  } else {
    previews = true;
    tell("panel");
  }
}

/** Join: the way out of the preview. */
async function enter() {
  await (await loadVideo()).enter();
  passedPreview = true;
  await joinByVideo();
}

async function joinByVideo() {
  try {
    await join();
  } catch (error) {
    // Where we do not get into the queue the next panel says so, and the camera is let go with it.
    (await video)?.stay();
    tell("panel");
    throw error;
  }
}

async function joinWhenAsked() {
  if (room?.dataset.join !== "true") return;
  room.dataset.join = "false";
  history.replaceState(null, "", "/chat");
  try {
    await join();
  } catch (error) {
    explain(error);
    // Never asked, as far as we know: a reload, or the connection that comes back, asks again.
    if (error instanceof Unanswered && room) {
      room.dataset.join = "true";
      if (isUp()) joinWhenAsked();
    } else {
      tell("panel");
    }
  }
}

async function next() {
  const request = { matchId: match() };
  clearProblem();
  const part = await video;
  part?.leave(true);
  await whenUp();
  try {
    await skip(request);
  } catch (error) {
    // Where we do not go on the next panel says so, and the camera is let go with it.
    part?.stay();
    throw error;
  } finally {
    tell("panel");
  }
}

/** @param {Record<string, unknown>} request */
async function skip(request) {
  try {
    await call("skip", request);
  } catch (error) {
    // We are out of the chat already; only waiting again needs the proof.
    if (wantsProof(error)) await call("skip", { ...request, captcha: await prove() });
    else if (error instanceof Unanswered) await whenUp().then(() => call("skip", request));
    else throw error;
  }
}

async function stop() {
  clearProblem();
  wish++;
  previews = false;
  (await video)?.leave(false);
  if (isUp()) {
    await (state() === "live" ? call("end_session", { matchId: match() }) : call("leave_queue"));
  } else {
    const token = /** @type {HTMLInputElement | null} */ (document.querySelector("[name=__RequestVerificationToken]"));
    const answer = await fetch("/api/match/stop", { method: "POST", headers: { RequestVerificationToken: token?.value ?? "" } });
    if (!answer.ok) throw new Unanswered();
  }
  tell("panel");
}

const ACTIONS = /** @type {Record<string, () => unknown>} */ ({
  start,
  join: enter,
  text: () => join({ mode: "text" }),
  again: () => { dialog.close(); return start(); },
  anyone: () => join({ acceptAny: true }),
  keep: () => join(),
  next,
  stop,
  save: saveChat,
  report: openReport,
  close: () => dialog.close(),
});

document.addEventListener("click", async (event) => {
  const button = /** @type {Element} */ (event.target).closest("button[data-action]");
  if (!(button instanceof HTMLButtonElement) || button.disabled) return;
  button.disabled = true;
  try {
    await ACTIONS[button.dataset.action ?? ""]?.();
  } catch (error) {
    explain(error);
  } finally {
    button.disabled = false;
  }
});

listen(() => state() === "live", () => next().catch(explain));

function openReport() {
  const form = /** @type {HTMLTemplateElement} */ (byId("report-form"));
  dialog.replaceChildren(form.content.cloneNode(true));
  /** @type {HTMLInputElement} */ (dialog.querySelector("[name=matchId]")).value = match() ?? "";
  htmx.process(dialog);
  dialog.showModal();
}
dialog.addEventListener("close", () => {
  dialog.replaceChildren();
  /** @type {HTMLElement | null | undefined} */ (room?.querySelector("[data-action=report]"))?.focus();
});

/** @param {unknown} error */
const wantsProof = (error) => error instanceof Refused && (error.code === "captcha-required" || error.code === "captcha-invalid");

/** @param {unknown} error */
function explain(error) {
  if (error instanceof Refused && error.code === "no-session") location.assign("/");
  else if (error instanceof Refused && error.code === "banned") location.assign("/banned");
  else if (error instanceof Refused && error.code === "unavailable") problem("We cannot do that just now; a part of RandomChat does not respond. Try again in a moment.");
  else if (error instanceof Refused) problem(error.message, error.seconds);
  else problem("The connection broke before the answer came. Try again in a moment.");
}

// ---- messages

/** Sends what waits, one after the other, so that the order stays. */
async function flush() {
  const matchId = match();
  if (flushing || state() !== "live" || !matchId || !isUp()) return;
  flushing = true;
  try {
    for (let item = unsent(matchId)[0]; item && match() === matchId; item = unsent(matchId)[0]) {
      conversation.showUnsent(item, "Sending");
      try {
        const { clientMessageId, body } = item;
        const answer = await call("chat_message", { matchId, body, clientMessageId });
        forget(matchId, clientMessageId);
        conversation.settle(clientMessageId, answer);
      } catch (error) {
        if (error instanceof Refused && !["rate-limited", "unavailable"].includes(error.code)) {
          forget(matchId, item.clientMessageId);
          conversation.fail(item.clientMessageId, `Not sent. ${error.message}`);
          continue;
        }
        if (error instanceof Refused && error.code === "unavailable") {
          // Nothing is lost and nothing can be done: said beside the message, not across the chat.
          conversation.showUnsent(item, "Waits for our server");
          setTimeout(flush, 2000);
          return;
        }
        conversation.showUnsent(item, "Not sent yet");
        if (error instanceof Refused) {
          problem(error.message, error.seconds);
          setTimeout(flush, (error.seconds ?? 5) * 1000);
        }
        return;
      }
    }
  } finally {
    flushing = false;
  }
}

/** Fetches what the page may have missed. */
async function catchUp() {
  const matchId = match();
  if (catchingUp || state() !== "live") return;
  catchingUp = true;
  try {
    for (let more = true; more && match() === matchId;) {
      const after = conversation.lastSequence();
      const answer = await call("resume", { matchId, afterSequence: after });
      if (answer.match?.matchId !== matchId) {
        tell("panel");
        return;
      }
      tell("resumed", answer.match);
      for (const message of answer.messages) conversation.show(message);
      more = conversation.lastSequence() > after;
    }
  } catch (error) {
    if (error instanceof Refused) tell("panel");
  } finally {
    catchingUp = false;
  }
}

/**
 * @template T
 * @param {string} name
 * @param {(detail: T) => void} react
 */
const on = (name, react) => body.addEventListener(name, (event) => react(/** @type {CustomEvent<T>} */ (event).detail));

on("chat_message", (/** @type {ChatMessage} */ message) => {
  if (message.matchId !== match()) {
    early = [...early.slice(-199), message];
    return;
  }
  const missed = message.sequence > conversation.lastSequence() + 1;
  conversation.show(message);
  if (message.from === "partner") status.setTyping(false);
  if (missed) catchUp();
});
on("match_timeout", () => { goesOn = false; });
on("typing", (/** @type {{ matchId: string, isTyping: boolean }} */ { matchId, isTyping }) => {
  if (matchId === match()) status.setTyping(isTyping);
});
on("partner_connection", (/** @type {{ matchId: string, state: string, graceSeconds: number }} */ partner) => {
  if (partner.matchId === match()) status.setPartnerLost(partner.state === "lost" ? partner.graceSeconds : 0);
});
on("notice", (/** @type {{ code: string, message: string, severity: string, appealUrl?: string }} */ { code, message, severity, appealUrl }) => {
  if (state() === "live" && ["contact-details", "against-guidelines"].includes(code)) {
    conversation.caution(message);
    say(message);
    return;
  }
  if (code === "warned") warn(message, appealUrl);
  else if (severity === "info") inform(message);
  else problem(message);
});
on("banned", () => location.assign("/banned"));
on("problem", (/** @type {{ message: string }} */ { message }) => problem(message));

on("connection", (/** @type {{ up: boolean, failures: number }} */ { up, failures }) => {
  status.setConnection(!up && (everUp || failures > 1));
  for (const item of match() && state() === "live" ? unsent(match() ?? "") : []) {
    conversation.showUnsent(item, up ? "Sending" : "Waits for the connection");
  }
  if (up) {
    const back = everUp;
    everUp = true;
    if (back) clearProblem();
    if (state() === "live") catchUp().then(flush);
    else if (room?.dataset.join === "true") joinWhenAsked();
    else if (!joining && (back || state() === "searching")) tell("panel");
  } else if (!joining && failures % 6 === 3) {
    // Perhaps it is the session that ended: the server's panel would say so.
    tell("panel");
  }
});

attach();
connect();
