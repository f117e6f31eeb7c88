// Typing and sending: character counts, one press one act, show password, file picker with progress.
import { count } from "./count.js";

function showCount(area) {
  const output = document.getElementById(`${area.id}-count`);
  if (!output) return;
  const limit = Number(area.dataset.count);
  const used = count(area.value);
  const left = limit - used;
  const figures = `${used.toLocaleString("en")} / ${limit.toLocaleString("en")}`;
  output.textContent = left >= 0 ? `${figures}，还可写 ${left.toLocaleString("en")} 字` : `${figures}，多 ${(-left).toLocaleString("en")} 字`;
  output.classList.toggle("bad-t", left < 0);
}

function busy(form, on, pressed) {
  const buttons = form.querySelectorAll("button:not([type=button])");
  const id = form.getAttribute("id"); // not form.id: a field may be called so
  const outside = id ? document.querySelectorAll(`button[form="${id}"]:not([type=button])`) : [];
  [...buttons, ...outside].forEach((button) => {
    button.disabled = on;
    if (button === pressed || !on) button.toggleAttribute("aria-busy", false);
    if (on && button === pressed) button.setAttribute("aria-busy", "true");
  });
}

function onSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || form.getAttribute("method") !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  // After the browser has read the form: a disabled button would not be sent.
  setTimeout(() => busy(form, true, event.submitter), 0);
  // A download leaves us on the page; then the form must be usable again.
  setTimeout(() => again(form), 15000);
}

function again(form) {
  delete form.dataset.sent;
  busy(form, false, null);
}

function uploads() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-pick]");
    if (!link) return;
    event.preventDefault();
    document.getElementById(link.dataset.pick).click();
  });
  document.addEventListener("htmx:xhr:progress", (event) => {
    const bar = event.target.closest && event.target.closest("li, form");
    const progress = bar && bar.querySelector("progress[data-upload]");
    if (!progress || !event.detail.total) return;
    const percent = Math.floor((event.detail.loaded / event.detail.total) * 100);
    progress.hidden = false;
    progress.value = percent;
    const said = bar.querySelector("[data-upload-said]");
    if (said) said.textContent = percent < 100 ? `正在传，${percent}%` : "传完了，正在检查";
  });
}

export function startForms() {
  document.addEventListener("input", (event) => {
    if (event.target.matches("textarea[data-count]")) showCount(event.target);
  });
  document.addEventListener("recount", (event) => showCount(event.target));
  const fresh = (root) => root.querySelectorAll("textarea[data-count]").forEach(showCount);
  fresh(document);
  document.addEventListener("htmx:afterSettle", (event) => fresh(event.detail.target));

  document.addEventListener("submit", onSubmit);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(again);
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.matches("form")) busy(event.target, true, event.detail.requestConfig.triggeringEvent?.submitter);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.target.matches("form")) busy(event.target, false, null);
  });

  document.addEventListener("change", (event) => {
    const id = event.target.dataset.reveal;
    if (id) id.split(" ").forEach((one) => { document.getElementById(one).type = event.target.checked ? "text" : "password"; });
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  });
  uploads();

  const summary = document.querySelector(".note[data-focus]");
  if (summary) summary.focus();
}
