// A picture of 24 × 18 points, made from a clear one by drawing it small and large again. That works in every browser,
// and nothing finer than those points is left in what comes out: no filter has to be trusted, at either end.

const POINTS = { long: 24, short: 18 };
const SCALE = 14;
const PER_SECOND = 12;

export class CoarsePicture {
  #clear = document.createElement("video");
  #small = document.createElement("canvas");
  #large = document.createElement("canvas");
  /** @type {ReturnType<typeof setInterval>} */
  #timer;
  /** @type {MediaStreamTrack} */
  #track;

  /**
   * @param {MediaStreamTrack} clear
   * @param {() => void} [onFirst] when the first picture has come
   * @throws where this browser cannot do it: then nothing may be shown or sent in its place
   */
  constructor(clear, onFirst) {
    this.#shape(4, 3);
    const track = this.#large.captureStream(PER_SECOND).getVideoTracks()[0];
    if (!track) throw new Error("No picture comes out of a canvas here");
    this.#track = track;
    this.#draw();
    if (onFirst) this.#clear.addEventListener("loadeddata", onFirst, { once: true });
    this.#clear.muted = true;
    this.#clear.playsInline = true;
    this.#clear.srcObject = new MediaStream([clear]);
    this.#clear.play().catch(() => {});
    this.#timer = setInterval(() => this.#draw(), 1000 / PER_SECOND);
  }

  /** What may be seen. */
  get track() {
    return this.#track;
  }

  close() {
    clearInterval(this.#timer);
    this.#track.stop();
    this.#clear.srcObject = null;
  }

  #draw() {
    const { videoWidth, videoHeight } = this.#clear;
    if (videoWidth > 0 && videoHeight > 0) this.#shape(videoWidth, videoHeight);
    const small = context(this.#small);
    const large = context(this.#large);
    if (this.#clear.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
      small.drawImage(this.#clear, 0, 0, this.#small.width, this.#small.height);
    } else {
      small.fillStyle = "#2c3330";
      small.fillRect(0, 0, this.#small.width, this.#small.height);
    }
    large.drawImage(this.#small, 0, 0, this.#large.width, this.#large.height);
  }

  /**
   * Upright or lying, as the picture is. Setting a canvas' size empties it, so only where it changes.
   * @param {number} width
   * @param {number} height
   */
  #shape(width, height) {
    const [across, down] = width >= height ? [POINTS.long, POINTS.short] : [POINTS.short, POINTS.long];
    if (this.#small.width === across && this.#small.height === down) return;
    this.#small.width = across;
    this.#small.height = down;
    this.#large.width = across * SCALE;
    this.#large.height = down * SCALE;
  }
}

/** @param {HTMLCanvasElement} canvas */
function context(canvas) {
  const drawing = canvas.getContext("2d", { alpha: false });
  if (!drawing) throw new Error("No canvas to draw on");
  drawing.imageSmoothingEnabled = true;
  drawing.imageSmoothingQuality = "high";
  return drawing;
}
