// Keeps what was typed while its writer changes the language or the look of the page, and gives it back: once, and in this tab alone.
// Without it these are chosen first, and the form is filled in then.
// And it takes away what was said to be wrong with a field once that is filled in anew, or no longer asked; without it that stays until the form is sent.

const KEPT = "tsudoi-typed";
const WAYS = ".languages, form[action='/display']";

function fields() {
  const own = [...document.querySelectorAll("main form[method=post] :is(input, select, textarea)")];
  return own.filter((one) => one.name && !["hidden", "password", "file", "submit"].includes(one.type) && !one.closest(WAYS));
}

// Several may share a name, such as the ages of children.
const order = (one, all) => all.filter((other) => other.name === one.name).indexOf(one);
const isTick = (one) => ["checkbox", "radio"].includes(one.type);
const untouched = (one) => (isTick(one) ? one.checked === one.defaultChecked : one.matches("select") || one.value === one.defaultValue);

function keep() {
  const all = fields();
  if (location.pathname === "/display" || all.every(untouched)) return;
  const typed = all.map((one) => [one.name, order(one, all), isTick(one) ? one.checked : one.value]);
  sessionStorage.setItem(KEPT, JSON.stringify({ path: location.pathname, typed }));
}

function giveBack() {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  if (!kept || location.pathname === "/display") return;
  sessionStorage.removeItem(KEPT);
  if (kept.path !== location.pathname) return;
  for (const [name, number, value] of kept.typed) {
    const one = fields().filter((other) => other.name === name)[number];
    if (!one) continue;
    if (isTick(one)) one.checked = value;
    else one.value = value;
    if (one.closest("details") && value && !untouched(one)) one.closest("details").open = true;
  }
}

giveBack();
document.addEventListener("submit", (event) => event.target.matches(".languages") && keep());
document.addEventListener("click", (event) => event.target.closest(".display-link, .languages a, .site-footer a[href='/display']") && keep());

function unsay(field) {
  const controls = [field, ...field.querySelectorAll("[id]")].map((one) => `#${one.id}`);
  field.removeAttribute("data-error");
  for (const one of [field, ...field.querySelectorAll("[aria-invalid]")]) one.removeAttribute("aria-invalid");
  field.querySelectorAll(".error").forEach((one) => one.remove());
  const summary = field.closest("form")?.querySelector(".error-summary");
  for (const link of summary?.querySelectorAll("a") ?? []) {
    if (controls.includes(link.getAttribute("href"))) link.closest("li").remove();
  }
  if (summary && !summary.querySelector("li")) summary.remove();
}

function mended(event) {
  const field = event.target.closest?.("[data-error]");
  if (field) unsay(field);
  // Whoever chooses another way to be told is not asked for the one before any more.
  for (const one of document.querySelectorAll(".contact-way [data-error]")) if (!one.getClientRects().length) unsay(one);
}

document.addEventListener("input", mended);
document.addEventListener("change", mended);
