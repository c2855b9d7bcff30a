// Reading page by page: which page is before the eyes, keys, and how long each was on screen. Without this file the
// pages, thumbnails and links all work; only the time on screen stays unknown.
const reader = document.querySelector("[data-reader]");

if (reader) {
  const sheets = [...reader.querySelectorAll("[data-sheet]")];
  const shares = new Map(); // sheet → how much of the window it fills
  const shown = new Map(); // where to report and number of a page → milliseconds since the last report
  const count = reader.querySelector("[data-page]");
  let current = null;

  const turnTo = (sheet) => {
    if (sheet === current) return;
    current = sheet;
    const n = sheet.dataset.sheet;
    count.textContent = n;
    for (const a of reader.querySelectorAll(".thumbs a")) {
      const here = a.hash === "#" + sheet.id;
      if (!here) a.removeAttribute("aria-current");
      else {
        a.setAttribute("aria-current", "true");
        const list = a.parentElement; // scrollIntoView would move the page too
        if (a.offsetTop < list.scrollTop || a.offsetTop + a.offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = a.offsetTop - list.clientHeight / 2;
      }
    }
    for (const a of reader.querySelectorAll("[data-keep]")) a.hash = sheet.id; // zooming stays at the page
  };

  const watch = new IntersectionObserver((entries) => {
    for (const e of entries) shares.set(e.target, e.intersectionRect.height);
    let best = null;
    for (const s of sheets) if ((shares.get(s) ?? 0) > (best ? shares.get(best) : 0)) best = s;
    if (best) turnTo(best);
  }, { threshold: [0, 0.25, 0.5, 0.75, 1] });
  for (const s of sheets) watch.observe(s);

  const step = (by) => {
    const next = sheets[sheets.indexOf(current) + by];
    if (!next) return false;
    next.scrollIntoView({ block: "start" });
    next.focus({ preventScroll: true });
    turnTo(next);
    return true;
  };
  reader.addEventListener("click", (event) => {
    const by = event.target.closest("[data-step]")?.dataset.step;
    if (by && step(Number(by))) event.preventDefault(); // at the end of a view the link leads on
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select, [contenteditable]")) return;
    if (event.key === "n" || event.key === "p") {
      if (step(event.key === "n" ? 1 : -1)) event.preventDefault();
    }
  });

  // place puts a box below a rectangle of its sheet: x, y, width and height in parts of it.
  const place = (box, [x, y, , h]) => {
    box.style.insetBlockStart = `min(${100 * (Number(y) + Number(h))}%, calc(100% - 2.5rem))`;
    box.style.insetInlineStart = `min(${100 * x}%, calc(100% - 19rem))`;
  };

  // Pins: what was said of places. Stepping goes from one to the next, and shows its words beside it.
  const pins = [...reader.querySelectorAll("[data-pin]")];
  const steps = reader.querySelector("[data-pinsteps]");
  if (pins.length && steps) {
    steps.hidden = false;
    let note = null, on = null; // the words that are shown, and whose they are
    const hide = () => { note?.remove(); note = on = null; };
    const tell = (pin) => {
      hide();
      on = pin;
      const sheet = pin.closest("[data-sheet]"), words = document.getElementById(pin.dataset.pin);
      const box = sheet.getBoundingClientRect(), at = (pin.querySelector("rect") ?? pin.querySelector("circle")).getBoundingClientRect();
      note = document.createElement("div");
      note.className = "pinnote";
      note.append(...[...words.children].slice(1).map((e) => e.cloneNode(true)));
      place(note, [(at.left - box.left) / box.width, (at.top - box.top) / box.height, 0, at.height / box.height]);
      sheet.append(note);
    };
    const step = (by) => {
      const at = pins.indexOf(on);
      const here = sheets.indexOf(current);
      // From no pin: the first one on this page or after it, or the last before.
      const next = at >= 0 ? pins[at + by] : by > 0 ? pins.find((p) => sheets.indexOf(p.closest("[data-sheet]")) >= here) : pins.findLast((p) => sheets.indexOf(p.closest("[data-sheet]")) <= here);
      if (!next) return;
      next.focus({ preventScroll: true });
      tell(next);
      note.scrollIntoView({ block: "center" });
      turnTo(next.closest("[data-sheet]"));
    };
    for (const pin of pins) {
      pin.addEventListener("focus", () => tell(pin));
      pin.addEventListener("click", (event) => { event.preventDefault(); pin.focus({ preventScroll: true }); tell(pin); });
    }
    steps.addEventListener("click", (event) => {
      const by = event.target.closest("[data-pinstep]")?.dataset.pinstep;
      if (by) step(Number(by));
    });
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
      if (event.key === "." || event.key === ",") { event.preventDefault(); step(event.key === "." ? 1 : -1); }
      if (event.key === "Escape") hide();
    });
  }

  // Pointing: a rectangle drawn on a page leads to the form of a finding or a question with its place filled in. A mouse
  // draws at any time; a finger only after the button, because it scrolls.
  const aims = [[reader.dataset.point, "finding", "Write a finding here", "f"], [reader.dataset.ask, "f-ask-form", "Ask about this place", "q"]].filter(([to]) => to);
  const button = reader.querySelector("[data-pointing]");
  if (aims.length && button) {
    let armed = false;
    const arm = (on) => {
      armed = on;
      button.setAttribute("aria-pressed", on);
      reader.classList.toggle("pointing", on);
    };
    button.hidden = false;
    button.addEventListener("click", () => arm(!armed));
    const NS = "http://www.w3.org/2000/svg";
    const part = (n) => Math.min(1, Math.max(0, n)).toFixed(4);
    const clear = () => reader.querySelectorAll(".pointed").forEach((e) => e.remove());
    const go = ([form, anchor], sheet, area) => {
      const to = new URL(form, location.href);
      to.searchParams.set("page", sheet.dataset.sheet);
      if (area) to.searchParams.set("area", area.join(","));
      to.hash = anchor;
      location.assign(to);
    };
    reader.addEventListener("pointerdown", (event) => {
      const sheet = event.target.closest("[data-sheet]");
      if (!sheet || event.button !== 0 || event.target.closest("a, button, .pinnote") || event.pointerType !== "mouse" && !armed) return;
      event.preventDefault();
      clear();
      const box = sheet.querySelector("img").getBoundingClientRect();
      const x0 = (event.clientX - box.left) / box.width, y0 = (event.clientY - box.top) / box.height;
      const svg = document.createElementNS(NS, "svg");
      svg.setAttribute("class", "overlay pointed");
      const rect = svg.appendChild(document.createElementNS(NS, "rect"));
      rect.setAttribute("class", "area");
      sheet.append(svg);
      let area = null;
      const drag = (e) => {
        const x1 = Number(part((e.clientX - box.left) / box.width)), y1 = Number(part((e.clientY - box.top) / box.height));
        area = [part(Math.min(x0, x1)), part(Math.min(y0, y1)), part(Math.abs(x1 - x0)), part(Math.abs(y1 - y0))];
        ["x", "y", "width", "height"].forEach((name, i) => rect.setAttribute(name, 100 * area[i] + "%"));
      };
      const end = () => {
        removeEventListener("pointermove", drag);
        removeEventListener("pointerup", end);
        removeEventListener("pointercancel", end);
        arm(false);
        if (!area || area[2] < 0.01 || area[3] < 0.004) { svg.remove(); return; } // a click, not a place
        const here = document.createElement("div");
        here.className = "cluster close pointed";
        for (const aim of aims) {
          const act = document.createElement("button");
          act.className = "btn small primary";
          act.type = "button";
          act.textContent = aim[2];
          act.addEventListener("click", () => go(aim, sheet, area));
          here.append(act);
        }
        place(here, area);
        sheet.append(here);
        here.querySelector("button").focus({ preventScroll: true });
      };
      addEventListener("pointermove", drag);
      addEventListener("pointerup", end);
      addEventListener("pointercancel", end);
    });
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
      const aim = aims.find((a) => a[3] === event.key);
      if (aim && current) { event.preventDefault(); go(aim, current, null); }
      if (event.key === "Escape") { clear(); arm(false); }
    });
  }

  // seen names what a sheet shows: "address#page", several with spaces between.
  const seen = (sheet) => sheet.dataset.seen ?? reader.dataset.reader + "#" + sheet.dataset.sheet;

  // A page counts as on screen while it fills the most of a window that is looked at.
  const TICK = 1000;
  setInterval(() => {
    if (current && document.visibilityState === "visible") for (const s of seen(current).split(" ")) shown.set(s, (shown.get(s) ?? 0) + TICK);
  }, TICK);
  const report = () => {
    const forms = new Map();
    for (const [s, ms] of shown) {
      const [at, n] = s.split("#");
      if (!forms.has(at)) forms.set(at, new URLSearchParams());
      forms.get(at).set("p" + n, ms);
    }
    shown.clear();
    for (const [at, form] of forms) navigator.sendBeacon(at, form);
  };
  setInterval(report, 15 * TICK);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") report(); });
  addEventListener("pagehide", report);
}

// The form of a finding that was pointed to: the words of its place come by themselves, where the reader may have them.
// They travel in no address, which a browser would keep.
const pointed = document.querySelector("[data-quote-from]");
const quote = document.getElementById("f-quote");
if (pointed && quote && !quote.value) {
  const answer = await fetch(pointed.dataset.quoteFrom).catch(() => null);
  const words = answer?.ok ? (await answer.text()).replace(/\s+/g, " ").trim().slice(0, 500) : "";
  if (words && !quote.value) {
    quote.value = words;
    quote.dispatchEvent(new Event("input", { bubbles: true })); // what was typed is kept, this too
  }
}
