// Putting rows in order: dragging and the two buttons write the numbers, typing a number moves the row. The numbers are what is sent.
function boxes(body) {
  return [...body.querySelectorAll("tr[data-move] input.ord")];
}

function fixed(body) {
  return new Set([...body.querySelectorAll("tr:not([data-move]) td.n")].map((cell) => Number(cell.textContent)));
}

// Numbers of rows that were handed up are taken. What stands above a ranked row is ranked too, or the order that is
// seen would not be the one that is saved; rows below the last ranked one stay without a number until they are moved.
function number(body, moved) {
  const taken = fixed(body);
  const all = boxes(body);
  const last = all.findLastIndex((box) => box.value || box.closest("tr") === moved);
  let n = 0;
  all.slice(0, last + 1).forEach((box) => {
    n += 1;
    while (taken.has(n)) n += 1;
    box.value = n;
  });
  const said = document.querySelector("[data-order-said]");
  if (said) said.textContent = "排过了，还没存";
}

function sort(body) {
  const rows = boxes(body).map((box, at) => ({ row: box.closest("tr"), n: Number(box.value) || Infinity, at }));
  rows.sort((a, b) => a.n - b.n || a.at - b.at);
  rows.reverse().forEach(({ row }) => body.prepend(row));
}

function shift(row, step) {
  const body = row.parentElement;
  const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other || !other.matches("[data-move]")) return;
  if (step < 0) other.before(row);
  else other.after(row);
  number(body, row);
}

function onClick(event) {
  const button = event.target.closest("[data-up], [data-down]");
  if (!button) return;
  shift(button.closest("tr"), button.matches("[data-up]") ? -1 : 1);
  button.focus();
}

function drag(body) {
  let held = null;
  body.querySelectorAll("tr[data-move] .grip").forEach((grip) => {
    const row = grip.closest("tr");
    grip.addEventListener("pointerdown", () => { row.draggable = true; });
    grip.addEventListener("pointerup", () => { row.draggable = false; });
    row.addEventListener("dragstart", (event) => { held = row; event.dataTransfer.effectAllowed = "move"; row.classList.add("on"); });
    row.addEventListener("dragend", () => { row.draggable = false; row.classList.remove("on"); if (held) number(body, held); held = null; });
  });
  body.addEventListener("dragover", (event) => {
    const over = event.target.closest("tr[data-move]");
    if (!held || !over || over === held || over.parentElement !== body) return;
    event.preventDefault();
    const box = over.getBoundingClientRect();
    if (event.clientY < box.top + box.height / 2) over.before(held);
    else over.after(held);
  });
  body.addEventListener("drop", (event) => event.preventDefault());
}

export function startOrder() {
  document.querySelectorAll("[data-order]").forEach((body) => {
    body.querySelectorAll("[data-js]").forEach((cell) => { cell.hidden = false; });
    body.addEventListener("click", onClick);
    body.addEventListener("change", (event) => { if (event.target.matches("input.ord")) sort(body); });
    drag(body);
  });
}
