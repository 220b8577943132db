// Lets this browser show notices: the form appears only where that is possible, and is sent when the person has said yes.

let form;
const possible = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

function device() {
  const known = ["iPhone", "iPad", "Android", "Windows", "Macintosh", "Linux"];
  return known.find((name) => navigator.userAgent.includes(name)) ?? "";
}

async function subscribe() {
  await navigator.serviceWorker.register("/sw.js");
  const worker = await navigator.serviceWorker.ready;
  const key = bytes(form.dataset.pushKey);
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const { endpoint, keys } = made.toJSON();
  Object.entries({ endpoint, device: device(), ...keys }).forEach(([name, value]) => {
    if (form.elements[name]) form.elements[name].value = value;
  });
}

async function sent(event) {
  event.preventDefault();
  const note = form.querySelector("[data-refused]");
  if ((await Notification.requestPermission()) !== "granted") {
    note.textContent = note.dataset.refused;
    return;
  }
  try {
    await subscribe();
    form.submit();
  } catch {
    note.textContent = note.dataset.refused;
  }
}

// What is on here already is not offered again; what is on may be another device.
async function isOn() {
  if (!("pushOn" in form.dataset)) return false;
  const worker = await navigator.serviceWorker.getRegistration();
  return Boolean(await worker?.pushManager.getSubscription());
}

async function begin() {
  form = document.querySelector("form[data-push-key]");
  if (!form || !possible || (await isOn())) return;
  form.hidden = false;
  form.addEventListener("submit", sent);
}

begin();
document.addEventListener("placed", begin);
