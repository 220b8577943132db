// Shows the next dates while one types, and only the fields that belong to the chosen way of repeating.
// Without it the form has a button that does the first, and all fields are there.

const WAIT = 400;
const FIELDS = new Set([
  "first_on", "first_at", "ends_at", "repeats", "interval", "weeks", "weekdays", "month_days", "season_from",
  "season_to", "until", "count", "dates", "rrule", "on_holiday", "on_closed", "era",
]);

function showFieldsOf(form) {
  const chosen = form.elements.repeats.value;
  for (const part of form.querySelectorAll("[data-for]")) {
    part.hidden = !part.dataset.for.split(" ").includes(chosen);
  }
}

function asked(form) {
  const typed = [...new FormData(form)].filter(([name, value]) => FIELDS.has(name) && value !== "");
  return new URLSearchParams(typed);
}

async function showDates(form, place, turn) {
  const answer = await fetch(`${form.dataset.dates}?${asked(form)}`, { credentials: "same-origin" });
  if (!answer.ok) return;
  const piece = new DOMParser().parseFromString(await answer.text(), "text/html");
  // A slow answer to an earlier question must not stand there in the end.
  if (turn === form.dataset.turn) place.replaceChildren(...piece.body.childNodes);
}

function begin(form) {
  const place = form.querySelector("[data-dates-shown]");
  let waiting;
  showFieldsOf(form);
  form.addEventListener("input", (event) => {
    if (!FIELDS.has(event.target.name)) return;
    showFieldsOf(form);
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
