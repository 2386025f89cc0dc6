// The page within a portal's: whoever uses it is known by a token that the portal vouches for, and that is held in a variable
// here and nowhere else. No module: Gradio's are held back in the page until there is a token.
(() => {
  const site = JSON.parse(document.getElementById("site").textContent);
  const words = JSON.parse(document.getElementById("words").textContent);
  const SESSION = new URL("../api/v1/embed/session", document.baseURI);
  const PORTAL_MS = 10_000;
  const RENEWED_AT = 0.8; // of its life
  const MOST_CHARS = { token: 8_192, question: 2_000 };
  const reach = window.fetch.bind(window);

  // --- What is said to the portal's page, and heard from it ---------------------------------------------------------

  let portal = null; // its origin, once it has said something
  let vouch = null; // wait for the portal's word, the one or the other
  let refuse = null;

  function tell(message) {
    if (window.parent === window) return;
    const around = location.ancestorOrigins?.[0];
    for (const origin of portal ? [portal] : site.origins) {
      // Where the browser tells who is around, the others need not be tried.
      if (!around || around === origin) window.parent.postMessage({ reportqa: 1, ...message }, origin);
    }
  }

  const isText = (value, name) => typeof value === "string" && value.length > 0 && value.length <= MOST_CHARS[name];

  addEventListener("message", ({ source, origin, data }) => {
    if (source !== window.parent || source === window || !site.origins.includes(origin)) return;
    if (typeof data !== "object" || data === null || data.reportqa !== 1) return;
    portal = origin;
    if (data.type === "token" && isText(data.token, "token")) vouch?.(data.token);
    if (data.type === "token-refused") refuse?.(words.frame.signed_out);
    if (data.type === "ask" && isText(data.question, "question")) frame.hear(data.question);
    if (data.type === "opened") {
      document.documentElement.classList.add("in-panel"); // which has a bar with our title
      frame.opened();
    }
  });

  function vouched() {
    return new Promise((resolve, reject) => {
      refuse = (why) => reject(new Error(why));
      vouch = resolve;
      setTimeout(refuse, PORTAL_MS, words.frame.silent);
      tell({ type: "token-wanted", site: site.id });
    });
  }

  // --- The token ----------------------------------------------------------------------------------------------------

  let token = null;
  let renewing = null;
  let renewal;

  // One exchange at a time, for all who need it.
  function renew() {
    renewing ??= exchange().finally(() => (renewing = null));
    return renewing;
  }

  async function exchange() {
    const headers = { "Content-Type": "application/json" };
    if (token) headers.Authorization = `Bearer ${token}`;
    const body = JSON.stringify({ site: site.id, token: await vouched() });
    const response = await reach(SESSION, { method: "POST", headers, body, credentials: "omit" });
    if (response.status === 409 && document.documentElement.dataset.reader) return beginAnew();
    if (response.status === 409) throw new Error(words.frame.begin_anew);
    if (!response.ok) throw new Error(response.status === 403 ? words.frame.forbidden : words.frame.refused);
    const granted = await response.json();
    const known = document.documentElement.dataset.reader;
    if (known && known !== granted.history) return beginAnew();
    token = granted.token;
    document.documentElement.dataset.reader = granted.history;
    clearTimeout(renewal);
    // A machine that slept through it is told by a 401.
    renewal = setTimeout(() => renew().catch(() => {}), granted.expires_in * RENEWED_AT * 1000);
  }

  // Nothing of what is in this page may be there for whoever is next.
  function beginAnew() {
    location.reload();
    return new Promise(() => {});
  }

  function signed(request) {
    request.headers.set("Authorization", `Bearer ${token}`);
    return request;
  }

  window.fetch = async (...asked) => {
    const request = new Request(...asked);
    if (new URL(request.url).origin !== location.origin || !token) return reach(request);
    const again = request.clone();
    const used = token;
    const response = await reach(signed(request));
    if (response.status !== 401) return response;
    if (token === used) await renew().catch(() => {});
    return token === used ? response : reach(signed(again));
  };

  // --- The page, held back until then -------------------------------------------------------------------------------

  const frame = { site, tell, waiting: [], hear: (question) => frame.waiting.push(question), opened: () => {} };
  window.reportqaFrame = frame;

  function release() {
    for (const held of document.querySelectorAll("script[data-held]")) {
      const script = document.createElement("script");
      script.type = held.dataset.held;
      if (held.crossOrigin !== null) script.crossOrigin = held.crossOrigin;
      script.src = held.src;
      held.replaceWith(script);
    }
  }

  function show(text, again) {
    const line = document.createElement("p");
    line.id = "frame-told";
    line.setAttribute("role", "status");
    line.textContent = text;
    if (again) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = words.frame.again;
      button.addEventListener("click", begin);
      line.append(button);
    }
    document.getElementById("frame-told")?.remove();
    document.body.prepend(line);
  }

  async function begin() {
    if (window.parent === window) return show(words.frame.alone, false);
    show(words.frame.connecting, false);
    try {
      await renew();
    } catch (error) {
      return show(error.message, true);
    }
    document.getElementById("frame-told").remove();
    release();
  }

  const dark = site.theme === "dark" || (site.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  document.addEventListener("DOMContentLoaded", begin);
})();
