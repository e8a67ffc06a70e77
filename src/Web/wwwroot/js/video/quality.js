// How good a call is, in words, and how much of a picture the network is asked to carry. Pure: no browser in it.

/**
 * @typedef {"connecting" | "good" | "weak" | "reconnecting"} Quality
 * @typedef {object} Sample what one look at the statistics says
 * @property {number | undefined} roundTrip seconds
 * @property {number} lostComing share of what should have come since the last look, 0 to 1
 * @property {number} lostGoing the same of what we send, as the other side reports it
 * @property {number | undefined} available bits per second that the browser thinks can go out
 */

/** From the poorest picture to the best; sound is never made poorer, so that it is the last to go. */
export const STEPS = [
  { maxBitrate: 100_000, scaleResolutionDownBy: 4, maxFramerate: 12 },
  { maxBitrate: 250_000, scaleResolutionDownBy: 2, maxFramerate: 20 },
  { maxBitrate: 600_000, scaleResolutionDownBy: 1.5, maxFramerate: 24 },
  { maxBitrate: 1_200_000, scaleResolutionDownBy: 1, maxFramerate: 30 },
];

/** Modest, so that a weak line is not flooded before anybody knows that it is weak. */
export const FIRST_STEP = 1;

/** A coarse picture has next to nothing in it. */
export const COARSE_STEP = { maxBitrate: 80_000, scaleResolutionDownBy: 1, maxFramerate: 12 };

// Looks, a second apart, that have to be good before more is tried.
const CALM = 4;
// A browser's guess of what could go out never goes far beyond what does, however wide the line is: room is a share of
// what is asked for, not what the next step would take.
const ROOM = 1.5;

/**
 * @param {number} step
 * @param {number} calm good looks in a row so far
 * @param {Sample} sample
 * @returns {{ step: number, calm: number }}
 */
export function adapt(step, calm, sample) {
  const { lostGoing, roundTrip = 0, available } = sample;
  const asked = STEPS[step]?.maxBitrate ?? 0;
  if (lostGoing > 0.1 || roundTrip > 0.8 || (available !== undefined && available < asked * 0.6)) {
    return { step: Math.max(0, step - 1), calm: 0 };
  }
  const more = STEPS[step + 1];
  const room = more !== undefined && lostGoing < 0.02 && roundTrip < 0.4
    && (available === undefined || available > asked * ROOM);
  if (!room) return { step, calm: 0 };
  return calm + 1 >= CALM ? { step: step + 1, calm: 0 } : { step, calm: calm + 1 };
}

/**
 * @param {Sample} sample
 * @returns {Quality}
 */
export const qualityOf = ({ roundTrip = 0, lostComing, lostGoing }) =>
  roundTrip > 0.4 || lostComing > 0.05 || lostGoing > 0.05 ? "weak" : "good";
