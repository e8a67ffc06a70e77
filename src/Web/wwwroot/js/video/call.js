// One side of one call: perfect negotiation over the hub, ICE that restarts itself, and what the statistics say of it.
//
// A page that reloads comes back with a new RTCPeerConnection. SDP names the connection that it is from (the session id
// of its o= line), so that the other side sees it and begins anew as well.
import { call as ask, isUp, Refused } from "../connection.js";
import { areOld, iceServers } from "./ice.js";
import { adapt, COARSE_STEP, FIRST_STEP, qualityOf, STEPS } from "./quality.js";

/**
 * @typedef {import("./ice.js").Ice} Ice
 * @typedef {import("./quality.js").Quality} Quality
 * @typedef {{ audio?: MediaStreamTrack | undefined, video?: MediaStreamTrack | undefined, coarse: boolean }} Outgoing
 * @typedef {object} Hooks
 * @property {(track: MediaStreamTrack) => void} onTrack
 * @property {(quality: Quality, milliseconds: number | undefined) => void} onQuality
 * @property {(path: "direct" | "relay" | "failed" | "dropped") => void} onPath how it stands, when that changes
 * @property {(paused: boolean) => void} onPaused whether no picture comes although the way is open
 * @property {() => void} onTrouble nothing has come through for a while
 * @property {() => void} onElsewhere another tab holds the call
 */

const LOOK_EVERY = 1000;
/** Without a way for as long as this, people are told and asked. */
const TROUBLE_AFTER = 15_000;
const RESTART_AFTER = 2000;
const RESTART_EVERY = 5000;
/** Whoever should begin does so at once; after this we do not wait for it any more. */
const BEGIN_ANYWAY = 4000;
const SAY_AGAIN = 1000;
/** A connection that broke is noticed by the server within this time; until then it counts as the holder of the call. */
const HOLD = 15_000;
/** Looks without a picture that make a pause. */
const PAUSE = 3;

export class Call {
  #matchId;
  #polite;
  #hooks;
  #policy;
  /** @type {RTCPeerConnection | undefined} */
  #pc;
  /** @type {Outgoing} */
  #outgoing;
  #offering = false;
  #ignoring = false;
  /** The session id of the partner's connection. @type {string | undefined} */
  #theirs;
  /** What came before the description that it belongs to. @type {RTCIceCandidateInit[]} */
  #early = [];
  /** Signals are worked off one after the other. @type {Promise<unknown>} */
  #chain = Promise.resolve();
  #closed = false;
  #listening = new AbortController();
  /** @type {ReturnType<typeof setInterval>} */
  #looking;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #again;
  #refusedSince = 0;
  #upAt = performance.now();
  #restartedAt = 0;
  #saidAt = 0;
  #wasUp = false;
  #troubled = false;
  #step = FIRST_STEP;
  #calm = 0;
  #frames = 0;
  #stillFor = 0;
  /** @type {{ packets: number, lost: number }} */
  #before = { packets: 0, lost: 0 };
  /** @type {string | undefined} */
  #path;

  /**
   * @param {{ matchId: string, polite: boolean, begins: boolean, ice: Ice, outgoing: Outgoing, hooks: Hooks }} start
   *   polite: gives way when both offer at once; begins: makes the first offer
   */
  constructor({ matchId, polite, begins, ice, outgoing, hooks }) {
    this.#matchId = matchId;
    this.#polite = polite;
    this.#hooks = hooks;
    this.#outgoing = outgoing;
    this.#policy = ice.iceTransportPolicy;
    this.#open(ice, begins);
    if (!begins) setTimeout(() => { if (!this.#closed && !this.#theirs && this.#pc?.getTransceivers().length === 0) this.#addTransceivers(); }, BEGIN_ANYWAY);
    this.#looking = setInterval(() => this.#look().catch(() => {}), LOOK_EVERY);
    const { signal } = this.#listening;
    addEventListener("online", () => this.restart(), { signal });
    /** @type {EventTarget | undefined} */ (/** @type {any} */ (navigator).connection)
      ?.addEventListener("change", () => this.restart(), { signal });
  }

  /** Another way was found, or the old one may be gone: looks for ways anew, without stopping what runs. */
  restart() {
    if (!this.#theirs) return;
    this.#restartedAt = performance.now();
    this.#pc?.restartIce();
  }

  /** Begins anew; through the relay only, where that is asked for. @param {boolean} relayOnly */
  async retry(relayOnly) {
    if (relayOnly) this.#policy = "relay";
    this.#troubled = false;
    this.#upAt = performance.now();
    this.#open(await iceServers(), true);
  }

  /** @param {Outgoing} outgoing */
  async send(outgoing) {
    this.#outgoing = outgoing;
    for (const { sender, receiver } of this.#pc?.getTransceivers() ?? []) {
      const track = receiver.track.kind === "video" ? outgoing.video : outgoing.audio;
      if (sender.track !== (track ?? null)) await sender.replaceTrack(track ?? null).catch(() => {});
    }
    await this.#shape();
  }

  /**
   * A signal of the partner's.
   * @param {"offer" | "answer" | "ice"} type
   * @param {any} payload from another page: nothing in it is trusted to be what it should be
   */
  receive(type, payload) {
    this.#chain = this.#chain
      .then(() => this.#closed ? undefined : type === "ice" ? this.#takeCandidate(payload) : this.#takeDescription(type, payload?.sdp))
      .catch(() => {});
  }

  /** The connection to the server is back: what was said meanwhile may be lost. */
  sayAgain() {
    clearTimeout(this.#again);
    this.#again = undefined;
    const said = this.#pc?.localDescription;
    if (said && this.#pc?.connectionState !== "connected") this.#say(/** @type {"offer" | "answer"} */ (said.type), said.toJSON());
  }

  close() {
    this.#closed = true;
    this.#listening.abort();
    clearInterval(this.#looking);
    clearTimeout(this.#again);
    this.#shut();
  }

  #shut() {
    const pc = this.#pc;
    if (!pc) return;
    pc.onnegotiationneeded = pc.onicecandidate = pc.ontrack = pc.onconnectionstatechange = null;
    pc.close();
    this.#pc = undefined;
  }

  /**
   * @param {Ice} ice
   * @param {boolean} begins
   */
  #open({ iceServers: servers }, begins) {
    if (this.#closed) return;
    this.#shut();
    this.#theirs = undefined;
    this.#early = [];
    this.#offering = false;
    this.#frames = 0;
    this.#before = { packets: 0, lost: 0 };
    const pc = new RTCPeerConnection({ iceServers: servers, iceTransportPolicy: this.#policy, bundlePolicy: "max-bundle" });
    this.#pc = pc;
    pc.onnegotiationneeded = () => this.#offer(pc).catch(() => {});
    pc.onicecandidate = ({ candidate }) => this.#say("ice", candidate ? candidate.toJSON() : null);
    pc.ontrack = ({ track }) => this.#hooks.onTrack(track);
    pc.onconnectionstatechange = () => this.#look().catch(() => {});
    if (begins) this.#addTransceivers();
  }

  #addTransceivers() {
    const stream = new MediaStream();
    for (const kind of /** @type {const} */ (["audio", "video"])) {
      this.#pc?.addTransceiver(this.#outgoing[kind] ?? kind, { direction: "sendrecv", streams: [stream] });
    }
  }

  /** @param {RTCPeerConnection} pc */
  async #offer(pc) {
    this.#offering = true;
    try {
      await pc.setLocalDescription();
      if (pc === this.#pc && pc.localDescription) this.#say("offer", pc.localDescription.toJSON());
    } finally {
      this.#offering = false;
    }
  }

  /** @param {any} candidate */
  async #takeCandidate(candidate) {
    // The end of them says nothing that the browser does not find out.
    if (typeof candidate?.candidate !== "string" || candidate.candidate === "") return;
    if (this.#pc?.remoteDescription) await this.#pc.addIceCandidate(candidate);
    else if (!this.#ignoring) this.#early.push(candidate);
  }

  /**
   * @param {"offer" | "answer"} type
   * @param {unknown} sdp
   */
  async #takeDescription(type, sdp) {
    if (typeof sdp !== "string" || !this.#pc) return;
    const session = /^o=\S+ (\S+)/m.exec(sdp)?.[1] ?? "";
    const collides = type === "offer" && (this.#offering || this.#pc.signalingState !== "stable");
    this.#ignoring = collides && !this.#polite;
    if (this.#ignoring) return;
    const isNew = this.#theirs !== undefined && this.#theirs !== session;
    if (type === "answer" && isNew) {
      // The partner's new page answered what was meant for the old one.
      this.#open(await iceServers(), true);
      return;
    }
    // Without anything agreed yet there is nothing to roll back to, and our own transceivers would stay beside theirs.
    if (isNew || (collides && this.#theirs === undefined)) {
      const early = this.#early;
      this.#open(await iceServers(), false);
      this.#early = early;
    }
    const pc = this.#pc;
    if (!pc || (type === "answer" && pc.signalingState !== "have-local-offer")) return;
    await pc.setRemoteDescription({ type, sdp });
    this.#theirs = session;
    if (type === "offer") {
      await this.#adopt(pc);
      await pc.setLocalDescription();
      if (pc.localDescription) this.#say("answer", pc.localDescription.toJSON());
    }
    await this.#shape();
    for (const candidate of this.#early.splice(0)) await pc.addIceCandidate(candidate).catch(() => {});
  }

  /** Sends in what the partner offered to receive. @param {RTCPeerConnection} pc */
  async #adopt(pc) {
    for (const transceiver of pc.getTransceivers()) {
      const track = transceiver.receiver.track.kind === "video" ? this.#outgoing.video : this.#outgoing.audio;
      if (transceiver.direction === "recvonly") transceiver.direction = "sendrecv";
      if (transceiver.sender.track !== (track ?? null)) await transceiver.sender.replaceTrack(track ?? null);
    }
  }

  /**
   * Not waited for: the connection keeps the order. What failed is said again as a whole.
   * @param {"offer" | "answer" | "ice"} type
   * @param {unknown} payload
   */
  async #say(type, payload) {
    if (this.#closed || !isUp()) return;
    if (type !== "ice") this.#saidAt = performance.now();
    try {
      await ask("signal", { matchId: this.#matchId, type, payload });
      this.#refusedSince = 0;
    } catch (error) {
      if (this.#closed) return;
      const now = performance.now();
      this.#refusedSince ||= now;
      const elsewhere = error instanceof Refused && error.code === "conflict" && now - this.#refusedSince > HOLD;
      if (elsewhere) this.#hooks.onElsewhere();
      else this.#again ??= setTimeout(() => this.sayAgain(), (error instanceof Refused && error.seconds ? error.seconds * 1000 : SAY_AGAIN));
    }
  }

  /** Tells the encoders how much they may spend. */
  async #shape() {
    for (const { sender } of this.#pc?.getTransceivers() ?? []) {
      if (!sender.track) continue;
      const wanted = sender.getParameters();
      const [encoding] = wanted.encodings ?? [];
      if (!encoding) continue;
      if (sender.track.kind === "video") {
        Object.assign(encoding, this.#outgoing.coarse ? COARSE_STEP : STEPS[this.#step]);
        wanted.degradationPreference = "balanced";
      } else {
        // Sound first, wherever the line is too thin for both.
        encoding.priority = "high";
        encoding.networkPriority = "high";
      }
      await sender.setParameters(wanted).catch(() => {});
    }
  }

  /** Looks how the call is, tells it, and mends what can be mended. */
  async #look() {
    const pc = this.#pc;
    if (!pc || this.#closed) return;
    const now = performance.now();
    const isConnected = pc.connectionState === "connected";
    if (isConnected) {
      this.#upAt = now;
      this.#wasUp = true;
      this.#troubled = false;
      await this.#measure(pc);
    } else {
      this.#hooks.onQuality(this.#wasUp ? "reconnecting" : "connecting", undefined);
      const failed = pc.connectionState === "failed";
      const lostWay = failed || (this.#wasUp && now - this.#upAt > RESTART_AFTER);
      if (isUp() && now - this.#restartedAt > RESTART_EVERY) {
        // An offer that nobody answered went to a page that is gone, or was lost with a connection.
        if (pc.signalingState === "have-local-offer" && now - this.#saidAt > RESTART_EVERY) this.sayAgain();
        else if (lostWay) this.restart();
      }
      if (now - this.#upAt > TROUBLE_AFTER && !this.#troubled) {
        this.#troubled = true;
        this.#tellPath(this.#wasUp ? "dropped" : "failed");
        this.#hooks.onTrouble();
      }
    }
    if (areOld()) {
      const { iceServers: servers } = await iceServers();
      pc.setConfiguration({ ...pc.getConfiguration(), iceServers: servers });
      if (isConnected) this.restart();
    }
  }

  /** @param {RTCPeerConnection} pc */
  async #measure(pc) {
    const stats = new Map(await pc.getStats());
    if (pc !== this.#pc) return;
    const all = [...stats.values()];
    const coming = all.filter((one) => one.type === "inbound-rtp");
    const going = all.filter((one) => one.type === "remote-inbound-rtp");
    const transport = all.find((one) => one.type === "transport");
    const pair = stats.get(transport?.selectedCandidatePairId ?? "")
      ?? all.find((one) => one.type === "candidate-pair" && (one.selected || (one.nominated && one.state === "succeeded")));
    const packets = sum(coming, "packetsReceived");
    const lost = sum(coming, "packetsLost");
    const expected = packets - this.#before.packets + Math.max(0, lost - this.#before.lost);
    const sample = {
      roundTrip: pair?.currentRoundTripTime,
      lostComing: expected > 0 ? Math.max(0, lost - this.#before.lost) / expected : 0,
      lostGoing: Math.max(0, ...going.map((one) => one.fractionLost ?? 0)),
      available: pair?.availableOutgoingBitrate,
    };
    this.#before = { packets, lost };
    this.#hooks.onQuality(qualityOf(sample), sample.roundTrip === undefined ? undefined : Math.round(sample.roundTrip * 1000));

    const types = [stats.get(pair?.localCandidateId)?.candidateType, stats.get(pair?.remoteCandidateId)?.candidateType];
    if (pair) this.#tellPath(types.includes("relay") ? "relay" : "direct");

    const frames = sum(coming, "framesReceived");
    this.#stillFor = frames > this.#frames ? 0 : this.#stillFor + 1;
    this.#frames = frames;
    this.#hooks.onPaused(this.#stillFor >= PAUSE);

    // A coarse picture, or none, says nothing about how a clear one would fare.
    if (this.#outgoing.coarse || !this.#outgoing.video) return;
    const { step, calm } = adapt(this.#step, this.#calm, sample);
    this.#calm = calm;
    if (step !== this.#step) {
      this.#step = step;
      await this.#shape();
    }
  }

  /** @param {"direct" | "relay" | "failed" | "dropped"} path */
  #tellPath(path) {
    if (path === this.#path) return;
    this.#path = path;
    this.#hooks.onPath(path);
  }
}

/**
 * @param {any[]} all
 * @param {string} name
 * @returns {number}
 */
const sum = (all, name) => all.reduce((total, one) => total + (one[name] ?? 0), 0);
