// Nothing typed is ever lost: saved 800 ms after the last key, kept on this computer when the net or the login is gone, offered back later.
import { Clashes } from "./clashes.js";
import { belongs } from "./rows.js";
import { csrf, onLogin, user } from "./session.js";
import { Slot, clock, forgetOld, offer, setField, typed, words } from "./slot.js";

const WAIT = 800;
const RETRY = 15000;
// What may still be sent while a page goes away; the copy on this computer covers the rest.
const KEEPALIVE = 60000;

// What a form says, whatever the order of its fields; of one answer if it is named.
function said(body, name) {
  const pairs = [...body].filter(([key]) => !name || belongs(key, name));
  const sorted = new URLSearchParams(pairs);
  sorted.sort();
  return sorted.toString();
}

function drop(body, name) {
  for (const key of new Set(body.keys())) if (belongs(key, name)) body.delete(key);
}

class Autosave {
  constructor(form) {
    this.form = form;
    this.url = form.dataset.autosave;
    this.slot = new Slot(this.url);
    this.timer = 0;
    this.running = false;
    this.stopped = false;
    this.waiting = false;
    this.clashes = new Clashes(form, (name, side, theirs) => this.chosen(name, side, theirs));
    this.sent = said(this.body());
    form.addEventListener("input", () => this.soon());
    form.addEventListener("change", () => this.soon());
    form.addEventListener("submit", () => { clearTimeout(this.timer); this.slot.store(typed(form), true); this.stopped = true; });
    window.addEventListener("online", () => this.save());
    window.addEventListener("pageshow", (event) => { if (event.persisted) this.stopped = false; });
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") this.flush(); });
    window.addEventListener("pagehide", () => this.flush());
    onLogin(() => { if (this.waiting) this.save(); });
    const kept = this.slot.read();
    if (kept && kept.body === typed(form)) this.slot.drop();
    else if (kept) offer(form, this.slot, () => this.save());
  }

  body() {
    return words(this.form, this.clashes.open);
  }

  get dirty() {
    return said(this.body()) !== this.sent;
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), WAIT);
  }

  request(body, keepalive) {
    const key = this.form.elements._key ? this.form.elements._key.value : "";
    const headers = { "X-Autosave": "1", "X-CSRFToken": csrf(), "X-User": user(), "X-Page": key, "X-Requested-With": "XMLHttpRequest" };
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
    const body = this.body();
    try {
      await this.answer(await this.request(body, false), body);
    } catch {
      this.keep("断网了，字存在这台电脑，连上就传");
      this.later();
    } finally {
      this.running = false;
    }
    if (!this.stopped && this.dirty && !this.timer) this.soon();
  }

  later() {
    this.timer = setTimeout(() => this.save(), RETRY);
  }

  async answer(response, body) {
    this.waiting = response.type === "opaqueredirect" || [401, 403].includes(response.status);
    const told = response.ok || [400, 401, 409, 422].includes(response.status) ? await response.json().catch(() => ({})) : {};
    if (told.version !== undefined) this.taken(told, body);
    else if (this.waiting) this.expired(told.message);
    else if (response.status === 409) {
      this.stopped = true;
      this.keep(told.message || "这一页在别处改过了，你的字存在这台电脑");
    } else if (response.status === 413) this.keep("写得太长，传不上去，字在这台电脑。分成几段，或放进附件");
    else if ([400, 422].includes(response.status)) this.keep(told.message || "这一处还存不进去，字在这台电脑上");
    else {
      this.keep("没存进去，字在这台电脑，过一会儿再传");
      this.later();
    }
  }

  // The portal has kept what it could: what others wrote meanwhile comes into the form, what both wrote is shown side by side.
  taken(told, body) {
    const now = this.body();
    body.set("version", told.version);
    if (this.form.elements.version) this.form.elements.version.value = told.version;
    for (const [name, value] of Object.entries(told.fresh || {})) {
      if (said(now, name) !== said(body, name)) continue;
      setField(this.form, name, value);
      drop(body, name);
      for (const [key, shown] of this.body()) if (belongs(key, name)) body.append(key, shown);
    }
    for (const clash of told.clashes || []) {
      this.clashes.add(clash);
      drop(body, clash.name);
      body.append("_held", clash.name);
    }
    this.sent = said(body);
    if (this.clashes.open.size) this.keep(`有 ${this.clashes.open.size} 处两边都改过，选一边`);
    else {
      this.slot.drop();
      this.say(`${told.saved || clock()} 已自动保存`, true);
    }
    document.body.dispatchEvent(new CustomEvent("autosaved", { bubbles: true }));
  }

  chosen(name, side, theirs) {
    const mine = this.body().get(name) || "";
    if (side !== "mine") setField(this.form, name, side === "both" ? `${mine}\n${theirs}` : theirs);
    this.save();
  }

  store() {
    return this.slot.store(typed(this.form));
  }

  flush() {
    if (this.stopped || !this.dirty) return;
    this.store();
    const body = this.body();
    if (body.toString().length < KEEPALIVE) this.request(body, true).then((response) => { if (response.ok) this.slot.drop(); }, () => {});
  }

  keep(text) {
    const kept = this.store();
    this.say(kept ? text : "没存进去，这台电脑也存不下。先别关这一页", false);
  }

  // In a new window, so that this page with everything in it stays as it is; it goes on by itself after the login.
  expired(message) {
    const kept = this.store();
    const link = document.createElement("a");
    link.className = "inl";
    link.target = "_blank";
    link.rel = "noopener";
    link.href = `${document.body.dataset.login}?next=${encodeURIComponent(document.body.dataset.back)}`;
    link.textContent = "登录，接着填";
    const said = message ? `${message}。` : "登录过期了，";
    this.say(kept ? `${said}字都还在。` : `${said}先把字复制下来。`, false, link);
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
}

export function startAutosave() {
  forgetOld();
  document.querySelectorAll("form[data-autosave]").forEach((form) => new Autosave(form));
}
