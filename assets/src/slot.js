// What a form says, and the copy of it on this computer. The owner is part of the key: on a shared computer nobody is offered another person's words.
import { belongs, fillRows, growFor, tableOf } from "./rows.js";
import { user } from "./session.js";

const KEEP_DAYS = 7;
const PREFIX = "draft:";
const OURS = ["_key", "csrfmiddlewaretoken"];
const TAB = "draft-tab";

export function words(form, held = new Map()) {
  const data = new FormData(form);
  const pairs = [...data].filter(([name, value]) => typeof value === "string" && !OURS.includes(name) && ![...held.keys()].some((one) => belongs(name, one)));
  for (const name of held.keys()) pairs.push(["_held", name]);
  return new URLSearchParams(pairs);
}

// Only what somebody typed: the page's version and what it holds back are not words.
export function typed(form) {
  const body = words(form);
  body.delete("version");
  return body.toString();
}

export function clock() {
  const now = new Date();
  return `${String(now.getHours()).padStart(2, "0")}:${String(now.getMinutes()).padStart(2, "0")}`;
}

export function setField(form, name, value) {
  const table = tableOf(form, name);
  if (table) fillRows(table, (typeof value === "string" ? JSON.parse(value || "[]") : value) || []);
  for (const field of form.elements) {
    if (field.name !== name || field.type === "hidden") continue;
    if (field.type === "checkbox") field.checked = value === true || value === "on";
    else if (field.type === "radio") field.checked = field.value === String(value ?? "");
    else field.value = value ?? "";
    if (field.matches("textarea[data-count]")) field.dispatchEvent(new CustomEvent("recount", { bubbles: true }));
  }
}

export function refill(form, body) {
  const kept = new URLSearchParams(body);
  growFor(form, kept);
  for (const field of form.elements) {
    if (!field.name || ["hidden", "file", "submit", "password"].includes(field.type)) continue;
    const values = kept.getAll(field.name);
    if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
    else if (field.type === "select-multiple") [...field.options].forEach((option) => { option.selected = values.includes(option.value); });
    else if (kept.has(field.name)) field.value = values[0];
    if (field.matches("textarea[data-count]")) field.dispatchEvent(new CustomEvent("recount", { bubbles: true }));
  }
}

export class Slot {
  constructor(address) {
    this.key = `${PREFIX}${user()}:${address}`;
  }

  read() {
    return remembered(this.key);
  }

  // A sent copy is under way from this window; whether it has arrived is seen by the page that comes next.
  store(body, sent = false) {
    try {
      localStorage.setItem(this.key, JSON.stringify({ at: Date.now(), clock: clock(), body, sent: sent ? tab() : "" }));
      return true;
    } catch {
      return false;
    }
  }

  drop() {
    try {
      localStorage.removeItem(this.key);
    } catch {
      // storage switched off: nothing is there
    }
  }
}

function remembered(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null; // storage switched off, or something else wrote there
  }
}

function allSlots() {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).map((key) => [key, remembered(key)]);
  } catch {
    return [];
  }
}

function tab() {
  if (!sessionStorage.getItem(TAB)) sessionStorage.setItem(TAB, `${Date.now()}-${Math.random()}`);
  return sessionStorage.getItem(TAB);
}

// A page of the portal that is no form with errors means that what was sent has arrived. A login or an error page means that it has not.
export function settle() {
  const arrived = user() !== "" && !document.querySelector(".note[data-focus]");
  for (const [key, kept] of allSlots()) {
    if (!kept || !kept.sent || kept.sent !== tab()) continue;
    if (arrived) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify({ ...kept, sent: "" }));
  }
}

export function forgetOld() {
  for (const [key, kept] of allSlots()) {
    if (!kept || Date.now() - kept.at > KEEP_DAYS * 86400000) localStorage.removeItem(key);
  }
}

function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn-sm mx";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

// Says that words are kept on this computer, and puts them back when asked to.
export function offer(form, slot, then) {
  const kept = slot.read();
  const note = document.createElement("div");
  note.className = "note warn";
  note.setAttribute("role", "status");
  const icon = document.createElement("i");
  icon.className = "i i-cloud";
  icon.setAttribute("aria-hidden", "true");
  const text = document.createElement("div");
  const bold = document.createElement("b");
  bold.textContent = `这台电脑上存着 ${kept.clock} 没传上去的字。`;
  text.append(bold, button("放回表单", () => { refill(form, kept.body); note.remove(); then(); }), button("不要了", () => { slot.drop(); note.remove(); }));
  note.append(icon, text);
  form.prepend(note);
}
