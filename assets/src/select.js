// <select data-search> gets a search box: for lists of schools and members that are too long to scroll.
import TomSelect from "tom-select/base";

import htmx from "./htmx.js";

function notFound() {
  const said = document.createElement("div");
  said.className = "no-results";
  said.textContent = "没有这个名字的，换个字再找";
  return said;
}

function enhance(root) {
  for (const select of root.querySelectorAll("select[data-search]")) {
    if (select.tomselect) continue;
    // the label moves to the box one types into; the select itself keeps its name for whoever still reaches it
    if (select.labels.length) select.setAttribute("aria-label", select.labels[0].textContent.trim());
    new TomSelect(select, { maxOptions: 200, allowEmptyOption: true, render: { no_results: () => notFound() } });
  }
}

htmx.onLoad((element) => enhance(element.parentElement ?? element));
