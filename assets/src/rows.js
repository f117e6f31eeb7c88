// A question answered in rows: rows are added, removed and moved in place. Names carry the place of the row, so that what is sent is in order.
const ROW = /-\d+-/;

function lines(table) {
  return [...table.querySelectorAll("tbody > tr")];
}

function cells(row) {
  return [...row.querySelectorAll("input, select, textarea")];
}

function number(table) {
  lines(table).forEach((row, n) => {
    if (table.querySelector("[data-row-add]")) row.querySelector("th").textContent = n + 1;
    for (const cell of cells(row)) {
      cell.name = cell.name.replace(ROW, `-${n}-`);
      cell.setAttribute("aria-label", cell.getAttribute("aria-label").replace(/^第 \d+ 行/, `第 ${n + 1} 行`));
    }
  });
  const add = table.querySelector("[data-row-add]");
  if (add) add.hidden = table.dataset.most !== "" && lines(table).length >= Number(table.dataset.most);
}

function sums(table) {
  table.querySelectorAll("[data-sum]").forEach((output) => {
    const typed = lines(table).flatMap((row) => cells(row)).filter((cell) => cell.name.endsWith(`-${output.dataset.sum}`));
    output.textContent = typed.reduce((sum, cell) => sum + (/^\d+$/.test(cell.value.trim()) ? Number(cell.value) : 0), 0);
  });
}

function clear(row) {
  for (const cell of cells(row)) {
    if (cell.type === "checkbox") cell.checked = false;
    else cell.value = "";
  }
}

function add(table) {
  const made = lines(table).at(-1).cloneNode(true);
  clear(made);
  table.querySelector("tbody").append(made);
  number(table);
  return made;
}

function changed(table) {
  number(table);
  sums(table);
  table.dispatchEvent(new Event("input", { bubbles: true }));
}

function press(event) {
  const button = event.target.closest("[data-row-add], [data-row-up], [data-row-drop]");
  if (!button) return;
  const table = button.closest("[data-rows]");
  const row = button.closest("tr");
  if (button.hasAttribute("data-row-add")) cells(add(table))[0].focus();
  else if (button.hasAttribute("data-row-up") && row.previousElementSibling) {
    row.previousElementSibling.before(row);
    changed(table);
    button.focus();
  } else if (button.hasAttribute("data-row-drop")) {
    if (lines(table).length > 1) row.remove();
    else clear(row);
    changed(table);
    cells(lines(table).at(-1))[0].focus();
  }
}

export function tableOf(form, name) {
  return form.querySelector(`[data-rows="${CSS.escape(name)}"]`);
}

// Whether a name that is sent belongs to an answer: itself, or a cell of its rows.
export function belongs(sent, name) {
  return sent === name || new RegExp(`^${name}-\\d+-`).test(sent);
}

export function fillRows(table, rows) {
  while (lines(table).length < rows.length) add(table);
  lines(table).forEach((row, n) => {
    clear(row);
    for (const cell of cells(row)) {
      const value = (rows[n] || {})[cell.name.split("-").at(-1)];
      if (cell.type === "checkbox") cell.checked = value === true;
      else cell.value = value ?? "";
    }
  });
  sums(table);
}

// As many rows as kept words have, before they are put back.
export function growFor(form, kept) {
  form.querySelectorAll("[data-rows]").forEach((table) => {
    const places = [...kept.keys()].filter((key) => belongs(key, table.dataset.rows)).map((key) => Number(key.split("-")[1]));
    while (table.querySelector("[data-row-add]") && lines(table).length <= Math.max(-1, ...places)) add(table);
  });
}

export function startRows() {
  // With script the button sends nothing, and Enter in a cell does not press it.
  document.querySelectorAll("[data-row-add]").forEach((button) => { button.type = "button"; });
  document.querySelectorAll("[data-rows]").forEach(number);
  document.addEventListener("click", press);
  document.addEventListener("input", (event) => {
    const table = event.target.closest("[data-rows]");
    if (table && event.target !== table) sums(table);
  });
}
