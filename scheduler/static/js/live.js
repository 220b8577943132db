// Keeps a piece of the page as it is now: [data-live] names the address of the piece. Asks twice a minute, only while somebody looks, and
// more seldom when nobody answers; an unchanged piece costs an empty answer. Without it the page is as it was when it was opened.

const EVERY = 30_000;
const SELDOM = 480_000;

function shown(place) {
  return !document.hidden && place.isConnected;
}

async function renew(place, before) {
  const answer = await fetch(place.dataset.live, { cache: "no-cache", credentials: "same-origin" });
  if (!answer.ok || answer.redirected) throw new Error("no such piece");
  const text = await answer.text();
  // What somebody is about to press stays under the finger.
  if (text === before || place.contains(document.activeElement)) return before;
  place.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
  return text;
}

function begin(place) {
  let [pause, said, waiting] = [EVERY, "", 0];
  const ask = async () => {
    clearTimeout(waiting);
    try {
      if (shown(place)) said = await renew(place, said);
      pause = EVERY;
    } catch {
      pause = Math.min(pause * 2, SELDOM);
    }
    if (place.isConnected) waiting = setTimeout(ask, pause);
  };
  waiting = setTimeout(ask, pause);
  document.addEventListener("visibilitychange", () => shown(place) && ask());
}

function beginAll() {
  document.querySelectorAll("[data-live]").forEach(begin);
}

beginAll();
document.addEventListener("placed", beginAll);
