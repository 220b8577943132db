// On an iPhone an installed app shows a PDF over itself and has no way back, in a new window too. There the sheet to print, keep or
// send it opens instead, which can be closed. Everywhere else, and without this, the link opens beside the page.

const fetched = new Map();

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

async function share(link) {
  try {
    if (!fetched.has(link.href)) fetched.set(link.href, await fileOf(link));
    await navigator.share({ files: [fetched.get(link.href)] });
  } catch (error) {
    // Closed again is well; where the tap is too long ago by the time the file is here, the next tap finds it ready.
    if (error.name !== "AbortError") say(link);
  }
}

addEventListener("click", (event) => {
  const link = event.target.closest("a[data-file]");
  if (!link || navigator.standalone !== true || !navigator.canShare) return;
  event.preventDefault();
  share(link);
});
