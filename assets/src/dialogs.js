// One <dialog> for the whole page, filled when opened. The same link without script is a page of its own.
export function startDialogs(htmx) {
  const box = document.getElementById("dlg");
  if (!box || !box.showModal) return;
  let opener = null;

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-dialog]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
      event.preventDefault();
      opener = link;
      htmx.ajax("GET", link.href, { target: "#dlg", swap: "innerHTML" });
      return;
    }
    const closer = event.target.closest("[data-close]");
    if (closer && box.contains(closer)) {
      event.preventDefault();
      box.close();
    }
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === box && box.childElementCount && !box.open) box.showModal();
  });

  box.addEventListener("close", () => {
    box.replaceChildren();
    if (opener && opener.isConnected) opener.focus();
    opener = null;
  });
}
