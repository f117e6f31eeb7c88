// Nothing typed is ever lost: saved 800 ms after the last key, kept on this computer when the net or the login is gone, offered back later.
const WAIT = 800;
const RETRY = 15000;
const KEEP_DAYS = 7;
const PREFIX = "draft:";

function words(form) {
  const data = new FormData(form);
  const pairs = [...data].filter(([name, value]) => typeof value === "string" && !["_key", "csrfmiddlewaretoken"].includes(name));
  return new URLSearchParams(pairs);
}

function clock() {
  const now = new Date();
  return `${String(now.getHours()).padStart(2, "0")}:${String(now.getMinutes()).padStart(2, "0")}`;
}

class Autosave {
  constructor(form) {
    this.form = form;
    this.url = form.dataset.autosave;
    // The owner is part of the key: on a shared computer nobody is offered another person's words.
    this.slot = `${PREFIX}${document.body.dataset.user || ""}:${this.url}`;
    this.sent = words(form).toString();
    this.timer = 0;
    this.running = false;
    this.stopped = false;
    form.addEventListener("input", () => this.soon());
    form.addEventListener("change", () => this.soon());
    form.addEventListener("submit", () => { clearTimeout(this.timer); this.stopped = true; });
    window.addEventListener("online", () => this.save());
    window.addEventListener("pageshow", (event) => { if (event.persisted) this.stopped = false; });
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") this.flush(); });
    window.addEventListener("pagehide", () => this.flush());
    this.offer();
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), WAIT);
  }

  get dirty() {
    return words(this.form).toString() !== this.sent;
  }

  request(body, keepalive) {
    const headers = { "X-Autosave": "1", "X-CSRFToken": document.body.dataset.csrf || "", "X-Requested-With": "XMLHttpRequest" };
    return fetch(this.url, { method: "POST", body, headers, credentials: "same-origin", redirect: "manual", keepalive });
  }

  async save() {
    clearTimeout(this.timer);
    this.timer = 0;
    if (this.stopped || !this.dirty) return;
    if (this.running) {
      this.soon();
      return;
    }
    this.running = true;
    const body = words(this.form);
    try {
      await this.answer(await this.request(body, false), body);
    } catch {
      this.keep("断网了，字存在这台电脑，连上就传");
      this.timer = setTimeout(() => this.save(), RETRY);
    } finally {
      this.running = false;
    }
    if (!this.stopped && this.dirty && !this.timer) this.soon();
  }

  async answer(response, body) {
    if (response.ok) {
      const told = await response.json();
      this.sent = body.toString();
      localStorage.removeItem(this.slot);
      if (told.version !== undefined && this.form.elements.version) {
        this.form.elements.version.value = told.version;
        this.sent = words(this.form).toString() === body.toString() ? this.sent : this.resent(body, told.version);
      }
      this.say(`${told.saved || clock()} 已自动保存`, true);
      document.body.dispatchEvent(new CustomEvent("autosaved", { bubbles: true }));
    } else if (response.status === 409) {
      const told = await response.json().catch(() => ({}));
      this.stopped = true;
      this.keep(told.message || "这一页在别处改过了，你的字存在这台电脑");
    } else if (response.type === "opaqueredirect" || [401, 403].includes(response.status)) {
      this.expired();
    } else if (response.status === 422 || response.status === 400) {
      const told = await response.json().catch(() => ({}));
      this.keep(told.message || "这一处还存不进去，字在这台电脑上");
    } else {
      this.keep("没存进去，字在这台电脑，过一会儿再传");
      this.timer = setTimeout(() => this.save(), RETRY);
    }
  }

  resent(body, version) {
    body.set("version", version);
    return body.toString();
  }

  flush() {
    if (this.stopped || !this.dirty) return;
    const body = words(this.form);
    this.store(body);
    // keepalive outlives the page; 64 kB is its limit, the copy above covers the rest.
    if (body.toString().length < 60000) {
      this.request(body, true).then((response) => { if (response.ok) { this.sent = body.toString(); localStorage.removeItem(this.slot); } }, () => {});
    }
  }

  store(body) {
    try {
      localStorage.setItem(this.slot, JSON.stringify({ at: Date.now(), clock: clock(), body: body.toString() }));
      return true;
    } catch {
      return false;
    }
  }

  keep(text) {
    const kept = this.store(words(this.form));
    this.say(kept ? text : "没存进去，这台电脑也存不下。先别关这一页", false);
  }

  expired() {
    const kept = this.store(words(this.form));
    const next = encodeURIComponent(location.pathname + location.search);
    const link = document.createElement("a");
    link.className = "inl";
    link.href = `${document.body.dataset.login || "/accounts/login/"}?next=${next}`;
    link.textContent = "重新登录，接着填";
    this.say(kept ? "登录过期了，字都还在。" : "登录过期了。先把字复制下来。", false, link);
  }

  say(text, good, link) {
    document.querySelectorAll("[data-saved]").forEach((place) => {
      place.classList.toggle("off", !good);
      const icon = place.querySelector(".i");
      if (icon) icon.className = `i ${good ? "i-okc" : "i-cloud"}`;
      const said = place.querySelector("[data-saved-said]");
      said.textContent = text;
      if (link) said.append(link);
    });
  }

  offer() {
    const kept = remembered(this.slot);
    if (!kept) return;
    if (kept.body === this.sent) {
      localStorage.removeItem(this.slot);
      return;
    }
    const note = document.createElement("div");
    note.className = "note warn";
    note.setAttribute("role", "status");
    const icon = document.createElement("i");
    icon.className = "i i-cloud";
    icon.setAttribute("aria-hidden", "true");
    const text = document.createElement("div");
    const bold = document.createElement("b");
    bold.textContent = `这台电脑上存着 ${kept.clock} 没传上去的字。`;
    text.append(bold, this.button("放回表单", () => { this.restore(kept.body); note.remove(); }), this.button("不要了", () => { localStorage.removeItem(this.slot); note.remove(); }));
    note.append(icon, text);
    this.form.prepend(note);
  }

  button(label, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm mx";
    button.textContent = label;
    button.addEventListener("click", act);
    return button;
  }

  restore(body) {
    const kept = new URLSearchParams(body);
    for (const field of this.form.elements) {
      if (!field.name || ["hidden", "file", "submit"].includes(field.type)) continue;
      const values = kept.getAll(field.name);
      if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
      else if (field.type === "select-multiple") [...field.options].forEach((option) => { option.selected = values.includes(option.value); });
      else if (kept.has(field.name)) field.value = values[0];
      if (field.matches("textarea[data-count]")) field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    this.save();
  }
}

function remembered(slot) {
  try {
    return JSON.parse(localStorage.getItem(slot));
  } catch {
    return null; // storage switched off, or something else wrote there
  }
}

function forgetOld() {
  try {
    for (const key of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))) {
      const kept = remembered(key);
      if (!kept || Date.now() - kept.at > KEEP_DAYS * 86400000) localStorage.removeItem(key);
    }
  } catch {
    // no storage, nothing to forget
  }
}

export function startAutosave() {
  forgetOld();
  document.querySelectorAll("form[data-autosave]").forEach((form) => new Autosave(form));
}
