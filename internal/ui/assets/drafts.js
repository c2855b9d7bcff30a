// Unsent text: fields marked data-keep are kept in this browser until their form posts well, a week at most.
import { say } from "./ui.js";

const PREFIX = "keep:", SENT = "keep-sent", WEEK = 7 * 24 * 3600 * 1000;
const store = (() => { try { localStorage.getItem(PREFIX); return localStorage; } catch { return null; } })();
const session = (() => { try { sessionStorage.getItem(SENT); return sessionStorage; } catch { return null; } })();

const read = (key) => {
  try {
    const kept = JSON.parse(store.getItem(PREFIX + key));
    if (kept && Date.now() - kept.at < WEEK) return kept.text;
  } catch { /* not ours, or damaged: dropped */ }
  store.removeItem(PREFIX + key);
  return null;
};
const keep = (field) => {
  try {
    if (field.value === field.defaultValue) store.removeItem(PREFIX + field.dataset.keep);
    else store.setItem(PREFIX + field.dataset.keep, JSON.stringify({ text: field.value, at: Date.now() }));
  } catch { /* the store is full: the field itself still holds the text */ }
};

const restore = (field) => {
  const text = read(field.dataset.keep);
  if (text === null || text === field.value) return;
  const server = field.value;
  field.value = text;
  const line = document.createElement("p");
  line.className = "hint restored";
  line.textContent = "Your unsent text is back. ";
  const drop = document.createElement("button");
  drop.type = "button";
  drop.className = "linkbtn";
  drop.textContent = "Put it away";
  drop.onclick = () => { field.value = server; store.removeItem(PREFIX + field.dataset.keep); line.remove(); field.focus(); };
  line.append(drop);
  field.after(line);
  say("Your unsent text is back.");
};

// A good post answers with a redirect to a page inside; a refused one, a lost connection and a lapsed session do not.
const settle = () => {
  const sent = session?.getItem(SENT);
  if (!sent) return;
  session.removeItem(SENT);
  if ("bare" in document.body.dataset) return;
  const [visit] = performance.getEntriesByType("navigation");
  if (visit?.type === "navigate" && visit.redirectCount > 0 && !document.querySelector("[role=alert]:not([hidden])")) {
    for (const key of JSON.parse(sent)) store.removeItem(PREFIX + key);
  }
};

if (store) {
  settle();
  for (const field of document.querySelectorAll("[data-keep]")) restore(field);
  document.addEventListener("input", (event) => { if (event.target.dataset.keep) keep(event.target); });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if ("forget" in form.dataset) {
      for (const key of Object.keys(store)) if (key.startsWith(PREFIX)) store.removeItem(key);
      return;
    }
    const keys = [...form.querySelectorAll("[data-keep]")].map((field) => field.dataset.keep);
    if (keys.length) try { session?.setItem(SENT, JSON.stringify(keys)); } catch { /* then the text stays kept */ }
  });
}
