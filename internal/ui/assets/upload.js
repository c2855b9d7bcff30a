// Uploads: files dropped on or chosen in [data-upload] go one by one, each with its progress. What fails keeps its
// line and the server's sentence; the others go on.
import { say } from "./ui.js";

const sentence = (request) => {
  if (request.status === 0) return "Not sent: the connection broke. Try again.";
  const type = request.getResponseHeader("Content-Type") ?? "";
  if (type.includes("json")) {
    try { const told = JSON.parse(request.responseText); return told.detail ?? told.title; } catch { /* said below */ }
  }
  if (type.includes("html")) {
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const told = page.querySelector("[role=alert]") ?? page.querySelector("main h1");
    if (told) return told.textContent.replace(/\s+/g, " ").trim();
  }
  if (type.startsWith("text/plain") && request.responseText) return request.responseText.trim();
  return `Not taken: the server answered ${request.status}. Try again.`;
};

const line = (list, file) => {
  const item = document.createElement("li");
  const name = document.createElement("span");
  const note = document.createElement("small");
  const bar = document.createElement("progress");
  name.textContent = file.name;
  note.textContent = "Waiting";
  bar.className = "progress";
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  name.append(note, bar);
  item.append(document.createElement("span"), name);
  list.append(item);
  return { item, note, bar };
};

const post = (form, input, file, row) => new Promise((done) => {
  const body = new FormData(form);
  body.delete(input.name);
  body.append(input.name, file, file.name);
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("X-Part", "1");
  request.upload.onprogress = (event) => {
    if (!event.lengthComputable) return;
    row.bar.value = event.loaded / event.total * 100;
    row.note.textContent = event.loaded < event.total ? `${Math.floor(row.bar.value)}% sent` : "Sent; the server looks at it";
  };
  request.onloadend = () => {
    const ok = request.status >= 200 && request.status < 300;
    row.bar.hidden = true;
    row.note.textContent = ok ? "Taken" : sentence(request);
    row.note.className = ok ? "ok" : "bad";
    if (!ok) say(`${file.name}: ${row.note.textContent}`);
    done(ok);
  };
  request.send(body);
});

const again = (form, input, file, row) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn small";
  button.textContent = "Try again";
  button.onclick = () => { row.item.remove(); send(form, [file]); };
  row.item.append(button);
};

const leave = (event) => event.preventDefault();

async function send(form, files) {
  const input = form.querySelector("input[type=file]");
  const list = form.querySelector("[data-upload-list]");
  if (!files.length) return;
  addEventListener("beforeunload", leave);
  const rows = files.map((file) => line(list, file));
  let failed = 0;
  for (const [at, file] of files.entries()) {
    if (await post(form, input, file, rows[at])) continue;
    failed++;
    again(form, input, file, rows[at]);
  }
  removeEventListener("beforeunload", leave);
  input.value = "";
  // A page with a failed line stays, so that its sentence can be read.
  if (!failed && !list.querySelector(".bad")) location.assign(form.dataset.uploadNext ?? location.href);
}

for (const form of document.querySelectorAll("form[data-upload]")) {
  const input = form.querySelector("input[type=file]");
  const some = (files) => input.multiple ? [...files] : [...files].slice(0, 1);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, some(input.files));
  });
  form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("over"); });
  form.addEventListener("dragleave", () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    send(form, some(event.dataTransfer.files));
  });
}
