// Menus, dialogs, keys. Every page works without this file.
const root = document.documentElement;
const FIELD = "input, textarea, select, [contenteditable]";

export const say = (words) => {
  const line = document.getElementById("says");
  if (line) line.textContent = words;
};

export const show = (id) => {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement)) return false;
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("input:not([type=hidden])")?.select();
  return true;
};

const menus = () => document.querySelectorAll("details.menu[open]:not(.shown)");

document.addEventListener("click", (event) => {
  const target = event.target;
  const opener = target.closest("[data-open]");
  if (opener && show(opener.dataset.open)) event.preventDefault();
  const closer = target.closest("[data-close]");
  const dialog = closer?.closest("dialog");
  if (dialog?.open) { dialog.close(); event.preventDefault(); }
  // A press on the scrim lands on the dialog itself.
  if (target instanceof HTMLDialogElement && target.id !== "idle") target.close();
  if (target.closest("[aria-disabled=true]")) event.preventDefault();
  for (const menu of menus()) if (!menu.contains(target)) menu.open = false;
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});

// Rows: J and K walk, Enter opens what is marked.
const stops = () => [...document.querySelectorAll("[data-rows] > tr, [data-rows] > li, .todo > li, article.finding")];
const links = (row) => row.querySelector("a.title, h3 a, a[href]");

const move = (step) => {
  const rows = stops().filter((row) => row.offsetParent && links(row));
  if (!rows.length) return;
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const next = here < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(here + step, 0), rows.length - 1);
  links(rows[next]).focus();
  rows[next].scrollIntoView({ block: "nearest" });
};

let going = 0; // when G was pressed
const single = (event) => {
  if (going && event.timeStamp - going < 1500) {
    going = 0;
    const link = document.querySelector(`[data-go="${CSS.escape(event.key.toLowerCase())}"]`);
    if (link) { location.assign(link.href); return true; }
  }
  switch (event.key) {
    case "g": going = event.timeStamp; return true;
    case "j": move(1); return true;
    case "k": move(-1); return true;
    case "?": return show("keys");
  }
  const named = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  named?.click();
  return Boolean(named);
};

document.addEventListener("keydown", (event) => {
  if (event.key === "k" && (event.ctrlKey || event.metaKey) && !event.altKey) {
    if (!document.getElementById("idle")?.open && show("palette")) event.preventDefault();
    return;
  }
  if (event.key === "Escape") {
    for (const menu of menus()) { menu.open = false; menu.querySelector("summary").focus(); }
    return;
  }
  const resting = root.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing ||
    event.target.closest?.(FIELD) || document.querySelector("dialog[open]");
  if (!resting && single(event)) event.preventDefault();
});

// A refused form starts at its summary.
document.querySelector("[data-focus]")?.focus();
