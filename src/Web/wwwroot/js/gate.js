// The landing: solves the proof of work while the form is filled in, shows the age that the year makes, and reads the
// interests back one by one. The form itself works without any of it.
import { countDown } from "./countdown.js";
import { iconOf } from "./icon.js";
import { prove } from "./proof.js";

// A challenge lives five minutes; one that is older than this is not risked.
const FRESH = 4 * 60_000;
const MOST_INTERESTS = 10;
const LONGEST_INTEREST = 32;

/** @type {Promise<string> | undefined} */
let proof;
let provedAt = 0;

/** @param {string} id */
const field = (id) => /** @type {HTMLInputElement} */ (document.getElementById(id));

/** @param {string} words */
function say(words) {
  const status = document.querySelector("#check [role=status]");
  if (status) status.textContent = words;
}

function startProof() {
  provedAt = performance.now();
  say("Your device proves itself while you type. No puzzle, no tracking.");
  proof = prove();
  proof.then(
    (payload) => {
      field("captcha").value = payload;
      say("Checked on your device. No puzzle, no tracking.");
    },
    () => {
      proof = undefined;
      say("The check could not be done. It is tried again when you start.");
    });
}

function showAge() {
  const text = field("birthYear").value.trim();
  const thisYear = Number(/** @type {HTMLElement} */ (document.getElementById("gate")).dataset.year);
  const hint = /** @type {HTMLElement} */ (document.getElementById("age"));
  hint.textContent = /^\d{4}$/.test(text) ? `${thisYear - Number(text)} this year` : "18+";
}

const readInterests = () => field("interests").value.split(",").map((one) => one.trim()).filter((one) => one !== "");

function showInterests() {
  const list = /** @type {HTMLElement} */ (document.getElementById("chips"));
  const interests = readInterests();
  list.hidden = !field("interests").value.includes(",") && interests.length < 2;
  list.replaceChildren(...interests.map((interest, index) => {
    const chip = document.createElement("li");
    chip.className = "chip";
    chip.dir = "auto";
    chip.classList.toggle("over", index >= MOST_INTERESTS || [...interest].length > LONGEST_INTEREST);
    const remove = document.createElement("button");
    remove.type = "button";
    remove.ariaLabel = `Remove ${interest}`;
    remove.append(iconOf("i-x"));
    remove.addEventListener("click", () => {
      field("interests").value = readInterests().filter((_, other) => other !== index).join(", ");
      showInterests();
      field("interests").focus();
    });
    chip.append(interest, remove);
    return chip;
  }));
}

function attach() {
  field("birthYear").addEventListener("input", showAge);
  field("interests").addEventListener("input", showInterests);
  showAge();
  showInterests();
  const problem = /** @type {HTMLElement} */ (document.getElementById("gate-problem"));
  const seconds = Number(problem.dataset.retryAfter);
  if (seconds > 0) {
    problem.removeAttribute("role");
    countDown(problem, seconds, () => { problem.hidden = true; });
  }
  startProof();
}

// Start before the proof is there waits for it; htmx does not see the first try.
document.addEventListener("submit", async (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.id !== "gate") return;
  const stale = !proof || performance.now() - provedAt > FRESH;
  if (!stale && field("captcha").value) return;
  if (form.dataset.proofFailed) {
    delete form.dataset.proofFailed;
    return;
  }
  event.preventDefault();
  event.stopPropagation();
  if (form.dataset.proving) return;
  form.dataset.proving = "true";
  field("captcha").value = "";
  if (stale) startProof();
  say("One moment, your device is being checked.");
  try {
    await proof;
  } catch {
    // Sent without a proof the server says what is missing, or that none is needed.
    form.dataset.proofFailed = "true";
  }
  delete form.dataset.proving;
  form.requestSubmit();
}, true);

document.body.addEventListener("htmx:afterSwap", attach);
for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.body.addEventListener(failure, () => {
    const problem = /** @type {HTMLElement} */ (document.getElementById("gate-problem"));
    problem.hidden = false;
    problem.textContent = "We could not reach the server. Nothing was lost; try again.";
    startProof();
  });
}
attach();

// Back from the chat by the browser's own button: the old proof was spent.
addEventListener("pageshow", (event) => { if (event.persisted) attach(); });
