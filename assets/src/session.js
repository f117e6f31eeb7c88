// Who is signed in, and the token that proves a request is ours. The cookie is read when needed: a login in another window renews it.
export function csrf() {
  const found = document.cookie.split("; ").find((one) => one.startsWith("csrftoken="));
  return found ? found.slice("csrftoken=".length) : document.body.dataset.csrf || "";
}

export function user() {
  return document.body.dataset.user || "";
}

const channel = "BroadcastChannel" in window ? new BroadcastChannel("portal-login") : null;

// A page that waits for somebody to sign in again hears of it from the window where they did.
export function onLogin(act) {
  if (channel) channel.addEventListener("message", (event) => { if (event.data === user()) act(); });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") act(); });
}

export function startSession() {
  if (channel && document.body.dataset.signedIn !== undefined) channel.postMessage(user());
  document.addEventListener("submit", (event) => {
    const token = event.target.elements && event.target.elements.csrfmiddlewaretoken;
    if (token) token.value = csrf();
  }, true);
}
