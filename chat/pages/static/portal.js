// What a page does for the portal's page around it: looks as its site is configured, asks what the portal hands over, tells of
// answers, and shows reports in a layer of its own, since a new window would not know who is reading.
import { whenThere, wish } from "./wishes.js";
import { words } from "./words.js";

const { site, tell, waiting } = window.reportqaFrame;

// --- As the site wants it -------------------------------------------------------------------------------------------

// Said in a part of the page in the place of ours, each time that part is drawn.
function say(part, selector, text) {
  const line = part.querySelector(selector);
  if (text && line && line.textContent !== text) line.textContent = text;
}

function saying(name, selector, text) {
  whenThere(name, (part) => {
    say(part, selector, text);
    new MutationObserver(() => say(part, selector, text)).observe(part, { childList: true, subtree: true });
  });
}

saying("#header", "h1", site.title);
saying("#begin", ".empty", site.welcome);
whenThere("#header h1", () => {
  if (site.title) document.title = site.title; // Gradio has set its own by then
});
// The other language is a page of its own: it is opened for the site too.
document.addEventListener("click", ({ target }) => {
  const other = target.closest?.(".tools a[href]");
  if (other) other.search = location.search;
});

// --- Questions and answers ------------------------------------------------------------------------------------------

let told = null; // the answer that was last told of

whenThere("#wanted textarea, #wanted input", () => {
  window.reportqaFrame.hear = (question) => wish("wanted", { do: "ask", question });
  window.reportqaFrame.opened = () => {
    if (!matchMedia("(pointer: coarse)").matches) document.querySelector("#ask textarea")?.focus();
  };
  for (const question of waiting.splice(0)) window.reportqaFrame.hear(question);
  tell({ type: "ready", title: site.title || document.title });
});

whenThere("#conversation", (conversation) => {
  let asked = false; // a conversation that is opened again tells nothing
  new MutationObserver(() => {
    const last = conversation.querySelector("#current .exchange");
    if (last?.querySelector(".stages")) asked = true;
    if (!asked || !last?.dataset.kept) return;
    const { id, question, sentences, refusal } = JSON.parse(last.dataset.kept);
    asked = false;
    if (id === told) return;
    told = id;
    const answer = refusal ?? sentences?.map(({ text }) => text).join("") ?? "";
    tell({ type: "answer", question, answer, refused: Boolean(refusal) });
  }).observe(conversation, { childList: true, subtree: true });
});

// Where nothing of ours is open any more, Escape is for the panel around us.
addEventListener("escaped", () => tell({ type: "close" }));

// --- Reports --------------------------------------------------------------------------------------------------------

const layer = document.createElement("div");
layer.id = "reading";
layer.hidden = true;
layer.setAttribute("role", "dialog");
layer.setAttribute("aria-label", words.frame.reading);
const close = document.createElement("button");
close.type = "button";
close.textContent = "×";
close.setAttribute("aria-label", words.frame.close);
close.addEventListener("click", leave);
layer.append(close);
layer.addEventListener("keydown", ({ key }) => key === "Escape" && leave());
document.body.append(layer);
let opener = null;

document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href*="/reports/"]');
  if (!link || new URL(link.href).origin !== location.origin) return;
  event.preventDefault();
  opener = link;
  read(link);
});

async function read({ href }) {
  const address = new URL(href);
  const report = decodeURIComponent(address.pathname.split("/").pop());
  const headers = { "Content-Type": "application/json" };
  const response = await fetch("../api/v1/embed/tickets", { method: "POST", headers, body: JSON.stringify({ report }) });
  if (!response.ok) return;
  address.searchParams.set("ticket", (await response.json()).ticket);
  const page = document.createElement("iframe");
  page.title = words.frame.reading;
  page.name = "reading";
  page.addEventListener("load", () => arrived(page));
  page.src = address.href;
  layer.querySelector("iframe")?.remove();
  layer.append(page);
  layer.hidden = close.hidden = false;
  document.body.classList.add("with-reading");
  close.focus();
}

function arrived(page) {
  const inside = page.contentDocument;
  if (!inside) return;
  const back = inside.querySelector("a.home");
  back?.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  // It is for what has no way back, such as an error in the place of the report.
  close.hidden = Boolean(back);
  (inside.querySelector("mark.current") ?? back)?.focus({ preventScroll: true });
  for (const share of inside.querySelectorAll(".share")) share.remove(); // its address is nobody else's
  // Before the page's own: Escape closes what lies over the report first.
  inside.addEventListener("keydown", ({ key }) => {
    const isCovered = inside.querySelector(".sheet:not([hidden]), .outline.open");
    if (key === "Escape" && !isCovered) leave();
  }, true);
}

function leave() {
  layer.hidden = true;
  document.body.classList.remove("with-reading");
  layer.querySelector("iframe")?.remove();
  opener?.focus({ preventScroll: true });
}
