// Idle lock: after a while without a hand on it the page is covered and asks for one factor. Nothing typed is lost.
const limit = Number(document.documentElement.dataset.idleSeconds) * 1000;
const dialog = document.getElementById("idle");
const BEAT = 60000; // milliseconds between two words to the server

let last = Date.now(), beat = Date.now(), locked = false;
const channel = typeof BroadcastChannel === "function" ? new BroadcastChannel("idle") : null;

const lock = () => {
  if (locked) return;
  locked = true;
  document.body.classList.add("locked");
  // Dialogs already open lie in the top layer; this one comes above them.
  if (dialog.open) dialog.close();
  dialog.showModal();
};

const unlock = () => {
  locked = false;
  last = beat = Date.now();
  document.body.classList.remove("locked");
  if (dialog.open) dialog.close();
  dialog.querySelector("form").reset();
  complain("");
};

const complain = (words) => {
  const line = dialog.querySelector("[data-idle-error]");
  line.textContent = words;
  line.hidden = !words;
};

const alive = async () => {
  beat = Date.now();
  try {
    const answer = await fetch("/alive", { method: "POST", headers: { "X-Part": "1" } });
    if (answer.status === 401 || answer.status === 423) lock();
  } catch { /* no connection: the lock goes by this clock alone */ }
};

const active = (event) => {
  if (locked) return;
  const now = Date.now();
  if (now - last > limit) { // the machine slept: the timer did not run
    if (event.type === "keydown") event.preventDefault(); // the key that wakes is not part of the factor
    lock();
    return;
  }
  if (now - last > 2000) channel?.postMessage("active");
  last = now;
  if (now - beat > BEAT) alive();
};

const submit = async (event) => {
  event.preventDefault();
  const form = event.target;
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "X-Part": "1" } });
    if (answer.ok) { unlock(); channel?.postMessage("unlocked"); return; }
    const words = (answer.headers.get("Content-Type") ?? "").startsWith("text/plain") ? (await answer.text()).trim() : "";
    complain(words || "That does not open it. Check it and enter it again.");
    form.querySelector("input[type=password]").select();
  } catch {
    complain("Not sent: the connection broke. Try again.");
  } finally {
    button.disabled = false;
  }
};

if (limit > 0 && dialog) {
  for (const kind of ["pointerdown", "keydown", "input", "wheel", "touchstart"]) {
    addEventListener(kind, active, { passive: kind !== "keydown", capture: true });
  }
  document.addEventListener("visibilitychange", () => { if (!document.hidden && Date.now() - last > limit) lock(); });
  setInterval(() => { if (Date.now() - last > limit) lock(); }, 5000);
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.addEventListener("close", () => { if (locked) dialog.showModal(); });
  dialog.querySelector("form").addEventListener("submit", submit);
  if (channel) channel.onmessage = ({ data }) => {
    if (data === "active" && !locked) last = Date.now();
    if (data === "unlocked" && locked) unlock();
  };
}
