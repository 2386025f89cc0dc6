// The reading view: marks the words that the link names, goes from one cited place to the next, follows the reading
// in the outline, and shows pictures of pages with boxes around those words.

const main = document.querySelector("main[data-report]");
const told = document.getElementById("told");
const steps = document.querySelector(".steps");
const sheet = document.querySelector(".sheet");
// Within a portal's page the page around knows who is reading; the ticket that this one came by opens it no second time.
const isWithin = window.parent !== window && window.name === "reading";
const reach = isWithin ? window.parent.fetch : window.fetch.bind(window);
const address = new URL(location.href);
if (address.searchParams.has("ticket")) {
  address.searchParams.delete("ticket");
  history.replaceState(null, "", address);
}
const theme = isWithin ? (window.parent.document.body.matches(".dark") ? "dark" : "light") : stored("reportqa.theme");
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
  return { spans, at: Math.min(Math.max(parseInt(asked.get("at")) || 1, 1), spans.length || 1) };
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

// Marks the words of a span and gives the marks; none where the report has other words there.
function mark(span, name) {
  const there = pieces(span);
  if (check(there.map(({ node, first, last }) => node.data.slice(first, last)).join("")) !== span.check) return [];
  const marks = [];
  for (const { node, first, last } of there.reverse()) {
    const range = document.createRange();
    range.setStart(node, first);
    range.setEnd(node, last);
    const mark = document.createElement("mark");
    mark.className = name;
    range.surroundContents(mark);
    marks.unshift(mark);
  }
  return marks;
}

// --- Going there ----------------------------------------------------------------------------------------------------

let cited = { spans: [], at: 1 }; // stays while the reader follows the outline

function arrive() {
  if (!location.hash.startsWith("#p=")) return followOutline();
  cited = linked();
  const { spans, at } = cited;
  unmark();
  tell("");
  steps.hidden = !spans.length;
  if (!spans.length) return;
  const current = spans[at - 1];
  steps.querySelector(".at").textContent = `${at}/${spans.length}`;
  for (const button of steps.querySelectorAll(".before, .after")) button.hidden = spans.length < 2;
  for (const span of spans) if (span.link !== current.link) mark(span, "other");
  const [first] = mark(current, "current");
  if (!first) {
    tell(main.dataset.moved);
    document.getElementById(`s${current.section}`)?.scrollIntoView();
    return;
  }
  const isWide = matchMedia("(min-width: 1181px)").matches; // elsewhere the picture lies over the text
  if (sheet && (!sheet.hidden || (isWide && !dismissed))) showPage(pageOf(current), current.link);
  first.scrollIntoView({ block: "center" });
  first.tabIndex = -1;
  first.focus({ preventScroll: true });
}

// Says it in a line that stays on top of the text.
function tell(text) {
  told.textContent = text;
  measure();
}

// What is scrolled to stops below the head and that line; both break into more lines where there is less room.
const head = document.querySelector(".top");
function measure() {
  for (const [name, element] of [["--head", head], ["--told", told]]) {
    document.documentElement.style.setProperty(name, `${element.offsetHeight}px`);
  }
}

function step(by) {
  const { spans, at } = cited;
  const next = ((at - 1 + by + spans.length) % spans.length) + 1;
  location.hash = `p=${spans.map((span) => span.link).join(",")}&at=${next}`;
}

const share = steps?.querySelector(".share");
const shareName = share?.textContent;
steps?.querySelector(".before").addEventListener("click", () => step(-1));
steps?.querySelector(".after").addEventListener("click", () => step(1));
share?.addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(location.href);
    share.textContent = share.dataset.done;
    setTimeout(() => (share.textContent = shareName), 1500);
  } catch {
    prompt(shareName, location.href); // over plain HTTP the clipboard is not to be had
  }
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (event.key === "Escape") escape();
  // A wide table and a picture scroll by these keys.
  if (cited.spans.length < 2 || event.target.matches(".wide, .paper")) return;
  if (event.key === "ArrowLeft") step(-1);
  if (event.key === "ArrowRight") step(1);
});

// Closes what lies uppermost.
function escape() {
  if (!outline?.classList.contains("open")) return closeSheet();
  unfold(false);
  fold.focus();
}

// --- Pictures of pages ----------------------------------------------------------------------------------------------

let asking = new AbortController();
let opener = null; // the button of the page that is shown
let dismissed = false; // once closed, a picture comes only where the reader asks for it

// The button of the page that a span begins on; undefined where the report has no pages.
function pageOf({ section, start }) {
  const begun = document.getElementById(`s${section}`).dataset.pages.split(" ").map((page) => page.split(":"));
  const page = begun.findLast(([from]) => from && +from <= start)?.[1];
  return page && main.querySelector(`.show[data-page="${page}"]`);
}

// A picture that is open goes where the outline leads; one of that page stays, with its boxes.
function followOutline() {
  const section = location.hash.match(/^#s(\d+)$/)?.[1];
  if (!section || !sheet || sheet.hidden) return;
  const button = pageOf({ section, start: 0 });
  if (button?.dataset.page !== opener.dataset.page) showPage(button);
}

function closeSheet() {
  if (!sheet || sheet.hidden) return;
  const within = sheet.contains(document.activeElement);
  asking.abort();
  sheet.hidden = dismissed = true;
  if (within) opener.focus({ preventScroll: true });
}

async function showPage(button, link) {
  if (!button) return;
  asking.abort(); // another page may still be on its way
  asking = new AbortController();
  const { signal } = asking;
  opener = button;
  const { page, name } = button.dataset;
  const paper = sheet.querySelector(".paper");
  const note = sheet.querySelector(".note");
  sheet.hidden = false;
  sheet.querySelector("b").textContent = name;
  note.textContent = sheet.dataset.loading;
  paper.replaceChildren();
  const words = link ? `?p=${encodeURIComponent(link)}` : "";
  try {
    const headers = { "Accept-Language": document.documentElement.lang };
    const response = await reach(new URL(`${main.dataset.report}/pages/${page}${words}`, location.href).href, { signal, headers });
    const view = await response.json();
    if (!response.ok) throw new Error(view.error);
    const shown = leaf(view, name);
    paper.replaceChildren(shown);
    note.textContent = link && !view.boxes.length ? sheet.dataset.none : "";
    await shown.querySelector("img").decode(); // until then it has no height
    const box = shown.querySelector(".box");
    // Not scrollIntoView: that would move the text beside it too.
    if (box) paper.scrollTop = shown.offsetTop + box.offsetTop - paper.clientHeight / 2;
  } catch (error) {
    if (!signal.aborted) note.textContent = `${sheet.dataset.failed} ${error.message}`;
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
  if (!target.matches(".show")) return;
  dismissed = false;
  showPage(target);
});
sheet?.querySelector(".close").addEventListener("click", closeSheet);

// --- The outline ----------------------------------------------------------------------------------------------------

const outline = document.querySelector(".outline");
const fold = outline?.querySelector(".fold");
fold?.addEventListener("click", () => unfold(!outline.classList.contains("open")));
outline?.addEventListener("click", ({ target }) => {
  if (!target.matches("a")) return;
  unfold(false);
  if (target.hash === location.hash) followOutline(); // else by the change of it
});
// Where the outline lies over the text, a press beside it closes it.
document.addEventListener("click", ({ target }) => outline && !outline.contains(target) && unfold(false));

function unfold(open) {
  outline.classList.toggle("open", open);
  fold.setAttribute("aria-expanded", open);
  if (open) outline.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
}

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
  measure();
  const measuring = new ResizeObserver(measure);
  for (const element of [head, told]) measuring.observe(element);
  addEventListener("hashchange", arrive);
  arrive();
}
