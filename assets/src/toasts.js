// Short messages: what just happened (8 seconds, may be undone). Errors are never toasts, they are notes that stay.
const LIFE = 8000;

function region() {
  return document.getElementById("toasts");
}

function fade(toast) {
  setTimeout(() => {
    // Somebody who is just about to press 撤回 keeps the button.
    if (toast.matches(":hover") || toast.contains(document.activeElement)) fade(toast);
    else toast.remove();
  }, LIFE);
}

export function say(text) {
  if (!region()) return;
  const toast = document.createElement("div");
  toast.className = "toast-x";
  const icon = document.createElement("i");
  icon.className = "i i-check";
  icon.setAttribute("aria-hidden", "true");
  const words = document.createElement("span");
  words.textContent = text;
  toast.append(icon, words);
  region().append(toast);
  fade(toast);
}

export function startToasts() {
  if (!region()) return;
  region().querySelectorAll(".toast-x").forEach(fade);
  document.body.addEventListener("toast", (event) => say(event.detail.value || event.detail.text));
  // A fragment that did not come: say what is safe and what to do, and leave the page as it is.
  document.body.addEventListener("htmx:sendError", () => say("可能断网了，这一步没做。连上再点一次"));
  document.body.addEventListener("htmx:responseError", (event) => {
    const number = event.detail.xhr.getResponseHeader("X-Request-Id");
    say(number ? `这一步没做成，编号 ${number}` : "这一步没做成，页面没有变。再点一次");
  });
}
