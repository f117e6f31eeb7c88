// The one entry of the front end. Nothing here may need inline styles, inline scripts or eval: the policy forbids them.
import "@tabler/core/dist/css/tabler.css";
import "tom-select/dist/css/tom-select.bootstrap5.css";
import "./portal.css";

import "./htmx.js";
import "./select.js";
import "./portal.js";
