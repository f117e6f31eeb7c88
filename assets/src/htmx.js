// htmx under a strict content security policy. The settings are read when the page is ready, after this module has run.
import htmx from "htmx.org";

Object.assign(htmx.config, {
  includeIndicatorStyles: false, // would insert a <style>; ours are in portal.css
  allowEval: false,
  allowScriptTags: false,
  // pages show personal data: no copies in the browser's storage
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  defaultSwapStyle: "outerHTML",
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    // a form with errors comes back as 422 and keeps the input
    { code: "422", swap: true },
    { code: "[45]..", swap: false, error: true },
  ],
});

window.htmx = htmx;
export default htmx;
