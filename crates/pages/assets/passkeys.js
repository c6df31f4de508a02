// Passkeys: asks the browser for what a form wants, puts the answer into the form and sends it.
// Pages work without this file, but for passkeys.
"use strict";

const toBytes = (text) => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
};

const toText = (buffer) => {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
};

function optionsOf(form) {
  const options = JSON.parse(form.dataset.options);
  options.challenge = toBytes(options.challenge);
  if (options.user) options.user.id = toBytes(options.user.id);
  const lists = [options.allowCredentials ?? [], options.excludeCredentials ?? []];
  for (const one of lists.flat()) one.id = toBytes(one.id);
  return options;
}

function written(credential) {
  const said = credential.response;
  const response = { clientDataJSON: toText(said.clientDataJSON) };
  const parts = ["attestationObject", "authenticatorData", "signature", "userHandle"];
  for (const part of parts) if (said[part]) response[part] = toText(said[part]);
  const { id, type } = credential;
  return JSON.stringify({ id, rawId: toText(credential.rawId), type, response });
}

function send(form, credential) {
  form.elements.credential.value = written(credential);
  form.submit();
}

function show(form, what) {
  for (const note of form.querySelectorAll("[data-problem]")) {
    note.hidden = note.dataset.problem !== what;
  }
}

let waiting = null;

// A passkey among the suggestions for the user name, where the browser can.
async function suggest(form) {
  const able = await PublicKeyCredential.isConditionalMediationAvailable?.();
  if (!able) return;
  waiting = new AbortController();
  const publicKey = optionsOf(form);
  const asked = { publicKey, mediation: "conditional", signal: waiting.signal };
  try {
    send(form, await navigator.credentials.get(asked));
  } catch {
    // The button is still there.
  }
}

async function ask(form) {
  waiting?.abort();
  show(form, null);
  const publicKey = optionsOf(form);
  try {
    const making = form.dataset.passkey === "create";
    const credentials = navigator.credentials;
    const made = making ? credentials.create({ publicKey }) : credentials.get({ publicKey });
    send(form, await made);
  } catch (error) {
    show(form, error.name === "InvalidStateError" ? "known" : "failed");
  }
}

function prepare(form) {
  const host = form.dataset.host;
  const here = location.hostname;
  if (here !== host && !here.endsWith(`.${host}`)) {
    for (const note of document.querySelectorAll("[data-passkey-elsewhere]")) note.hidden = false;
    return;
  }
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(form);
  });
  addEventListener("pageshow", () => { form.elements.credential.value = ""; });
  if ("conditional" in form.dataset) suggest(form);
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey]")) prepare(form);
}
