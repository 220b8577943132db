// Narrows a list in place: a link or GET form with data-swap="ids" is fetched, and these parts of the page are put in the place of
// ours. Without it they are plain links and forms; where anything is not as expected, they become that again.

const WAIT = 350;
const LIST = "tsudoi-list";
let asking = new AbortController();
let waiting;

function parts(ids, page) {
  return ids.split(" ").map((id) => page.getElementById(id));
}

function put(ids, page) {
  const [old, fresh] = [parts(ids, document), parts(ids, page)];
  if (![...old, ...fresh].every(Boolean)) throw new Error("another page");
  const key = document.activeElement?.dataset?.key;
  document.documentElement.dataset.placed = "";
  const typed = document.getElementById("words");
  if (typed && typed !== document.activeElement) typed.value = page.getElementById("words")?.value ?? "";
  // What stands in the fold says what is shown, also where a link has chosen it.
  for (const now of page.querySelectorAll("form[data-swap] :is(select, [type=checkbox])")) {
    const control = document.getElementById(now.id);
    if (control) [control.value, control.checked] = [now.value, now.checked];
  }
  old.forEach((part, number) => part.replaceWith(document.adoptNode(fresh[number])));
  document.title = page.title;
  // Whoever came with the keyboard is not thrown back to the top.
  if (key) document.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

async function load(url, ids, remember = true) {
  asking.abort();
  asking = new AbortController();
  const busy = parts(ids, document);
  busy.forEach((part) => part?.setAttribute("aria-busy", "true"));
  try {
    const answer = await fetch(url, { signal: asking.signal, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) throw new Error("another answer");
    put(ids, new DOMParser().parseFromString(await answer.text(), "text/html"));
    if (!remember) return;
    history.replaceState({ swap: ids }, "");
    history.pushState({ swap: ids }, "", url);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(url);
  }
}

function asked(form) {
  const url = new URL(form.action, location.href);
  const typed = [...new FormData(form)].filter(([, value]) => value !== "");
  url.search = new URLSearchParams(typed);
  return url.href;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  load(link.href, link.dataset.swap);
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-swap]");
  if (!form || form.method !== "get") return;
  event.preventDefault();
  clearTimeout(waiting);
  // What was found stands below what was asked, with nothing open between them.
  load(asked(form), form.dataset.swap).then(() => {
    form.querySelector("details")?.removeAttribute("open");
    form.scrollIntoView({ block: "start" });
  });
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-swap]");
  if (!form || form.method !== "get") return;
  clearTimeout(waiting);
  // What is under way knows nothing of this, and would take it back.
  asking.abort();
  waiting = setTimeout(() => load(asked(form), form.dataset.swap), WAIT);
});

// From a date one goes back to the list as it was narrowed.
function leadBack() {
  const link = document.querySelector(".back-link[data-list]");
  const query = sessionStorage.getItem(LIST);
  if (link && query) link.href = link.getAttribute("href").split("?")[0] + query;
}

addEventListener("pagehide", () => {
  if (location.pathname === "/") sessionStorage.setItem(LIST, location.search);
});
document.addEventListener("placed", leadBack);
leadBack();

addEventListener("popstate", (event) => {
  if (event.state?.swap) load(location.href, event.state.swap, false);
});
