// A button on a portal's page that opens the assistant beside it. Each <script src=".../widget.js" data-site="…"
// data-token-url="…"> makes one; `reportqa` is all it leaves behind. The assistant is a frame of its own origin: messages are
// taken from that frame and origin alone, and sent to no other.
(() => {
  const script = document.currentScript;
  const { site, tokenUrl, label, position = "right", button: wanted } = script.dataset;
  const home = new URL(".", script.src);
  const chinese = !(document.documentElement.lang || "zh").toLowerCase().startsWith("en");
  const name = label || (chinese ? "研报问答" : "Ask the reports");
  const said = chinese
    ? { close: "关闭", again: "重试", absent: "问答没有打开：服务暂不可用，或此页面的地址未登记。请稍后重试，或联系管理员。" }
    : { close: "Close", again: "Try again", absent: "The assistant did not open: it is out of service, or does not know this page’s address. Try again later, or ask your administrator." };
  const failed = (why) => console.error(`reportqa: ${why}`);
  if (!site) return failed("data-site is missing");
  // The portal's own session proves who asks: to any other origin that would be handing it over.
  if (!tokenUrl || new URL(tokenUrl, location.href).origin !== location.origin) {
    return failed("data-token-url must be an address of this origin");
  }

  const STYLE = `
    :host { all: initial; --side: 24px; }
    * { box-sizing: border-box; font-family: "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
    button { cursor: pointer; border: 0; }
    button:focus-visible { outline: 3px solid #93c5fd; outline-offset: 2px; }
    .open { position: fixed; bottom: 24px; z-index: 2147483000; display: flex; align-items: center; gap: 8px; height: 48px;
      padding: 0 20px; border-radius: 24px; background: #1d4ed8; color: #fff; font-size: 15px;
      box-shadow: 0 4px 16px rgb(15 23 42 / 30%); transition: transform 0.15s; }
    .open:hover { transform: translateY(-2px); background: #1e40af; }
    .panel { position: fixed; bottom: 88px; z-index: 2147483001; display: flex; flex-direction: column;
      width: min(440px, calc(100vw - 48px)); height: min(720px, calc(100vh - 112px)); overflow: hidden; border-radius: 12px;
      background: #fff; border: 1px solid #cbd5e1; box-shadow: 0 12px 40px rgb(15 23 42 / 30%); animation: rise 0.16s ease-out; }
    .panel[hidden], .open[hidden] { display: none; }
    .bar { flex: none; display: flex; align-items: center; justify-content: space-between; padding: 0 6px 0 16px; height: 44px;
      background: #f1f5f9; color: #0f172a; font-size: 15px; font-weight: 600; }
    .bar button { width: 40px; height: 36px; border-radius: 6px; background: none; color: inherit; font-size: 22px; line-height: 1; }
    .bar button:hover { background: rgb(100 116 139 / 20%); }
    iframe { flex: 1; width: 100%; min-height: 0; border: 0; }
    .absent { margin: auto; padding: 32px; text-align: center; font-size: 15px; line-height: 1.8; }
    .absent button { display: block; margin: 16px auto; padding: 8px 22px; border-radius: 6px; background: #1d4ed8; color: #fff; font-size: 15px; }
    .absent[hidden], .absent:not([hidden]) + iframe { display: none; }
    @keyframes rise { from { transform: translateY(12px); opacity: 0; } }
    @media (max-width: 600px) {
      .panel { inset: 0; width: 100%; height: 100%; height: 100dvh; border: 0; border-radius: 0; }
    }
    @media (prefers-color-scheme: dark) {
      .panel { background: #0f172a; border-color: #334155; color: #e2e8f0; }
      .bar { background: #1e293b; color: #e2e8f0; }
    }
    @media (prefers-reduced-motion: reduce) { .open, .panel { transition: none; animation: none; } .open:hover { transform: none; } }
  `;

  const bots = (window.reportqa?.bots ?? []);
  if (bots.some((bot) => bot.site === site)) return failed(`a second button for ${site}`);

  const host = document.createElement("div");
  const shadow = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet(); // a page's policy against styles in the page does not mind it
  sheet.replaceSync(STYLE);
  shadow.adoptedStyleSheets = [sheet];

  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const opener = make("button", { type: "button", className: "open", textContent: name, hidden: wanted === "none" });
  const title = make("span", { id: "title", textContent: name });
  const closer = make("button", { type: "button", textContent: "×", onclick: () => bot.close() });
  closer.setAttribute("aria-label", said.close);
  const again = make("button", { type: "button", textContent: said.again, onclick: () => load() });
  const absent = make("p", { className: "absent", hidden: true }, said.absent, again);
  absent.setAttribute("role", "alert");
  const panel = make("div", { className: "panel", hidden: true }, make("div", { className: "bar" }, title, closer), absent);
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-labelledby", "title");
  opener.setAttribute("aria-haspopup", "dialog");
  opener.setAttribute("aria-expanded", "false");
  opener.addEventListener("click", () => (panel.hidden ? bot.open() : bot.close()));
  panel.addEventListener("keydown", ({ key }) => key === "Escape" && bot.close());
  for (const element of [opener, panel]) element.style[position === "left" ? "left" : "right"] = "24px";
  // Several buttons stand one above the other.
  const above = bots.length * 60;
  opener.style.bottom = `${24 + above}px`;
  shadow.append(opener, panel);

  // --- The frame ----------------------------------------------------------------------------------------------------

  const SPOKEN_MS = 1_000;
  let frame = null; // made when it is first opened: a page whose readers never do asks nothing of the service
  let isListening = false;
  const waiting = [];
  const listeners = {};

  const post = (message) => frame.contentWindow?.postMessage({ reportqa: 1, ...message }, home.origin);
  const send = (message) => (isListening ? post(message) : waiting.push(message));
  const emit = (event, detail) => {
    for (const listener of listeners[event] ?? []) listener(detail);
  };

  function load() {
    frame?.remove();
    isListening = false;
    absent.hidden = true;
    frame = make("iframe", { title: name, allow: "clipboard-write", referrerPolicy: "origin" });
    frame.src = new URL(`?site=${encodeURIComponent(site)}`, home).href;
    // A page of ours has spoken by then; what a browser shows in the place of one says nothing and cannot be asked.
    frame.addEventListener("load", () => setTimeout(() => (absent.hidden = isListening), SPOKEN_MS));
    panel.append(frame);
  }

  async function handOver() {
    try {
      const response = await fetch(tokenUrl, { credentials: "same-origin", cache: "no-store", redirect: "error" });
      const { token } = response.ok ? await response.json() : {};
      if (typeof token !== "string") throw new Error(`${tokenUrl}: ${response.status}, no token`);
      post({ type: "token", token });
    } catch (error) {
      failed(error.message);
      post({ type: "token-refused" });
      emit("error", { site, message: error.message });
    }
  }

  const isText = (value) => typeof value === "string" && value.length <= 100_000;

  addEventListener("message", ({ source, origin, data }) => {
    if (!frame || source !== frame.contentWindow || origin !== home.origin) return;
    if (typeof data !== "object" || data === null || data.reportqa !== 1) return;
    if (data.type === "token-wanted" && data.site === site) {
      handOver();
      isListening = absent.hidden = true;
      for (const message of waiting.splice(0)) post(message);
    }
    if (data.type === "ready" && isText(data.title)) {
      frame.title = label || data.title;
      title.textContent = frame.title;
      emit("ready", { site });
    }
    if (data.type === "answer" && isText(data.question) && isText(data.answer)) {
      emit("answer", { site, question: data.question, answer: data.answer, refused: data.refused === true });
    }
    if (data.type === "close") bot.close();
  });

  // --- What the portal's page may do ---------------------------------------------------------------------------------

  const bot = {
    site,
    open() {
      if (!frame) load();
      if (!panel.hidden) return;
      panel.hidden = false;
      opener.setAttribute("aria-expanded", "true");
      frame.focus();
      send({ type: "opened" });
      emit("open", { site });
    },
    close() {
      if (panel.hidden) return;
      panel.hidden = true;
      opener.setAttribute("aria-expanded", "false");
      opener.focus();
      emit("close", { site });
    },
    ask(question) {
      bot.open();
      send({ type: "ask", question: String(question).slice(0, 2_000) });
    },
    on(event, listener) {
      (listeners[event] ??= []).push(listener);
      return () => (listeners[event] = listeners[event].filter((each) => each !== listener));
    },
  };

  bots.push(bot);
  window.reportqa ??= {
    bots,
    bot: (id) => bots.find((each) => each.site === id),
    open: () => bots[0].open(),
    close: () => bots.forEach((each) => each.close()),
    ask: (question) => bots[0].ask(question),
    on: (event, listener) => bots.forEach((each) => each.on(event, listener)),
  };
  document.body.append(host);
})();
