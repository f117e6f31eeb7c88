// What our own pages need of script. Everything works without it; it makes the same pages quicker and safer to type into.
import { startAutosave } from "./autosave.js";
import { startDialogs } from "./dialogs.js";
import { startForms } from "./forms.js";
import htmx from "./htmx.js";
import { startKeepers } from "./keeper.js";
import { startLists } from "./lists.js";
import { startOrder } from "./order.js";
import { startRows } from "./rows.js";
import { csrf, startSession } from "./session.js";
import { settle } from "./slot.js";
import { startTally } from "./tally.js";
import { startToasts } from "./toasts.js";

document.documentElement.classList.add("js");

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrf();
  // Empty filters stay out of the address, so that it can be sent to a colleague.
  if (event.target.matches("form[data-prune]")) {
    for (const [name, value] of [...event.detail.formData.entries()]) if (value === "") event.detail.formData.delete(name);
  }
});

// A swap must not drop the reader at the top of the page: the new heading (or the error summary) takes the focus if the old place is gone.
document.addEventListener("htmx:afterSettle", (event) => {
  const target = document.getElementById(event.detail.target.id) || event.detail.target;
  const lost = document.activeElement === document.body || document.activeElement === null;
  const wanted = target.querySelector("[data-focus]");
  if (wanted && (lost || wanted.matches(".note"))) wanted.focus();
});

// Printing is the browser's; without script its own menu does it, so the button shows only here.
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});

startToasts();
startDialogs(htmx);
startForms();
startLists();
startSession();
settle();
startRows();
startAutosave();
startKeepers();
startTally();
startOrder();
