// Live parts: [data-live-topic] is fetched again from data-live-src when its topic is announced.
// One stream serves the whole browser: the tab that holds the lock keeps it and tells the others.
const LEAST = 1000, MOST = 60000; // back-off in milliseconds
const parts = () => [...document.querySelectorAll("[data-live-topic]")];
const extra = (document.body.dataset.liveTopics ?? "").split(",").filter(Boolean);
const mine = () => [...new Set([...extra, ...parts().map((part) => part.dataset.liveTopic)])].sort();

const busy = (part) => part.contains(document.activeElement) || part.matches("[data-live-hold]") ||
  part.querySelector("input:not([type=hidden]), textarea, select, details[open], dialog[open]");

const waiting = new Set();
const refresh = async (part) => {
  if (waiting.has(part)) return;
  if (busy(part)) { part.dataset.liveStale = ""; return; }
  waiting.add(part);
  try {
    const answer = await fetch(part.dataset.liveSrc, { headers: { "X-Part": "1" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(part.id);
    if (!fresh || !part.isConnected) return;
    // The person may have stepped in while the answer was under way.
    if (busy(part)) { part.dataset.liveStale = ""; return; }
    part.replaceWith(document.adoptNode(fresh));
  } catch {
    part.dataset.liveStale = "";
  } finally {
    waiting.delete(part);
  }
};

const hear = (topics) => {
  for (const part of parts()) if (topics.includes(part.dataset.liveTopic)) refresh(part);
  document.dispatchEvent(new CustomEvent("announced", { detail: topics }));
};
const catchUp = () => hear(mine());

document.addEventListener("focusout", () => setTimeout(() => {
  for (const part of document.querySelectorAll("[data-live-stale]")) if (!busy(part)) refresh(part);
}, 200));

let source, wanted = "", pause = LEAST, timer;
const open = (topics, tell) => {
  const list = topics.join(",");
  if (list === wanted && source && source.readyState !== EventSource.CLOSED) return;
  wanted = list;
  clearTimeout(timer);
  source?.close();
  if (!list) return;
  source = new EventSource("/live?topics=" + encodeURIComponent(list));
  source.onopen = () => {
    // Before a stream was open, or between two, anything may have been said: look again.
    tell(topics);
    pause = LEAST;
  };
  const heard = (event) => tell(event.data.split(/[\s,]+/).filter(Boolean));
  source.onmessage = heard;
  source.addEventListener("changed", heard);
  source.addEventListener("refresh", () => tell(topics));
  source.onerror = () => {
    if (source.readyState !== EventSource.CLOSED) return;
    timer = setTimeout(() => open(topics, tell), pause * (0.5 + Math.random()));
    pause = Math.min(pause * 2, MOST);
  };
};

const alone = () => {
  open(mine(), hear);
  addEventListener("pagehide", () => { clearTimeout(timer); source?.close(); source = undefined; });
  addEventListener("pageshow", (event) => { if (event.persisted) { open(mine(), hear); catchUp(); } });
};

const together = () => {
  const channel = new BroadcastChannel("live");
  const me = crypto.randomUUID();
  const tabs = new Map(); // of the leading tab: who wants what
  let leading = false;
  const want = () => channel.postMessage({ is: "want", from: me, topics: mine() });
  const tell = (topics) => { hear(topics); channel.postMessage({ is: "heard", topics }); };
  const reopen = () => open([...new Set([...mine(), ...[...tabs.values()].flat()])].sort(), tell);

  channel.onmessage = ({ data }) => {
    if (data.is === "heard") hear(data.topics);
    if (data.is === "lead") want();
    if (!leading) return;
    if (data.is === "want") { tabs.set(data.from, data.topics); reopen(); }
    if (data.is === "bye") tabs.delete(data.from);
  };
  const stand = () => navigator.locks.request("live", () => new Promise((release) => {
    leading = true;
    channel.postMessage({ is: "lead" });
    reopen();
    addEventListener("pagehide", () => {
      leading = false;
      clearTimeout(timer);
      source?.close();
      source = undefined;
      release();
    }, { once: true });
  }));
  addEventListener("pagehide", () => channel.postMessage({ is: "bye", from: me }));
  addEventListener("pageshow", (event) => { if (event.persisted) { want(); stand(); catchUp(); } });
  want();
  stand();
};

if (mine().length) {
  if (navigator.locks && typeof BroadcastChannel === "function" && crypto.randomUUID) together();
  else alone();
}
