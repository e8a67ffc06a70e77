// Keys of the desk. Everything they do is a link, a button or a field on the page too.

import { countDown } from "./countdown.js";

/** Where letters are letters. */
const fields = 'input, textarea, select';

/** @param {number} step 1: the next case of the queue, -1: the one before. */
function go(step) {
  const links = [.../** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll('.rail ol a'))];
  const here = links.findIndex((link) => link.getAttribute('aria-current') === 'true');
  links[here + step]?.click();
}

document.addEventListener('keydown', (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.key === 'Escape' && target.matches(fields) && !event.isComposing) {
    target.blur();
    return;
  }

  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || target.matches(fields) || document.querySelector('dialog[open]')) {
    return;
  }

  const key = event.key.toLowerCase();
  if (key === 'j' || key === 'k') {
    go(key === 'j' ? 1 : -1);
    return;
  }

  const field = /** @type {HTMLElement | null} */ (document.querySelector(`[data-focus="${CSS.escape(key)}"]`));
  const button = /** @type {HTMLElement | null} */ (document.querySelector(`[data-key="${CSS.escape(key)}"]`));
  if (field || button) {
    // The letter is a key here, and goes into no field that has the focus by then.
    event.preventDefault();
    field?.focus();
    button?.click();
  }
});

for (const opener of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-opens]'))) {
  opener.addEventListener('click', () => {
    /** @type {HTMLDialogElement} */ (document.getElementById(opener.dataset.opens ?? '')).showModal();
  });
}

// What the chosen policy means stands below it.
document.getElementById('policy')?.addEventListener('change', (event) => {
  const chosen = /** @type {HTMLSelectElement} */ (event.target).value;
  for (const meaning of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-policy]'))) {
    meaning.hidden = meaning.dataset.policy !== chosen;
  }
});

// A template goes into the statement, with what has to be said selected. Without scripts the server puts it there.
document.querySelector('[data-gap]')?.addEventListener('click', (event) => {
  const button = /** @type {HTMLElement} */ (event.currentTarget);
  const statement = /** @type {HTMLTextAreaElement} */ (document.getElementById('statement'));
  const policy = /** @type {HTMLSelectElement} */ (document.getElementById('policy'));
  const template = policy.selectedOptions[0]?.dataset.template;
  const gap = button.dataset.gap ?? '';
  if (!template) {
    return;
  }

  event.preventDefault();
  const before = statement.value.trim();
  statement.value = before === '' || before.includes(gap) ? template : `${before}\n${template}`;
  const start = statement.value.indexOf(gap);
  statement.focus();
  statement.setSelectionRange(start, start + gap.length);
});

// A claim is renewed by whoever goes on working: by keys and clicks as by what they send. The rest of its time is for the eyes.
let isActive = false;
for (const kind of ['keydown', 'pointerdown', 'input', 'scroll']) {
  addEventListener(kind, () => { isActive = true; }, { capture: true, passive: true });
}

setInterval(() => {
  const standing = /** @type {HTMLElement | null} */ (document.querySelector('[data-mine="true"]'));
  const form = standing?.querySelector('form');
  if (isActive && form) {
    isActive = false;
    fetch(form.action.replace('handler=Claim', 'handler=Renew'), { method: 'POST', body: new FormData(form) }).catch(() => {});
  }
}, 30_000);

/** @type {WeakMap<Element, number>} */
const ends = new WeakMap();
function tick() {
  for (const left of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-left]'))) {
    const end = ends.get(left) ?? performance.now() + Number(left.dataset.left) * 1000;
    ends.set(left, end);
    const seconds = Math.max(0, Math.round((end - performance.now()) / 1000));
    left.textContent = ` ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} left`;
  }
}

tick();
setInterval(tick, 1000);

// How long a decision can be taken back: in seconds from now, so that this clock need not be right. Nothing moves but a number.
const undo = /** @type {HTMLElement | null} */ (document.querySelector('[data-undo]'));
if (undo) {
  const seconds = Number(undo.dataset.undo);
  undo.textContent = `for ${seconds} s`;
  countDown(undo, seconds, () => undo.closest('form')?.remove());
}

// On a narrow screen the queue is folded away until it is wanted.
const rail = /** @type {HTMLDetailsElement | null} */ (document.querySelector('.rail'));
if (rail && matchMedia('(max-width: 1099px)').matches) {
  rail.open = false;
}
