// Two people wrote into one answer: both texts side by side at the field. Until somebody chooses, the answer is held back.
export class Clashes {
  constructor(form, taken) {
    this.form = form;
    this.taken = taken;
    this.open = new Map();
    form.addEventListener("submit", (event) => this.stop(event), true);
    form.querySelectorAll("[data-clash]").forEach((block) => this.show(block));
  }

  add(told) {
    if (this.open.has(told.name)) this.open.get(told.name).remove();
    const holder = document.createElement("template");
    holder.innerHTML = told.html; // our own template, escaped by the server
    this.show(holder.content.firstElementChild);
  }

  show(block) {
    const name = block.dataset.clash;
    const field = this.form.querySelector(`[name="${CSS.escape(name)}"], [data-rows="${CSS.escape(name)}"]`);
    const place = field && field.closest(".f");
    if (place) place.after(block);
    else this.form.prepend(block);
    this.open.set(name, block);
    const theirs = block.querySelector("[data-theirs]").value;
    block.querySelectorAll("[data-take]").forEach((button) => button.addEventListener("click", () => this.take(name, button.dataset.take, theirs)));
  }

  take(name, side, theirs) {
    this.open.get(name).remove();
    this.open.delete(name);
    this.taken(name, side, theirs);
  }

  stop(event) {
    const first = this.open.values().next().value;
    if (!first) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    first.focus();
    first.scrollIntoView({ block: "center" });
  }
}
