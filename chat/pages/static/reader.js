// The reading view: marks the words that the link names, goes from one cited place to the next, follows the reading
// in the outline, and shows pictures of pages with boxes around those words.

const main = document.querySelector("main[data-report]");
const told = document.getElementById("told");
const steps = document.querySelector(".steps");
const sheet = document.querySelector(".sheet");
const theme = stored("reportqa.theme");
if (theme) document.documentElement.dataset.theme = theme;

function stored(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // a frame may be kept from it
  }
}

// --- Where the words stand ------------------------------------------------------------------------------------------

// A link's end: p=SECTION.START-END.CHECK,… and at=N; see spans.py.
function linked() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const spans = (asked.get("p") ?? "")
    .split(",")
    .map((link) => [link, link.match(/^(\d+)\.(\d+)-(\d+)\.([0-9a-z]+)$/)])
    .filter(([, match]) => match)
    .map(([link, [, section, start, end, check]]) => ({ link, section, start: +start, end: +end, check }));
  return { spans, at: Math.min(Math.max(+asked.get("at") || 1, 1), spans.length || 1) };
}

// The pieces of text nodes from start to end of a section; offsets count characters, a string counts UTF-16 units.
function pieces({ section, start, end }) {
  const found = [];
  for (const block of document.querySelectorAll(`#s${section} [data-start]`)) {
    let at = +block.dataset.start;
    if (at >= end) continue;
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      let unit = 0, first = null, last = null;
      for (const letter of node.data) {
        if (at >= start && at < end) {
          first ??= unit;
          last = unit + letter.length;
        }
        at += 1;
        unit += letter.length;
      }
      if (first !== null) found.push({ node, first, last });
    }
  }
  return found;
}

// FNV-1a over the UTF-16 units without blanks, as spans.py computes it over the words of the report.
function check(words) {
  const text = words.replace(/\s+/g, "");
  let value = 0x811c9dc5;
  for (let place = 0; place < text.length; place++) value = Math.imul(value ^ text.charCodeAt(place), 0x01000193) >>> 0;
  return value.toString(36);
}

function unmark() {
  for (const mark of main.querySelectorAll("mark")) {
    const parent = mark.parentNode;
    mark.replaceWith(...mark.childNodes);
    parent.normalize();
  }
}

function mark(span, current) {
  const marks = [];
  for (const { node, first, last } of pieces(span).reverse()) {
    const range = document.createRange();
    range.setStart(node, first);
    range.setEnd(node, last);
    const mark = document.createElement("mark");
    if (!current) mark.className = "other";
    range.surroundContents(mark);
    marks.unshift(mark);
  }
  return marks;
}

// --- Going there ----------------------------------------------------------------------------------------------------

function arrive() {
  unmark();
  const { spans, at } = linked();
  steps.hidden = !spans.length;
  if (!spans.length) return;
  const current = spans[at - 1];
  steps.querySelector(".at").textContent = `${at}/${spans.length}`;
  for (const button of steps.querySelectorAll(".before, .after")) button.hidden = spans.length < 2;
  for (const span of spans) if (span.link !== current.link) mark(span, false);
  const marks = mark(current, true);
  const section = document.getElementById(`s${current.section}`);
  const isThere = marks.length > 0 && check(marks.map((mark) => mark.textContent).join("")) === current.check;
  told.textContent = isThere ? "" : main.dataset.moved;
  if (!isThere) {
    unmark();
    section?.scrollIntoView();
    return;
  }
  if (sheet && matchMedia("(min-width: 1181px)").matches) showPage(pageOf(marks[0]), current.link);
  marks[0].scrollIntoView({ block: "center" });
  marks[0].tabIndex = -1;
  marks[0].focus({ preventScroll: true });
}

function step(by) {
  const { spans, at } = linked();
  const next = ((at - 1 + by + spans.length) % spans.length) + 1;
  location.hash = `p=${spans.map((span) => span.link).join(",")}&at=${next}`;
}

steps?.addEventListener("click", async ({ target }) => {
  if (target.matches(".before")) step(-1);
  if (target.matches(".after")) step(1);
  if (!target.matches(".share")) return;
  const before = target.textContent;
  try {
    await navigator.clipboard.writeText(location.href);
    target.textContent = target.dataset.done;
    setTimeout(() => (target.textContent = before), 1500);
  } catch {
    prompt(before, location.href); // over plain HTTP the clipboard is not to be had
  }
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea")) return;
  if (event.key === "Escape" && sheet && !sheet.hidden) sheet.hidden = true;
  if (steps?.hidden !== false || linked().spans.length < 2) return;
  if (event.key === "ArrowLeft") step(-1);
  if (event.key === "ArrowRight") step(1);
});

// --- Pictures of pages ----------------------------------------------------------------------------------------------

// The number of the page that an element stands on: that of the last page mark before it.
function pageOf(element) {
  const before = [...main.querySelectorAll(".page")].findLast(
    (page) => page.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING,
  );
  return before?.querySelector(".show");
}

async function showPage(button, link) {
  if (!button) return;
  const { page, name } = button.dataset;
  const paper = sheet.querySelector(".paper");
  const note = sheet.querySelector(".note");
  sheet.hidden = false;
  sheet.querySelector("b").textContent = name;
  note.textContent = "";
  paper.replaceChildren();
  const asked = (sheet.dataset.asked = `${page} ${link ?? ""}`);
  const words = link ? `?p=${encodeURIComponent(link)}` : "";
  try {
    const response = await fetch(`${main.dataset.report}/pages/${page}${words}`);
    const view = await response.json();
    if (sheet.dataset.asked !== asked) return; // another page was asked for meanwhile
    if (!response.ok) throw new Error(view.error);
    paper.replaceChildren(leaf(view, name));
    if (link && !view.boxes.length) note.textContent = sheet.dataset.none;
    paper.querySelector(".box")?.scrollIntoView({ block: "center" });
  } catch (error) {
    note.textContent = `${sheet.dataset.failed} ${error.message ?? ""}`;
  }
}

function leaf({ picture, boxes }, name) {
  const leaf = document.createElement("div");
  leaf.className = "leaf";
  const image = document.createElement("img");
  image.src = picture;
  image.alt = name;
  leaf.append(image);
  for (const [left, top, right, bottom] of boxes) {
    const box = document.createElement("div");
    box.className = "box";
    Object.assign(box.style, {
      left: `${100 * left}%`,
      top: `${100 * top}%`,
      width: `${100 * (right - left)}%`,
      height: `${100 * (bottom - top)}%`,
    });
    leaf.append(box);
  }
  return leaf;
}

main?.addEventListener("click", ({ target }) => {
  if (target.matches(".show")) showPage(target);
});
sheet?.querySelector(".close").addEventListener("click", () => (sheet.hidden = true));

// --- The outline ----------------------------------------------------------------------------------------------------

const outline = document.querySelector(".outline");
outline?.querySelector(".fold").addEventListener("click", ({ target }) => {
  target.setAttribute("aria-expanded", outline.classList.toggle("open"));
});
outline?.addEventListener("click", ({ target }) => {
  if (target.matches("a")) outline.classList.remove("open");
});
const entries = new Map([...(outline?.querySelectorAll("a") ?? [])].map((link) => [link.hash.slice(1), link]));
const seen = new Set();
const reading = new IntersectionObserver((changes) => {
  for (const { target, isIntersecting } of changes) isIntersecting ? seen.add(target) : seen.delete(target);
  let section = [...main.querySelectorAll("section")].findLast((each) => seen.has(each));
  while (section && !entries.has(section.id)) section = section.previousElementSibling;
  for (const link of entries.values()) link.removeAttribute("aria-current");
  const link = section && entries.get(section.id);
  link?.setAttribute("aria-current", "true");
  if (link && outline.scrollHeight > outline.clientHeight) {
    const { top, bottom } = link.getBoundingClientRect();
    const around = outline.getBoundingClientRect();
    if (top < around.top || bottom > around.bottom) outline.scrollTop += top - around.top - around.height / 3;
  }
}, { rootMargin: "-70px 0px -60% 0px" });
for (const section of main?.querySelectorAll("section") ?? []) reading.observe(section);

if (main) {
  addEventListener("hashchange", () => location.hash.startsWith("#p=") && arrive());
  if (location.hash.startsWith("#p=")) arrive();
}
