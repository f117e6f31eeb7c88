import { defineConfig } from "vite";

export default defineConfig({
  // relative addresses inside the css: Django's storage renames the files once more
  base: "./",
  publicDir: false,
  build: {
    outDir: "../static/dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    // schools run Chromium builds of this age
    target: ["chrome109", "firefox115", "safari16"],
    cssTarget: ["chrome109", "firefox115", "safari16"],
    // a data: script or font would need a wider content security policy
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: "src/main.js",
      // htmx carries an eval that htmx.config.allowEval switches off
      checks: { eval: false, pluginTimings: false },
    },
  },
});
