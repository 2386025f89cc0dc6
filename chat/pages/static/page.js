// What the page does by itself. Each module minds one thing; this one hands them what is pressed and typed.
import { askAgain, copyAnswer, drawJudgements, editQuestion, exportConversation, judge } from "./answers.js";
import { begin, toggle } from "./conversations.js";
import { hide } from "./marks.js";
import { askOf, leadOn } from "./searching.js";
import { addReports, removeReport } from "./shelf.js";
import { copyText, say } from "./told.js";
import "./reach.js";
import "./sight.js";
import "./waiting.js";
import { toBox, whenThere, wish } from "./wishes.js";
import { language } from "./words.js";

const MENUS = ".export-menu[open], .coverage[open]"; // what opens over the page, and goes when one turns to something else

// --- What is pressed ------------------------------------------------------------------------------------------------

const PRESSED = {
  ".copy": copyAnswer,
  ".cite": (button) => copyText(button, button.dataset.reference),
  ".offer": (button) => wishAndGoOn({ do: "ask", question: button.textContent }),
  ".retry": () => askAgain(),
  ".verbatim": () => askAgain({ verbatim: true }),
  ".edit": editQuestion,
  "#stop": toBox,
  ".unscope": () => wishAndGoOn({ do: "of" }),
  ".ask-of": askOf,
  ".add": (button) => button.parentNode.querySelector("input[type=file]").click(),
  ".remove": removeReport,
  "[data-wish]": leadOn,
  ".conversations": () => toggle(),
  ".judge": judge,
  ".export": exportConversation,
  ".copy-table": (button) => copyText(button, button.dataset.csv),
  ".new": begin,
  ".theme": switchTheme,
};

function wishAndGoOn(wanted) {
  wish("wanted", wanted);
  toBox();
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(MENUS)) menu.open = menu.contains(event.target);
  const button = event.target.closest?.("button");
  if (!button) return;
  for (const [selector, does] of Object.entries(PRESSED)) if (button.matches(selector)) return void does(button);
});

document.addEventListener("change", (event) => {
  const input = event.target.closest?.(".shelf-head input[type=file]");
  if (!input) return;
  addReports([...input.files]);
  input.value = ""; // so that the same file can be chosen again
});

// --- What is typed --------------------------------------------------------------------------------------------------

// Chinese is typed with Enter to choose a word: while composing it must not send the question.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.stopPropagation();
  },
  true,
);

const openBox = () => [...document.querySelectorAll("#ask textarea, #query textarea")].find((box) => box.offsetParent);

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.altKey) return;
  const typing = event.target.closest?.("input, textarea, select, [contenteditable=true]");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.closest?.("#ask")) {
    event.preventDefault();
    document.querySelector("#send")?.click();
  } else if (event.key === "Escape") {
    escape();
  } else if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    // "/" goes to the box of the tab that is open, as in many a search.
    const box = openBox();
    if (box) event.preventDefault();
    box?.focus();
  } else if (event.key === "ArrowUp" && event.target.closest?.("#ask") && !event.target.value) {
    if (editQuestion()) event.preventDefault();
  }
});

// Of all that is open the nearest goes; with nothing open, the answer under way is stopped.
function escape() {
  const card = document.getElementById("quote-card");
  if (card && !card.hidden) return hide();
  const menu = document.querySelector(MENUS);
  if (menu) {
    menu.open = false;
    return menu.querySelector("summary").focus();
  }
  const list = document.getElementById("kept");
  if (list && !list.hidden && list.contains(document.activeElement)) return toggle(false);
  // The button's own event: one that came by the hidden box would stand in line with the answers begun there.
  if (document.querySelector("#current .stages")) document.getElementById("stop").click();
  else dispatchEvent(new Event("escaped"));
}

// Gradio gives the page the language of the browser; its words are of the one that was chosen.
const page = document.documentElement;
const inItsLanguage = () => page.lang === language || (page.lang = language);
new MutationObserver(inItsLanguage).observe(page, { attributes: true, attributeFilter: ["lang"] });
inItsLanguage();

// --- Light and dark -------------------------------------------------------------------------------------------------

const THEME = "reportqa.theme";

function switchTheme() {
  const dark = !document.body.classList.contains("dark");
  document.body.classList.toggle("dark", dark);
  try {
    localStorage.setItem(THEME, dark ? "dark" : "light");
  } catch {
    // then it holds for this page
  }
}

whenThere("gradio-app .gradio-container", () => {
  let chosen = null;
  try {
    chosen = localStorage.getItem(THEME);
  } catch {
    // as above
  }
  chosen ??= window.reportqaFrame && page.dataset.theme;
  if (chosen) document.body.classList.toggle("dark", chosen === "dark");
});

if (window.reportqaFrame) import("./portal.js");

// An answer is read out when it is whole; its draft changes too often to be listened to.
function tellAnswer(conversation, heard) {
  const last = conversation.querySelector("#current .exchange");
  const now = last?.querySelector(".answer, .refusal, .problem")?.textContent ?? "";
  if (now && now !== heard) say(now);
  return now;
}

whenThere("#conversation", (conversation) => {
  let heard = "";
  new MutationObserver(() => {
    drawJudgements();
    heard = tellAnswer(conversation, heard);
  }).observe(conversation, { childList: true, subtree: true, characterData: true });
});
