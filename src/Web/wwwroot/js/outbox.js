// What was written and not answered yet. Kept for this tab until the server answers, so that a lost connection or a
// reload neither loses a message nor sends it twice: the clientMessageId stays the same.

/** @typedef {{ clientMessageId: string, body: string, at: string }} Unsent */

/** @param {string} matchId */
const keyOf = (matchId) => `outbox.${matchId}`;

/**
 * @param {string} matchId
 * @returns {Unsent[]} in the order of writing
 */
export function unsent(matchId) {
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(matchId)) ?? "[]");
  } catch {
    return [];
  }
}

/**
 * @param {string} matchId
 * @param {string} body
 * @returns {Unsent}
 */
export function keep(matchId, body) {
  const item = { clientMessageId: randomId(), body, at: new Date().toISOString() };
  store(matchId, [...unsent(matchId), item]);
  return item;
}

/**
 * @param {string} matchId
 * @param {string} clientMessageId
 */
export function forget(matchId, clientMessageId) {
  store(matchId, unsent(matchId).filter((item) => item.clientMessageId !== clientMessageId));
}

/** What is kept about another match is of no use to anybody. @param {string | undefined} matchId */
export function forgetAllBut(matchId) {
  for (const key of Object.keys(sessionStorage)) {
    if (/^(outbox|draft|blurred|text)\./.test(key) && !key.endsWith(`.${matchId}`)) sessionStorage.removeItem(key);
  }
}

/** @param {string} matchId */
export const draftOf = (matchId) => sessionStorage.getItem(`draft.${matchId}`) ?? "";

/**
 * @param {string} matchId
 * @param {string} text
 */
export function keepDraft(matchId, text) {
  if (text) sessionStorage.setItem(`draft.${matchId}`, text);
  else sessionStorage.removeItem(`draft.${matchId}`);
}

/**
 * @param {string} matchId
 * @param {Unsent[]} items
 */
function store(matchId, items) {
  if (items.length > 0) sessionStorage.setItem(keyOf(matchId), JSON.stringify(items));
  else sessionStorage.removeItem(keyOf(matchId));
}

// crypto.randomUUID exists on secure origins only.
const randomId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
