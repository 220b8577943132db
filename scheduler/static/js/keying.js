// Keying a sheet in: Enter and the arrows go to the next field, as on an adding machine; the last one leads to the button.
// Without it Enter saves what is there, which does no harm: what is in stays as it is.

function begin(form) {
  const fields = [...form.querySelectorAll("input.keying")];
  // Enter goes through the ages of children, too; the arrows keep to the numbers.
  const all = [...form.querySelectorAll("input.keying, input.keying-age")];
  const columns = new Set(fields.map((field) => field.name.split("-")[2])).size;
  const steps = { Enter: 1, ArrowDown: columns, ArrowUp: -columns };

  function step(event) {
    const by = steps[event.key];
    const row = event.key === "Enter" ? all : fields;
    const at = row.indexOf(event.target);
    if (!by || at < 0 || event.isComposing) return;
    event.preventDefault();
    const next = row[at + by];
    if (next) next.focus();
    else if (by > 0) form.querySelector("button[type=submit]").focus();
  }

  form.addEventListener("keydown", step);
  form.addEventListener("focusin", (event) => fields.includes(event.target) && event.target.select());
  if (!location.hash) (fields.find((field) => field.getAttribute("aria-invalid")) ?? fields.find((field) => !field.value))?.focus();
}

function beginAll() {
  document.querySelectorAll("form[data-keying]").forEach(begin);
}

beginAll();
document.addEventListener("placed", beginAll);
