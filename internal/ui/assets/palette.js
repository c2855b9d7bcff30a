// The palette: Ctrl K, a few letters, arrows, Enter. The server answers /find?q=… with a part of a page.
const dialog = document.getElementById("palette");
const input = dialog?.querySelector("input");
const results = dialog?.querySelector(".results");

let timer, asked;
const ask = async () => {
  asked?.abort();
  asked = new AbortController();
  const signal = asked.signal;
  try {
    const answer = await fetch("/find?q=" + encodeURIComponent(input.value.trim()), { headers: { "X-Part": "1" }, signal });
    const html = answer.ok ? await answer.text() : "";
    if (signal.aborted) return;
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(html, "text/html");
    results.replaceChildren(...(page.querySelector(".results") ?? page.body).childNodes);
    mark(0);
  } catch {
    if (signal.aborted) return;
    const line = document.createElement("p");
    line.className = "group";
    line.textContent = "Not found out: the connection broke. Type on to try again.";
    results.replaceChildren(line);
  }
};

const links = () => [...results.querySelectorAll("a[href]")];
let at = 0;
const mark = (to) => {
  const all = links();
  at = all.length ? (to + all.length) % all.length : 0;
  all.forEach((link, index) => {
    link.id ||= `found-${index}`;
    link.classList.toggle("on", index === at);
  });
  all[at]?.scrollIntoView({ block: "nearest" });
  if (all[at]) input.setAttribute("aria-activedescendant", all[at].id);
  else input.removeAttribute("aria-activedescendant");
};

// Enter opens what is marked; with nothing marked the form goes to the page Find.
input?.form.addEventListener("submit", (event) => {
  const link = links()[at];
  if (!link) return;
  event.preventDefault();
  link.click();
});
input?.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 120); });
input?.addEventListener("focus", () => { if (!results.childElementCount) ask(); });
input?.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "ArrowDown") mark(at + 1);
  else if (event.key === "ArrowUp") mark(at - 1);
  else return;
  event.preventDefault();
});
