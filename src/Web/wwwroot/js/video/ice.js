// The servers that help two browsers to reach each other, with credentials that end soon.

/** @typedef {{ iceServers: RTCIceServer[], iceTransportPolicy: RTCIceTransportPolicy, expiresAt: string }} Ice */

// Share of their life after which credentials are renewed: a long call never stands on ended ones.
const RENEW_AFTER = 0.75;

/** @type {{ ice: Ice, renewAt: number } | undefined} */
let known;

/** @returns {Promise<Ice>} */
export async function iceServers() {
  if (known && performance.now() < known.renewAt) return known.ice;
  const answer = await fetch("/api/turn", { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`No servers to call through: ${answer.status}`);
  const ice = /** @type {Ice} */ (await answer.json());
  // The server's own clock says how long they live; this device's may be wrong.
  const now = Date.parse(answer.headers.get("Date") ?? "") || Date.now();
  const life = Math.max(0, Date.parse(ice.expiresAt) - now);
  known = { ice, renewAt: performance.now() + life * RENEW_AFTER };
  return ice;
}

/** Whether the credentials in use should be renewed. */
export const areOld = () => known !== undefined && performance.now() >= known.renewAt;
