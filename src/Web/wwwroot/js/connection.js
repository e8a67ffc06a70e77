// The one SignalR connection of the page. What the hub sends becomes a DOM event of the same name on the body, so that
// htmx can react to it as well as any script.

const HUB_EVENTS = [
  "match_found", "match_timeout", "chat_message", "typing", "signal", "show_video", "partner_connection", "end_session",
  "notice", "banned",
];

// Milliseconds; quickly through the grace in which the server keeps our place, then patiently.
const RETRIES = [0, 500, 1000, 2000, 2000, 2000, 2000];
const PATIENT_RETRY = 5000;

// An answer that takes longer than this means a dead connection that nobody has noticed yet.
const ANSWER_TIMEOUT = 10_000;

/** The server understood and said no. */
export class Refused extends Error {
  /**
   * @param {string} code a code of the contract
   * @param {string} text a sentence for people
   */
  constructor(code, text) {
    const seconds = code === "rate-limited" ? Number(/^\d+/.exec(text)?.[0]) || 1 : undefined;
    super(seconds === undefined ? text : `That was quick. Try again in ${seconds} s.`);
    this.code = code;
    this.seconds = seconds;
  }
}

/** There is no connection, or it broke before the answer came: nobody knows whether the call was done. */
export class Unanswered extends Error {}

const hub = new signalR.HubConnectionBuilder()
  .withUrl("/hubs/chat", { transport: signalR.HttpTransportType.WebSockets, skipNegotiation: true })
  .configureLogging(signalR.LogLevel.None)
  .build();

for (const name of HUB_EVENTS) hub.on(name, (payload) => tell(name, payload));
hub.onclose(() => {
  tell("connection", { up: false, failures: 0 });
  retry(0);
});

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/**
 * @param {string} name
 * @param {unknown} [detail]
 */
export function tell(name, detail) {
  document.body.dispatchEvent(new CustomEvent(name, { detail }));
}

export const isUp = () => hub.state === signalR.HubConnectionState.Connected;

/** @returns {Promise<void>} when there is a connection */
export const whenUp = () => new Promise((resolve) => {
  const check = () => {
    if (!isUp()) return;
    document.body.removeEventListener("connection", check);
    resolve();
  };
  document.body.addEventListener("connection", check);
  check();
});

export const connect = () => open(0);

/** @param {number} failures */
async function open(failures) {
  clearTimeout(timer);
  if (!navigator.onLine || hub.state !== signalR.HubConnectionState.Disconnected) return;
  try {
    await hub.start();
    tell("connection", { up: true, failures: 0 });
  } catch {
    tell("connection", { up: false, failures: failures + 1 });
    retry(failures + 1);
  }
}

/** @param {number} failures */
function retry(failures) {
  const wait = RETRIES[failures] ?? PATIENT_RETRY;
  clearTimeout(timer);
  // Many browsers lose a server at the same moment; they should not all come back at the same one.
  timer = setTimeout(() => open(failures), wait * (0.75 + Math.random() / 2));
}

/**
 * Calls the hub and waits for its answer.
 * @param {string} method
 * @param {unknown} [argument]
 * @returns {Promise<any>}
 * @throws {Refused | Unanswered}
 */
export async function call(method, argument) {
  if (!isUp()) throw new Unanswered();
  const dead = setTimeout(() => hub.stop(), ANSWER_TIMEOUT);
  try {
    return await (argument === undefined ? hub.invoke(method) : hub.invoke(method, argument));
  } catch (error) {
    const [, code, text] = /HubException: ([a-z-]+): (.*)$/s.exec(String(error)) ?? [];
    throw code ? new Refused(code, text ?? "") : new Unanswered(String(error));
  } finally {
    clearTimeout(dead);
  }
}

/**
 * Sends without waiting for an answer, for what may be lost.
 * @param {string} method
 * @param {unknown} argument
 */
export function send(method, argument) {
  if (isUp()) hub.send(method, argument).catch(() => {});
}

// A browser that has just lost the network would notice its dead socket only after half a minute.
addEventListener("offline", () => {
  tell("connection", { up: false, failures: 0 });
  hub.stop();
});
addEventListener("online", () => {
  tell("connection", { up: isUp(), failures: 0 });
  open(0);
});
// Timers sleep in a hidden tab; whoever looks at it again should not wait for them.
document.addEventListener("visibilitychange", () => { if (!document.hidden) open(0); });
