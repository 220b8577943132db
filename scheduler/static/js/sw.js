// Shows notices while no page of ours is open, and says what it knows when there is no network.
// VERSION and SHELL stand before this: what pages need to be drawn, under addresses that change with their contents.
// A person's page is kept only where that person has asked for it, on that page, and only as long as they are here.

const DRAWN = `tsudoi-shell-${VERSION}`;
const KEPT = "tsudoi-kept";
const OWNER = "X-Kept-For";
const MARK = "/kept-for";
const LONGEST = 14 * 24 * 3600 * 1000;
const LEAVES = /^\/sign-out$|^\/me\/erase$/;
const ENDS = /^\/sign-out$|^\/me\/erase$|\/link\/close$/;

self.addEventListener("install", (event) => {
  event.waitUntil(draw());
});

async function draw() {
  const cache = await caches.open(DRAWN);
  await cache.addAll(SHELL);
  // As a stranger sees it: nobody's name is in it.
  await cache.put("/offline", await fetch("/offline", { credentials: "omit" }));
  await self.skipWaiting();
}

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOld().then(() => self.clients.claim()));
});

async function forgetOld() {
  const old = (await caches.keys()).filter((name) => name.startsWith("tsudoi-shell-") && name !== DRAWN);
  await Promise.all(old.map((name) => caches.delete(name)));
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.method === "POST" && ENDS.test(pathname)) event.waitUntil(caches.delete(KEPT));
  if (request.method === "POST" && LEAVES.test(pathname)) event.waitUntil(tellNobody());
  // Sent by a page that stays: what it answers with is a page that was seen.
  if (request.method === "POST" && request.mode !== "navigate") event.respondWith(sent(request));
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (pathname.startsWith("/static/")) event.respondWith(drawn(request));
});

// Whoever goes is told nothing more on a device that others use: the service finds the next way, such as mail.
async function tellNobody() {
  for (const shown of await self.registration.getNotifications()) shown.close();
  const subscription = await self.registration.pushManager?.getSubscription();
  await subscription?.unsubscribe();
}

async function drawn(request) {
  return (await caches.match(request, { cacheName: DRAWN })) ?? fetch(request);
}

async function page(request) {
  let answer;
  try {
    answer = await fetch(request);
  } catch {
    return (await kept(request.url)) ?? caches.match("/offline", { cacheName: DRAWN });
  }
  await refresh(request.url, answer);
  return answer;
}

async function sent(request) {
  const answer = await fetch(request);
  await refresh(answer.url, answer);
  return answer;
}

// What was asked for is renewed whenever it is seen; what is closed, or somebody else's by now, goes.
async function refresh(url, answer) {
  if (!(await caches.has(KEPT))) return;
  const cache = await caches.open(KEPT);
  const mark = await (await cache.match(MARK))?.text();
  const owner = answer.headers.get(OWNER);
  if (owner && owner !== mark) await caches.delete(KEPT);
  else if (!(await cache.match(url))) return;
  else if (answer.ok && owner) await cache.put(url, answer.clone());
  // Not to be seen any more: signed out elsewhere, or the personal link was closed.
  else if (answer.type === "opaqueredirect" || [401, 403, 404, 410].includes(answer.status)) await caches.delete(KEPT);
}

async function kept(url) {
  if (!(await caches.has(KEPT))) return undefined;
  const cache = await caches.open(KEPT);
  const found = await cache.match(url);
  if (!found) return undefined;
  if (Date.now() - Date.parse(found.headers.get("Date")) > LONGEST) {
    await cache.delete(url);
    return undefined;
  }
  const text = (await found.text()).replace("data-offline hidden", "data-offline");
  return new Response(text, { headers: found.headers });
}

self.addEventListener("push", (event) => {
  const said = event.data ? event.data.json() : {};
  const shown = self.registration.showNotification(said.title ?? "", {
    body: said.body,
    tag: said.tag,
    lang: said.language,
    icon: "/static/img/icon-192.png",
    data: { url: said.url },
  });
  event.waitUntil(shown);
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data?.url || "/", self.location.origin);
  if (url.origin === self.location.origin) event.waitUntil(self.clients.openWindow(url.href));
});
