// Sends forms with data-in-place while the page stays, and puts the page of the answer in the place of ours. Without it they are plain
// forms; where an answer is not as expected, they become that again. What could not be sent is said, and nothing typed is lost.
// What somebody has folded open stays open when either kind of form comes back; without it only what was written in does.

const LONGEST = 20_000;
const SLOW = 800;
const PARTS = [".site-header", "main"];
const FOLDS = "tsudoi-folds";
let shown = location.href.split("#")[0];
let busy = false;
// What is wrong goes while it is mended, so it is looked for at once.
const refused = document.querySelector(".error-summary") !== null;

// An answer that is for the browser itself: its session is over, it is of another language, or no page of ours.
class Odd extends Error {}

function typed(form, button) {
  const fields = [...new FormData(form)];
  if (button?.name) fields.push([button.name, button.value]);
  return new URLSearchParams(fields);
}

async function pageOf(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const ours = PARTS.every((part) => page.querySelector(part)) && page.documentElement.lang === document.documentElement.lang;
  // A gateway that has lost the service: nobody knows what became of it, and it must not be sent anew by itself.
  if (!ours && answer.status >= 500) throw new Error("away");
  if (!ours || new URL(answer.url).pathname === "/sign-in" || [400, 401].includes(answer.status)) throw new Odd();
  return page;
}

function put(page) {
  document.documentElement.dataset.placed = "";
  for (const part of PARTS) document.querySelector(part).replaceWith(document.adoptNode(page.querySelector(part)));
  document.title = page.title;
  for (const { src } of page.querySelectorAll("head script[src]")) {
    if ([...document.scripts].some((one) => one.src === src)) continue;
    document.head.append(Object.assign(document.createElement("script"), { type: "module", src }));
  }
  document.dispatchEvent(new Event("placed"));
}

// Each fold by its words, and the how many-th of these it is.
function folds() {
  const seen = {};
  return [...document.querySelectorAll("main details")].map((fold) => {
    const words = fold.querySelector("summary").textContent.trim();
    seen[words] = (seen[words] ?? 0) + 1;
    return [`${words} ${seen[words]}`, fold];
  });
}

// A fold that holds what was pressed has done its work, unless that is refused.
function opened(pressed) {
  const open = folds().filter(([, fold]) => fold.open);
  return open.map(([name, fold]) => [name, fold.contains(pressed)]);
}

function openAgain(were) {
  const refused = document.querySelector("main :is(.error-summary, [data-kind=error])");
  const names = new Set(were.filter(([, around]) => refused || !around).map(([name]) => name));
  for (const [name, fold] of folds()) if (names.has(name)) fold.open = true;
}

// The same button of the page that came, so that whoever goes by keyboard stays where they were.
function sameAs(button) {
  const of = (one) => [one.form?.getAttribute("action"), one.name, one.value].join(" ");
  return button && [...document.querySelectorAll("main button")].find((one) => of(one) === of(button));
}

// Whether nothing like it is left to press: then the work there is done, and what is true now stands on top.
function isLast(button) {
  const kind = (one) => [one.form?.getAttribute("action")?.replace(/\d+/g, ""), one.name].join(" ");
  if (!button || button.closest(".undo-bar")) return false;
  return ![...document.querySelectorAll("main form[method=post] button[type=submit]")].some((one) => kind(one) === kind(button));
}

// It stays in sight until it is closed; where it belongs it stands on.
function float(news) {
  const close = document.getElementById("close").content.firstElementChild.cloneNode(true);
  close.addEventListener("click", () => {
    news.removeAttribute("data-floats");
    close.remove();
  });
  news.setAttribute("data-floats", "");
  news.append(close);
}

function lead(moved, button) {
  const wrong = document.querySelector("main .error-summary");
  const place = wrong ?? (moved ? document.querySelector("main h1") : sameAs(button)) ?? document.querySelector("main");
  const news = [...document.querySelectorAll("main > [data-news], main > .undo-bar")];
  if (!place.matches("button")) place.tabIndex = -1;
  if (moved || isLast(button)) scrollTo(0, 0);
  else news.forEach(float);
  place.focus({ preventScroll: !wrong });
  const words = wrong ?? news[0] ?? document.querySelector("main .notice-banner");
  document.querySelector("[data-announced]").textContent = words ? words.innerText : document.title;
}

// A question about what was typed is still the same page, with what was typed in its address.
const pathOf = (url) => url.split("?")[0];

function remember(url) {
  const moved = pathOf(url) !== pathOf(shown);
  history.replaceState({ ...history.state, placed: true, y: scrollY }, "");
  if (url === shown) return;
  history[moved ? "pushState" : "replaceState"]({ placed: true, y: 0 }, "", url);
  shown = url;
}

function noted(form, name, words) {
  const note = document.getElementById(name).content.firstElementChild.cloneNode(true);
  if (words) note.querySelector("p").textContent = words;
  note.dataset.noted = "";
  form.after(note);
}

function unnote(form) {
  while (form.nextElementSibling?.matches("[data-noted]")) form.nextElementSibling.remove();
}

// Returns the sentence of a refusal for which there is no page; undefined when the answer's page stands there.
async function ask(form, button) {
  const answer = await fetch(form.getAttribute("action") || location.href, {
    method: "POST", body: typed(form, button), credentials: "same-origin", signal: AbortSignal.timeout(LONGEST),
  });
  const url = answer.redirected ? answer.url.split("#")[0] : shown;
  const page = await pageOf(answer).catch((error) => Promise.reject(Object.assign(error, { url: answer.redirected && url })));
  const fault = page.querySelector("[data-fault]");
  if (fault && !answer.redirected) return fault.textContent.trim();
  const [moved, were] = [pathOf(url) !== pathOf(shown), opened(button ?? form)];
  remember(url);
  put(page);
  if (!moved) openAgain(were);
  lead(moved, button);
}

// Nothing was done, or it is known where to look: the browser goes there by itself.
function whole(form, button, url) {
  if (url) return location.assign(url);
  delete form.dataset.inPlace;
  form.requestSubmit(button);
}

async function send(form, button) {
  busy = true;
  unnote(form);
  form.setAttribute("aria-busy", "true");
  const slow = setTimeout(noted, SLOW, form, "sending");
  let said;
  try {
    said = await ask(form, button);
  } catch (error) {
    if (error instanceof Odd) whole(form, button, error.url);
    else said = "";
  }
  clearTimeout(slow);
  unnote(form);
  if (said !== undefined) noted(form, "not-sent", said);
  form.removeAttribute("aria-busy");
  busy = false;
}

async function back() {
  try {
    const page = await pageOf(await fetch(location.href, { credentials: "same-origin" }));
    shown = location.href.split("#")[0];
    put(page);
    scrollTo(0, history.state?.y ?? 0);
    document.querySelector("[data-announced]").textContent = document.title;
  } catch {
    location.reload();
  }
}

const able = "timeout" in AbortSignal && "submitter" in SubmitEvent.prototype;

// A plain form is under way once its page is being left: a second tap would have the browser drop the answer to the first.
function once(event) {
  const form = event.target;
  if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
  if ("sent" in form.dataset) {
    event.preventDefault();
    return;
  }
  // Whoever comes back to a form that was refused is not asked whether to send it anew.
  if (refused) history.replaceState(history.state, "");
  // Another script may still send it in its own way.
  setTimeout(() => event.defaultPrevented || (form.dataset.sent = ""));
  sessionStorage.setItem(FOLDS, JSON.stringify([location.pathname, opened(event.submitter ?? form)]));
  setTimeout(free, LONGEST, form);
}

function free(form) {
  delete form.dataset.sent;
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-in-place]");
  if (!form || !able || event.defaultPrevented) return once(event);
  event.preventDefault();
  if (!busy) send(form, event.submitter);
});

const [page, were] = JSON.parse(sessionStorage.getItem(FOLDS) ?? "[]");
sessionStorage.removeItem(FOLDS);
if (page === location.pathname) openAgain(were);

// A page that came back with what is wrong shows that first, also where its form stands far below.
document.querySelector("main .error-summary")?.focus();

addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(free));

addEventListener("popstate", (event) => {
  if (event.state?.placed && !event.state.swap && location.href.split("#")[0] !== shown) back();
});
