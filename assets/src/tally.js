// A button that says how many places are ticked: “退回，请改 2 处”. Writing what to mend ticks its place.
function recount(fieldset) {
  const button = fieldset.closest("form").querySelector("[data-tally-verb]");
  if (!button) return;
  const ticked = fieldset.querySelectorAll("input[type=checkbox]:checked").length;
  button.textContent = ticked ? button.dataset.tallyVerb.replace("#", ticked) : button.dataset.tallyNone;
}

export function startTally() {
  document.addEventListener("input", (event) => {
    const fieldset = event.target.closest("fieldset[data-tally]");
    if (!fieldset) return;
    if (event.target.type !== "checkbox" && event.target.value) event.target.parentElement.querySelector("input[type=checkbox]").checked = true;
    recount(fieldset);
  });
}
