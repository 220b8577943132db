// On an iPhone an installed app shows a PDF over itself and has no way back, in a new window too. There the sheet to print, keep or
// send it opens instead, which can be closed. Everywhere else, and without this, the link opens beside the page.

// What was here too late for its own tap, for the next one; a list of an hour ago would lack whoever signed up since.
const ready = new Map();
const KEPT_FOR = 60_000;

async function fileOf(link) {
  const answer = await fetch(link.href, { credentials: "same-origin" });
  if (!answer.ok || answer.redirected) throw new Error("not a file");
  const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? "paper.pdf";
  return new File([await answer.blob()], name, { type: "application/pdf" });
}

function say(link) {
  link.querySelector("small, [data-again]")?.remove();
  const words = document.createElement("small");
  words.setAttribute("role", "status");
  words.dataset.again = "";
  words.textContent = ` ${link.dataset.file}`;
  link.append(words);
}

function keep(link, file) {
  ready.set(link.href, file);
  setTimeout(() => ready.delete(link.href), KEPT_FOR);
  say(link);
}

async function share(link) {
  let file = ready.get(link.href);
  ready.delete(link.href);
  try {
    file ??= await fileOf(link);
  } catch {
    // What comes instead says why, and can be left: to sign in again, or that there is no network.
    location.assign(link.href);
    return;
  }
  try {
    await navigator.share({ files: [file] });
  } catch (error) {
    // Closed again is well; where the tap is too long ago by the time the file is here, the next tap finds it ready.
    if (error.name !== "AbortError") keep(link, file);
  }
}

addEventListener("click", (event) => {
  const link = event.target.closest("a[data-file]");
  if (!link || navigator.standalone !== true || !navigator.canShare) return;
  event.preventDefault();
  share(link);
});
