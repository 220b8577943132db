// Sends each tick as it is made: it shows at once, waits where there is no network, and turns back with a sentence when it is refused.
// Without it the list has a button that sends all.

const LONGEST = 20_000;
const AGAIN = 15_000;
const waiting = new Set();
let turn = Promise.resolve();

function say(row, words, state) {
  const place = row.querySelector("[data-said]");
  place.textContent = words;
  row.dataset.state = state;
  document.querySelector("[data-announced]").textContent = `${row.querySelector(".tick-row-name").innerText} ${words}`;
}

function count(form) {
  const place = form.querySelector("[data-ticked]");
  if (place) place.textContent = form.querySelectorAll("[data-only] [type=checkbox]:checked").length;
  const left = form.querySelector("[data-left]");
  if (left) left.textContent = form.querySelectorAll("[data-only] [type=checkbox]:not(:checked)").length;
}

function typed(form, row) {
  const fields = [["csrf_token", form.elements.csrf_token.value], ["only", row.dataset.only]];
  for (const one of row.querySelectorAll("input")) {
    if (one.type !== "checkbox" || one.checked) fields.push([one.name, one.value]);
  }
  return new URLSearchParams(fields);
}

async function refusal(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector("main .error-summary li, [data-fault]")?.textContent.trim() ?? "";
}

async function send(form, row) {
  const box = row.querySelector("[type=checkbox]");
  const now = box.checked;
  let answer;
  try {
    answer = await fetch(form.getAttribute("action") || location.href, {
      method: "POST", body: typed(form, row), credentials: "same-origin", signal: AbortSignal.timeout(LONGEST),
    });
    if (answer.status >= 500) throw new Error("busy");
  } catch {
    waiting.add(row);
    say(row, form.dataset.unsent, "unsent");
    return false;
  }
  waiting.delete(row);
  if (answer.status === 204) {
    row.dataset.was = now ? "1" : "";
    say(row, now ? form.dataset.ticked : form.dataset.unticked, "sent");
    return true;
  }
  box.checked = Boolean(row.dataset.was);
  count(form);
  say(row, answer.redirected ? form.dataset.ended : await refusal(answer), "refused");
  return true;
}

async function sendWaiting() {
  for (const row of [...waiting]) {
    // Another page stands there by now.
    if (!row.isConnected) waiting.delete(row);
    else if (!(await send(row.closest("form"), row))) return;
  }
}

function retry() {
  turn = turn.then(sendWaiting);
}

function begin(form) {
  for (const row of form.querySelectorAll("[data-only]")) row.dataset.was = row.querySelector("[type=checkbox]").checked ? "1" : "";
  form.querySelectorAll("[data-with-script]").forEach((one) => (one.hidden = false));
  form.querySelectorAll("[data-without-script]").forEach((one) => (one.hidden = true));
  form.addEventListener("change", (event) => {
    const row = event.target.closest("[data-only]");
    if (!row) return;
    count(form);
    turn = turn.then(() => send(form, row)).then((through) => through && sendWaiting());
  });
}

function beginAll() {
  // What was just sent as a whole waits no more.
  waiting.clear();
  document.querySelectorAll("[data-print]").forEach((one) => (one.parentElement.hidden = false));
  if ("timeout" in AbortSignal) document.querySelectorAll("form[data-ticks]").forEach(begin);
}

beginAll();
document.addEventListener("placed", beginAll);
addEventListener("click", (event) => event.target.closest("[data-print]") && print());
addEventListener("online", retry);
setInterval(() => waiting.size && retry(), AGAIN);
addEventListener("beforeunload", (event) => waiting.size && event.preventDefault());
