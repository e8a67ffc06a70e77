// How loud a microphone is, for people to see that it hears them.

const PER_SECOND = 15;

/**
 * @param {MediaStreamTrack} track
 * @param {(level: number) => void} show 0 silence, 1 loud
 * @returns {() => void} stops it
 */
export function watchLevel(track, show) {
  const audio = new AudioContext();
  const analyser = audio.createAnalyser();
  analyser.fftSize = 1024;
  const source = audio.createMediaStreamSource(new MediaStream([track]));
  source.connect(analyser);
  const wave = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    // A page that nobody has touched yet may not run audio; the first touch lets it.
    if (audio.state === "suspended") audio.resume().catch(() => {});
    analyser.getFloatTimeDomainData(wave);
    const loudness = Math.sqrt(wave.reduce((sum, one) => sum + one * one, 0) / wave.length);
    // −60 dB and below is silence; ears hear in decibels.
    show(Math.min(1, Math.max(0, 1 + Math.log10(loudness + 1e-9) / 3)));
  }, 1000 / PER_SECOND);
  return () => {
    clearInterval(timer);
    source.disconnect();
    audio.close().catch(() => {});
  };
}
