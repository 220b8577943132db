// Shows the next dates while one types, and only the fields that belong to the chosen way of repeating.
// Without it the form has a button that does the first, which is hidden here, and all fields are there.

const WAIT = 400;
const FIELDS = new Set([
  "first_on", "first_at", "ends_at", "repeats", "interval", "weeks", "weekdays", "month_days", "season_from",
  "season_to", "until", "count", "dates", "rrule", "on_holiday", "on_closed", "era",
  "reserve_days", "weather_rule",
]);

function showFieldsOf(form, opens) {
  const chosen = form.elements.repeats.value;
  for (const part of form.querySelectorAll("[data-for]")) {
    part.hidden = !part.dataset.for.split(" ").includes(chosen);
    if (opens && "opens" in part.dataset && !part.hidden) part.open = true;
  }
}

// A reserve date says what is done in the rain, as the service takes it when nothing else was chosen.
function postpone(form, name) {
  const { reserve_days: days, weather_rule: rule } = form.elements;
  if (name === "reserve_days" && days.value && ["", "none"].includes(rule?.value)) rule.value = "postpone_if_rain";
}

function asked(form) {
  const proposed = form.elements.first_on?.dataset.proposed;
  const isTyped = ([name, value]) => FIELDS.has(name) && value !== "" && !(name === "first_on" && value === proposed);
  const typed = [...new FormData(form)].filter(isTyped);
  return new URLSearchParams(typed);
}

// The first day that follows from the rhythm, where dates are planned anew; one that somebody typed stays.
function propose(form, day) {
  const field = form.elements.first_on;
  if (!("proposes" in form.dataset) || (field.value && field.value !== field.dataset.proposed)) return;
  field.dataset.proposed = day;
  field.value = day;
  // What was said to be missing there is not any more.
  if (day) field.dispatchEvent(new Event("change", { bubbles: true }));
}

async function showDates(form, place, turn) {
  const answer = await fetch(`${form.dataset.dates}?${asked(form)}`, { credentials: "same-origin" });
  if (!answer.ok) return;
  const piece = new DOMParser().parseFromString(await answer.text(), "text/html");
  // A slow answer to an earlier question must not stand there in the end.
  if (turn !== form.dataset.turn) return;
  propose(form, piece.querySelector("data")?.value ?? "");
  place.replaceChildren(...piece.body.childNodes);
}

// How many there are in all, of persons and of families, once there is more than one part.
function showTotal(form) {
  const place = form.querySelector("[data-total]");
  if (!place) return;
  const sums = { people: 0, families: 0 };
  let parts = 0;
  for (const field of form.querySelectorAll("[name$=-places]")) {
    const unit = form.elements[field.name.replace("places", "unit")]?.value;
    parts += Number(field.value) > 0;
    sums[["person", "guest"].includes(unit) ? "people" : "families"] += Math.max(0, Number(field.value) || 0);
  }
  place.hidden = parts < 2;
  const said = Object.keys(sums).filter((one) => sums[one]).map((one) => place.dataset[one].replace("#", sums[one]));
  place.textContent = said.join(" ");
}

function begin(form) {
  const place = form.querySelector("[data-dates-shown]");
  let waiting;
  form.querySelector("[name=show_dates]")?.setAttribute("hidden", "");
  // What was refused comes back with what its writer had open.
  showFieldsOf(form, !form.querySelector(".error-summary"));
  showTotal(form);
  form.addEventListener("input", (event) => {
    showTotal(form);
    if (!FIELDS.has(event.target.name)) return;
    postpone(form, event.target.name);
    showFieldsOf(form, event.target.name === "repeats");
    if (!place) return;
    clearTimeout(waiting);
    form.dataset.turn = String(Number(form.dataset.turn || 0) + 1);
    waiting = setTimeout(showDates, WAIT, form, place, form.dataset.turn);
  });
}

function beginAll() {
  document.querySelectorAll("form[data-dates]").forEach(begin);
}

beginAll();
document.addEventListener("placed", beginAll);
