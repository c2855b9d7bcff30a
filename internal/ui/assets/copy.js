// Buttons that copy a fact, and say so.
import { say } from "./ui.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    say("Copied.");
    button.classList.add("copied");
    setTimeout(() => button.classList.remove("copied"), 1200);
  } catch {
    say("Not copied: the browser does not allow it here. Mark the words and copy them.");
  }
});
