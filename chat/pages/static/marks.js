// The numbers in an answer: the words that one stands for, shown beside it; and the way to their source.
import { words } from "./words.js";

const WAIT_MS = 120; // a pointer on its way elsewhere opens nothing

const card = document.createElement("div");
card.className = "quote-card drawn";
card.setAttribute("role", "tooltip");
card.id = "quote-card";
card.hidden = true;
let opening, closing, shownFor;

// The page's styles hold below Gradio's own element.
const attach = () => (document.querySelector("gradio-app .gradio-container") ?? document.body).append(card);

// Of a point of a plot too: an SVG link has no `hash`.
export const sourceOf = (mark) => document.getElementById(mark.getAttribute("href").slice(1));

export function leadTo(source) {
  if (!source) return;
  hide();
  for (let at = source.parentElement; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  source.scrollIntoView({ block: "center", behavior: "smooth" });
  source.focus({ preventScroll: true });
  source.classList.remove("reached");
  void source.offsetWidth; // so that a second click flashes again
  source.classList.add("reached");
}

function show(mark) {
  const source = sourceOf(mark);
  if (!source) return;
  attach();
  const where = source.querySelector(".where > span:nth-child(2)").textContent;
  const quoted = [...source.querySelectorAll("mark")].map((each) => each.textContent);
  const row = source.querySelector("table.row");
  const body = document.createElement("div");
  body.className = "md";
  body.append(line("quoted", row ? "" : quoted.join(" … ")), line("from", where));
  if (row) body.firstChild.append(row.cloneNode(true));
  card.replaceChildren(body);
  card.hidden = false;
  shownFor = mark;
  mark.setAttribute("aria-describedby", card.id);
  place(mark);
}

function line(name, text) {
  const line = document.createElement("div");
  line.className = name;
  line.textContent = text;
  return line;
}

function place(mark) {
  const at = mark.getBoundingClientRect();
  const room = document.documentElement.clientWidth; // innerWidth and 100vw count the scrollbar, which would cover its edge
  card.style.maxWidth = `${Math.min(440, room - 16)}px`;
  const { offsetWidth: width, offsetHeight: height } = card;
  const left = Math.min(Math.max(8, at.left - 24), room - width - 8);
  const below = at.bottom + 8; // what was read already stays in sight
  card.style.left = `${left}px`;
  card.style.top = `${below + height < innerHeight - 8 ? below : at.top - height - 8}px`;
}

export function hide() {
  clearTimeout(opening);
  card.hidden = true;
  shownFor?.removeAttribute("aria-describedby");
  shownFor = null;
}

const isMark = (target) => target?.closest?.("a.mark");

document.addEventListener("pointerover", ({ target, pointerType }) => {
  if (pointerType === "touch") return;
  const mark = isMark(target);
  if (mark) {
    clearTimeout(closing);
    clearTimeout(opening);
    if (mark !== shownFor) opening = setTimeout(() => show(mark), WAIT_MS);
  } else if (card.contains(target)) clearTimeout(closing);
  else if (shownFor || opening) {
    clearTimeout(opening);
    clearTimeout(closing);
    closing = setTimeout(hide, WAIT_MS);
  }
});
document.addEventListener("focusin", ({ target }) => {
  const mark = isMark(target);
  if (mark?.matches(":focus-visible")) show(mark);
  else if (!card.hidden) hide();
});
addEventListener("scroll", () => !card.hidden && hide(), true);

document.addEventListener("click", (event) => {
  const mark = isMark(event.target) ?? event.target.closest?.("a.point");
  if (!mark) return;
  event.preventDefault();
  leadTo(sourceOf(mark));
});
