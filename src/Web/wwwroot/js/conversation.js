// The list of messages: what the server rendered, what arrives, and what is not sent yet, in one order, each once.
// Text goes in as text, never as HTML.
import { iconOf } from "./icon.js";

/**
 * @typedef {{ messageId: string, sequence: number, from: "me" | "partner", body: string, sentAt: string }} Message
 * @typedef {import("./outbox.js").Unsent} Unsent
 */

const clock = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit" });

const list = () => /** @type {HTMLElement} */ (document.getElementById("messages"));
const rows = () => /** @type {HTMLElement[]} */ ([...list().children]);
/** @param {HTMLElement | undefined} row */
const sequenceOf = (row) => Number(row?.dataset.sequence ?? 0);

/** The highest sequence shown. */
export const lastSequence = () => rows().reduce((highest, row) => Math.max(highest, sequenceOf(row)), 0);

/** @param {string} messageId */
export const has = (messageId) => rows().some((row) => row.dataset.id === messageId);

/** The server writes times in UTC; people live elsewhere. */
export function localiseTimes() {
  for (const time of list().querySelectorAll("time")) time.textContent = clock.format(new Date(time.dateTime));
  group();
}

/**
 * Shows a message at its place, once.
 * @param {Message} message
 * @returns {boolean} whether it is new
 */
export function show(message) {
  if (has(message.messageId)) return false;
  const row = make(message.from === "me" ? "me" : "them", message.body, message.sentAt);
  row.dataset.id = message.messageId;
  if (message.from === "me") mark(row, "i-check", "Delivered");
  place(row, message.sequence);
  return true;
}

/**
 * Shows what waits to be sent, last of all.
 * @param {Unsent} item
 * @param {string} state in words
 */
export function showUnsent(item, state) {
  const row = rowOf(item.clientMessageId) ?? make("me", item.body, item.at);
  row.dataset.client = item.clientMessageId;
  row.classList.add("waits");
  mark(row, "i-clock", state);
  if (!row.isConnected) list().append(row);
  group();
}

/**
 * The server answered.
 * @param {string} clientMessageId
 * @param {{ messageId: string, sequence: number, sentAt: string, status: string, reason?: string }} answer
 */
export function settle(clientMessageId, answer) {
  const row = rowOf(clientMessageId);
  if (!row) return;
  if (answer.status === "blocked") {
    fail(clientMessageId, `Not delivered. ${answer.reason ?? ""} Only you can see it.`.replace("  ", " "));
    const why = document.createElement("a");
    why.href = "/guidelines";
    why.target = "_blank";
    why.rel = "noopener";
    why.textContent = "Why?";
    row.querySelector("footer")?.append(why);
    return;
  }
  if (has(answer.messageId)) {
    row.remove();
    group();
    return;
  }
  delete row.dataset.client;
  row.classList.remove("waits");
  row.dataset.id = answer.messageId;
  const time = row.querySelector("time");
  if (time) {
    time.dateTime = answer.sentAt;
    time.textContent = clock.format(new Date(answer.sentAt));
  }
  mark(row, "i-check", "Delivered");
  place(row, answer.sequence);
}

/**
 * It will not be sent, and why.
 * @param {string} clientMessageId
 * @param {string} words
 */
export function fail(clientMessageId, words) {
  const row = rowOf(clientMessageId);
  if (!row) return;
  row.classList.remove("waits");
  row.classList.add("blocked");
  mark(row, "i-alert", words);
}

/**
 * Something to take care of, beside the message that it is about: it comes before the answer to that one, and messages go
 * out one after the other.
 * @param {string} words
 */
export function caution(words) {
  const mine = rows().filter((one) => one.classList.contains("me") && !one.classList.contains("blocked"));
  const row = mine.find((one) => one.classList.contains("waits")) ?? mine.at(-1);
  const footer = row?.querySelector("footer");
  if (!row || !footer) return;
  const told = footer.querySelector("em") ?? footer.appendChild(document.createElement("em"));
  told.replaceChildren(iconOf("i-alert"), words);
  group();
}

/** Rows that only this page knows: waiting or refused. They survive a new panel of the same match. */
export const ownRows = () => rows().filter((row) => row.dataset.client);

/** @param {HTMLElement[]} own */
export function putBack(own) {
  for (const row of own) if (!rowOf(row.dataset.client ?? "")) list().append(row);
  group();
}

/** @returns {{ mine: boolean, body: string, at: Date }[]} what was said, without what was not delivered */
export const transcript = () => rows().filter((row) => row.dataset.id).map((row) => ({
  mine: row.classList.contains("me"),
  body: row.querySelector("p")?.textContent ?? "",
  at: new Date(row.querySelector("time")?.dateTime ?? ""),
}));

/** @param {string} clientMessageId */
const rowOf = (clientMessageId) => rows().find((row) => row.dataset.client === clientMessageId);

/**
 * @param {"me" | "them"} side
 * @param {string} body
 * @param {string} at
 */
function make(side, body, at) {
  const row = document.createElement("li");
  row.className = `msg ${side}`;
  // The log announces what the other says; what one wrote oneself one knows.
  if (side === "me") row.setAttribute("aria-live", "off");
  const text = document.createElement("p");
  text.dir = "auto";
  text.textContent = body;
  const time = document.createElement("time");
  time.dateTime = at;
  time.textContent = clock.format(new Date(at));
  const footer = document.createElement("footer");
  footer.append(time);
  row.append(text, footer);
  return row;
}

/**
 * @param {HTMLElement} row
 * @param {number} sequence
 */
function place(row, sequence) {
  row.dataset.sequence = String(sequence);
  const after = rows().findLast((other) => other !== row && sequenceOf(other) > 0 && sequenceOf(other) < sequence);
  if (after) {
    if (after.nextElementSibling !== row) after.after(row);
  } else if (list().firstElementChild !== row) {
    list().prepend(row);
  }
  group();
}

/**
 * @param {HTMLElement} row
 * @param {string} icon
 * @param {string} words
 */
function mark(row, icon, words) {
  const footer = /** @type {HTMLElement} */ (row.querySelector("footer"));
  const state = footer.querySelector("span") ?? footer.appendChild(document.createElement("span"));
  state.replaceChildren(iconOf(icon), words);
}

/** Marks where the speaker changes, for the space between, and what needs no footer of its own. */
function group() {
  rows().forEach((row, index, all) => {
    const after = all[index + 1];
    const sameSide = (/** @type {HTMLElement | undefined} */ other) =>
      other?.classList.contains("me") === row.classList.contains("me");
    row.classList.toggle("first", !sameSide(all[index - 1]));
    row.classList.toggle("more", sameSide(after) && footerOf(after) === footerOf(row));
  });
}

/** @param {HTMLElement | undefined} row */
const footerOf = (row) => row?.querySelector("footer")?.textContent?.trim();
