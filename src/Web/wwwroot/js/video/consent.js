// Who agreed to clear pictures. Both ends obey it on their own: what is sent is coarse until both agreed, and what
// arrives is shown coarse until both agreed, whatever the other page sends.

/**
 * @typedef {{ required: boolean, me: boolean, partner: boolean }} Consent
 *   required: whether this server wants both to agree; else each decides about its own picture
 */

/** @param {Consent} consent */
export const maySendClear = ({ required, me, partner }) => required ? me && partner : me;

/** @param {Consent} consent */
export const mayShowClear = ({ required, me, partner }) => !required || (me && partner);
