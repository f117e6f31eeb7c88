// Forms without autosave, too, lose no words: a copy stays on this computer until the portal has taken what was sent.
import { user } from "./session.js";
import { Slot, offer, typed } from "./slot.js";

const WAIT = 400;

class Keeper {
  constructor(form) {
    this.form = form;
    this.slot = new Slot(form.getAttribute("action") || location.pathname);
    this.first = typed(form);
    this.timer = 0;
    form.addEventListener("input", () => { clearTimeout(this.timer); this.timer = setTimeout(() => this.keep(), WAIT); });
    form.addEventListener("submit", () => this.keep(true));
    window.addEventListener("pagehide", () => { if (this.timer) this.keep(); });
    const kept = this.slot.read();
    if (kept && kept.body !== this.first) offer(form, this.slot, () => this.keep());
  }

  keep(sent = false) {
    clearTimeout(this.timer);
    this.timer = 0;
    const body = typed(this.form);
    if (body === this.first && !sent) this.slot.drop();
    else this.slot.store(body, sent);
  }
}

function wants(form) {
  return form.getAttribute("method") === "post" && !form.dataset.autosave && form.dataset.keep !== "no" && form.querySelector("textarea:not([readonly])");
}

export function startKeepers() {
  // Whoever is not signed in, like somebody who writes an objection, leaves no trace on the computer.
  if (!user()) return;
  const start = (root) => [...root.querySelectorAll("form")].filter(wants).forEach((form) => {
    if (!form.dataset.kept) new Keeper(form);
    form.dataset.kept = "1";
  });
  start(document);
  document.addEventListener("htmx:afterSettle", (event) => start(event.detail.target));
}
