// "Try again in 12 s." that counts down for the eyes only: it is announced once, by whoever shows it.

/**
 * @param {HTMLElement} element its text holds the seconds as "12 s"
 * @param {number} seconds
 * @param {() => void} [done]
 * @returns {() => void} stops it
 */
export function countDown(element, seconds, done) {
  const end = performance.now() + seconds * 1000;
  const timer = setInterval(() => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    element.textContent = (element.textContent ?? "").replace(/\d+ s/, `${left} s`);
    if (left === 0) {
      clearInterval(timer);
      done?.();
    }
  }, 250);
  return () => clearInterval(timer);
}
