// Ticking rows, the bar of bulk moves, and "/" for the find box.
function boxes(form) {
  return [...document.querySelectorAll(`input[type=checkbox][name=pk][form="${form.id}"]`)];
}

function refresh(form) {
  const rows = boxes(form);
  const ticked = rows.filter((box) => box.checked);
  const all = form.elements.all;
  if (ticked.length < rows.length) all.value = "";
  rows.forEach((box) => box.closest("tr").classList.toggle("on", box.checked));
  const head = document.querySelector(`[data-all="${form.id}"]`);
  if (head) {
    head.checked = rows.length > 0 && ticked.length === rows.length;
    head.indeterminate = ticked.length > 0 && ticked.length < rows.length;
  }
  form.hidden = ticked.length === 0;
  const count = all.value ? Number(form.dataset.total) : ticked.length;
  const said = form.querySelector("[data-said]");
  const words = `已选 ${count.toLocaleString("en")} ${form.dataset.noun}。`;
  if (said.textContent !== words) said.textContent = words;
  const more = form.querySelector("[data-everything]");
  if (more) more.hidden = Boolean(all.value) || Number(form.dataset.total) <= rows.length;
}

function tick(form, value) {
  boxes(form).forEach((box) => { box.checked = value; });
  refresh(form);
}

function onChange(event) {
  const box = event.target;
  if (box.matches("[data-all]")) tick(document.getElementById(box.dataset.all), box.checked);
  else if (box.matches("[data-tick-all]")) document.querySelectorAll(`input[type=checkbox][name="${box.dataset.tickAll}"]`).forEach((one) => { one.checked = box.checked; });
  else if (box.matches("input[name=pk][form]") && box.form && box.form.matches("[data-bulk]")) refresh(box.form);
}

function onClick(event) {
  const form = event.target.closest("[data-bulk]");
  if (!form) return;
  if (event.target.closest("[data-everything]")) {
    tick(form, true);
    form.elements.all.value = "1";
    refresh(form);
  } else if (event.target.closest("[data-nothing]")) {
    form.elements.all.value = "";
    tick(form, false);
  }
}

function onKey(event) {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const box = [...document.querySelectorAll("input[type=search]")].find((input) => input.offsetParent !== null);
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
}

// Menus made of <details> close when one clicks elsewhere or presses Esc.
function closeMenus(event) {
  if (event.type === "keydown" && event.key !== "Escape") return;
  document.querySelectorAll("details.pos[open]").forEach((menu) => {
    if (event.type === "click" && menu.contains(event.target)) return;
    menu.open = false;
    if (event.type === "keydown" && menu.contains(document.activeElement)) menu.querySelector("summary").focus();
  });
}

// Typing already searches; the browser's own "change" when the box is left would ask once more, with filters that may be gone by then.
function quiet(event) {
  if (event.target.matches("form[data-prune] input[type=search]")) event.stopPropagation();
}

export function startLists() {
  document.addEventListener("change", quiet, true);
  document.addEventListener("change", onChange);
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", closeMenus);
  document.addEventListener("keydown", closeMenus);
  document.querySelectorAll("[data-bulk]").forEach(refresh);
}
