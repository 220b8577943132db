// Shows notices while no page of ours is open, and opens the page on which the truth stands. Keeps nothing.

self.addEventListener("push", (event) => {
  const said = event.data ? event.data.json() : {};
  const shown = self.registration.showNotification(said.title ?? "", {
    body: said.body,
    tag: said.tag,
    lang: said.language,
    icon: "/static/img/mark.svg",
    data: { url: said.url },
  });
  event.waitUntil(shown);
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data?.url || "/", self.location.origin);
  if (url.origin === self.location.origin) event.waitUntil(self.clients.openWindow(url.href));
});
