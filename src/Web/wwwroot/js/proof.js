// The proof of work that the gate asks for, solved off the page's own thread.

/**
 * @typedef {{ parameters: Record<string, unknown>, signature: string }} Challenge
 * @typedef {{ counter: number, derivedKey: string, time: number }} Solution
 */

/**
 * Asks for a challenge and solves it with a few workers, each taking every n-th counter.
 * @returns {Promise<string>} the payload as ALTCHA's own widget makes it
 */
export async function prove() {
  const answer = await fetch("/api/captcha", { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`No challenge: ${answer.status}`);
  const challenge = /** @type {Challenge} */ (await answer.json());
  const solution = await solve(challenge);
  const { parameters, signature } = challenge;
  return base64(JSON.stringify({ challenge: { parameters, signature }, solution }));
}

/**
 * @param {Challenge} challenge
 * @returns {Promise<Solution>}
 */
function solve(challenge) {
  const count = Math.min(4, Math.max(1, (navigator.hardwareConcurrency || 2) - 1));
  const workers = Array.from({ length: count }, () => new Worker("/lib/pbkdf2.js"));
  /** @type {Promise<Solution>} */
  const first = new Promise((resolve, reject) => {
    workers.forEach((worker, index) => {
      worker.onmessage = ({ data }) => data?.derivedKey ? resolve(data) : reject(new Error("Not solved"));
      worker.onerror = () => reject(new Error("The worker failed"));
      worker.postMessage({ type: "work", challenge, counterStart: index, counterStep: count, counterMode: "uint32", timeout: 60_000 });
    });
  });
  return first.finally(() => workers.forEach((worker) => worker.terminate()));
}

/** @param {string} text */
const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
