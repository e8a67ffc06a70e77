// What a test reads of a page: what it holds open, what its calls carry, and how sharp pictures are, point by point.
// Runs before the page's own scripts and leaves what they see as it was.
window.meters = (() => {
  /** @type {RTCPeerConnection[]} */
  const connections = [];
  /** Of cameras and microphones. @type {MediaStreamTrack[]} */
  const devices = [];
  /** Of canvases, and copies. @type {MediaStreamTrack[]} */
  const others = [];
  /** @type {AudioContext[]} */
  const contexts = [];
  const intervals = new Set();
  let camerasOpened = 0;
  let listeners = 0;
  let watchesWire = false;
  let arriving;
  let shown;

  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...settings) {
      super(...settings);
      connections.push(this);
      this.addEventListener("track", ({ track }) => {
        if (watchesWire && track.kind === "video") arriving = watchTrack(track);
      });
    }
  };
  window.AudioContext = class extends AudioContext {
    constructor(...settings) {
      super(...settings);
      contexts.push(this);
    }
  };

  const { setInterval: begin, clearInterval: end } = window;
  window.setInterval = (...settings) => {
    const one = begin(...settings);
    intervals.add(one);
    return one;
  };
  window.clearInterval = (one) => {
    intervals.delete(one);
    end(one);
  };

  const { getUserMedia } = MediaDevices.prototype;
  MediaDevices.prototype.getUserMedia = async function (constraints) {
    const stream = await getUserMedia.call(this, constraints);
    devices.push(...stream.getTracks());
    if (stream.getVideoTracks().length > 0) camerasOpened++;
    return stream;
  };
  const { captureStream } = HTMLCanvasElement.prototype;
  HTMLCanvasElement.prototype.captureStream = function (...settings) {
    const stream = captureStream.apply(this, settings);
    others.push(...stream.getTracks());
    return stream;
  };
  const { clone } = MediaStreamTrack.prototype;
  MediaStreamTrack.prototype.clone = function () {
    const copy = clone.call(this);
    others.push(copy);
    return copy;
  };

  // Listeners on what outlives a panel. One that is there already, that fired once, or whose signal came, does not count.
  const outlives = (target) => target === window || target === document || target === document.body
    || target === navigator.mediaDevices || target === navigator.connection
    || (target && Object.getPrototypeOf(target) === EventTarget.prototype);
  const { addEventListener: add, removeEventListener: remove } = EventTarget.prototype;
  /** @type {WeakMap<EventTarget, { type: string, listener: unknown, capture: boolean }[]>} */
  const kept = new WeakMap();
  const captures = (options) => typeof options === "object" ? options?.capture === true : options === true;
  const find = (target, type, listener, options) => (kept.get(target) ?? []).findIndex((one) =>
    one.type === type && one.listener === listener && one.capture === captures(options));
  const forget = (target, type, listener, options) => {
    const at = find(target, type, listener, options);
    if (at < 0) return;
    kept.get(target).splice(at, 1);
    listeners--;
  };
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    const target = this ?? window;
    const signal = typeof options === "object" ? options?.signal : undefined;
    if (outlives(target) && listener && !signal?.aborted && find(target, type, listener, options) < 0) {
      kept.set(target, [...kept.get(target) ?? [], { type, listener, capture: captures(options) }]);
      listeners++;
      if (signal) add.call(signal, "abort", () => forget(target, type, listener, options), { once: true });
      if (options?.once) add.call(target, type, () => forget(target, type, listener, options), { once: true });
    }
    return add.call(target, type, listener, options);
  };
  EventTarget.prototype.removeEventListener = function (type, listener, options) {
    const target = this ?? window;
    if (outlives(target)) forget(target, type, listener, options);
    return remove.call(target, type, listener, options);
  };

  const current = () => connections.findLast((one) => one.connectionState !== "closed");

  const canvas = document.createElement("canvas");
  const drawing = canvas.getContext("2d", { willReadFrequently: true });
  /** Share of neighbouring points that differ strongly, in thousandths: next to none in a coarse picture. */
  const sharpness = (video) => {
    const { videoWidth: width, videoHeight: height } = video;
    if (width === 0 || height === 0) return 0;
    Object.assign(canvas, { width, height });
    drawing.drawImage(video, 0, 0);
    const { data } = drawing.getImageData(0, 0, width, height);
    let strong = 0;
    for (let at = 0; at < data.length - 4; at += 4) {
      const difference = Math.abs(data[at] - data[at + 4]) + Math.abs(data[at + 1] - data[at + 5]) + Math.abs(data[at + 2] - data[at + 6]);
      if (difference > 120) strong++;
    }
    return strong * 1000 / (width * height);
  };

  // Every picture that is looked at, so that not one clear one slips through between two looks.
  const watch = (video) => {
    const seen = { pictures: 0, sharpest: 0, latest: 0 };
    const look = () => {
      seen.latest = sharpness(video);
      seen.sharpest = Math.max(seen.sharpest, seen.latest);
      seen.pictures++;
      video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
    return seen;
  };

  /** What arrives, in a video of our own. */
  const watchTrack = (track) => {
    const video = document.createElement("video");
    video.muted = true;
    video.srcObject = new MediaStream([track]);
    video.play();
    return watch(video);
  };

  const traffic = async () => {
    const connection = current();
    const stats = new Map(await connection?.getStats() ?? []);
    const all = [...stats.values()];
    const coming = (kind) => all.find((one) => one.type === "inbound-rtp" && one.kind === kind);
    const pair = stats.get(all.find((one) => one.type === "transport")?.selectedCandidatePairId);
    return {
      state: connection?.connectionState ?? "none",
      frames: coming("video")?.framesDecoded ?? 0,
      packets: coming("audio")?.packetsReceived ?? 0,
      loudness: coming("audio")?.totalAudioEnergy ?? 0,
      local: stats.get(pair?.localCandidateId)?.candidateType,
      remote: stats.get(pair?.remoteCandidateId)?.candidateType,
    };
  };

  return {
    current,
    traffic,
    watchWire: () => { watchesWire = true; },
    watchShown: (video) => { shown = watch(video); },
    arriving: () => arriving,
    shown: () => shown,
    camerasOpened: () => camerasOpened,
    /** The live ones of a kind. */
    devices: (kind) => devices.filter((one) => one.kind === kind && one.readyState === "live"),
    held: () => ({
      connections: connections.filter((one) => one.connectionState !== "closed").length,
      tracks: [...devices, ...others].filter((one) => one.readyState === "live").length,
      contexts: contexts.filter((one) => one.state !== "closed").length,
      intervals: intervals.size,
      listeners,
    }),
  };
})();
