// Keeps a page on this device when its reader asks for that, and lists what is kept; `sw.js` shows it without a network.

const KEPT = "tsudoi-kept";
const OWNER = "X-Kept-For";
const MARK = "/kept-for";
let here, part, list;

async function isKept() {
  return (await caches.has(KEPT)) && Boolean(await (await caches.open(KEPT)).match(here));
}

async function keep() {
  const answer = await fetch(here, { credentials: "same-origin" });
  const owner = answer.headers.get(OWNER);
  if (!answer.ok || !owner) return;
  const marked = await (await caches.open(KEPT)).match(MARK);
  if (marked && (await marked.text()) !== owner) await caches.delete(KEPT);
  const cache = await caches.open(KEPT);
  await cache.put(MARK, new Response(owner));
  await cache.put(here, answer);
}

async function forget() {
  const cache = await caches.open(KEPT);
  await cache.delete(here);
  if ((await cache.keys()).length < 2) await caches.delete(KEPT);
}

async function show() {
  const kept = await isKept();
  part.hidden = false;
  part.querySelector("[data-keep-on]").hidden = kept;
  for (const shown of part.querySelectorAll("[data-keep-off]")) shown.hidden = !kept;
}

async function listKept() {
  if (!(await caches.has(KEPT))) return;
  const cache = await caches.open(KEPT);
  for (const request of await cache.keys()) {
    if (new URL(request.url).pathname === MARK) continue;
    const text = await (await cache.match(request)).text();
    const link = document.createElement("a");
    link.href = request.url;
    link.textContent = new DOMParser().parseFromString(text, "text/html").title;
    const item = document.createElement("li");
    item.append(link);
    list.append(item);
  }
  list.parentElement.hidden = list.children.length === 0;
}

function begin() {
  here = location.href.split("#")[0];
  part = document.querySelector("[data-keep]");
  list = document.querySelector("[data-kept-list]");
  if (list) listKept();
  if (!part) return;
  part.querySelector("[data-keep-on]").addEventListener("click", () => keep().then(show));
  part.querySelector("button[data-keep-off]").addEventListener("click", () => forget().then(show));
  show();
}

if ("serviceWorker" in navigator && "caches" in window) {
  navigator.serviceWorker.register("/sw.js").catch(() => undefined);
  begin();
  document.addEventListener("placed", begin);
}
