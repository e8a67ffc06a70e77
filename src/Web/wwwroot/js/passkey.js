// Passkeys. A button with data-passkey has the device sign before its form goes out: the server gives what is to be signed
// (data-options), the answer goes along in the field "credential". Parts marked data-passkeys are shown where that works.
const works = typeof PublicKeyCredential === "function" && "parseCreationOptionsFromJSON" in PublicKeyCredential;
for (const part of document.querySelectorAll("[data-passkeys]")) part.toggleAttribute("hidden", !works);
for (const part of document.querySelectorAll("[data-passkeys-missing]")) part.toggleAttribute("hidden", works);

/** @param {HTMLFormElement} form */
const answerOf = (form) => /** @type {HTMLInputElement} */ (form.elements.namedItem("credential"));

/** @param {HTMLFormElement} form @param {string} words */
function say(form, words) {
  const place = form.querySelector("[data-passkey-says]");
  if (place) place.textContent = words;
}

/** @param {unknown} e */
const wordsFor = (e) => {
  switch (e instanceof DOMException ? e.name : "") {
    case "NotAllowedError": return "Nothing was confirmed. Try again.";
    case "InvalidStateError": return "This device has a passkey of yours already.";
    default: return "Your device could not do it. Try again, or use your password.";
  }
};

/** @param {string} kind @param {any} options */
const ask = (kind, options) => kind === "create"
  ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
  : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });

/** @param {HTMLFormElement} form @param {HTMLButtonElement} button */
async function sign(form, button) {
  say(form, "");
  button.disabled = true;
  try {
    const answer = await fetch(button.dataset.options ?? "", { method: "POST", body: new FormData(form) });
    const said = await answer.json();
    if (answer.ok) answerOf(form).value = JSON.stringify(await ask(button.dataset.passkey ?? "", said));
    else say(form, said.detail);
  } catch (e) {
    say(form, wordsFor(e));
  }

  button.disabled = false;
  if (answerOf(form).value) form.requestSubmit(button);
  else button.focus();
}

document.addEventListener("submit", (event) => {
  const { target: form, submitter: button } = event;
  if (!(form instanceof HTMLFormElement) || !(button instanceof HTMLButtonElement) || !button.dataset.passkey || answerOf(form).value) return;
  event.preventDefault();
  void sign(form, button);
});

// Who comes back to the page asks anew: an answer is good once.
addEventListener("pageshow", () => {
  for (const form of document.forms) if (answerOf(form)) answerOf(form).value = "";
});
