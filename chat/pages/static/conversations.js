// Conversations, kept in this browser alone: each under a key of its own, so that two windows do not undo each other.
import { notice, say } from "./told.js";
import { toBox, whenThere, wish } from "./wishes.js";
import { filled, words } from "./words.js";

// Within a portal's page each of its users has conversations of their own: the next one at this machine sees none of them.
const READER = document.documentElement.dataset.reader ?? "";
const KEY = READER ? `reportqa.reader.${READER}.` : "reportqa.conversation.";
const CURRENT = READER ? `reportqa.current.${READER}` : "reportqa.current";
const TITLE_LETTERS = 40;

let current = null; // the conversation that is drawn; nothing is kept of it before its first answer
let told = false;

function newId() {
  return `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
}

// --- The browser's store --------------------------------------------------------------------------------------------

const store = (() => {
  try {
    localStorage.setItem("reportqa.try", "1");
    localStorage.removeItem("reportqa.try");
    return localStorage;
  } catch {
    return null; // a frame of another site may be kept from it
  }
})();

export function kept() {
  if (!store) return [];
  const found = [];
  for (let place = 0; place < store.length; place++) {
    const key = store.key(place);
    if (!key.startsWith(KEY)) continue;
    try {
      found.push({ id: key.slice(KEY.length), ...JSON.parse(store.getItem(key)) });
    } catch {
      store.removeItem(key); // cut off, or not ours
    }
  }
  return found.sort((one, other) => other.changed - one.changed);
}

function keep(id, conversation) {
  if (!store) {
    if (!told) notice(words.not_kept);
    told = true;
    return;
  }
  for (;;) {
    try {
      store.setItem(KEY + id, JSON.stringify(conversation));
      return;
    } catch {
      const oldest = kept().filter((each) => each.id !== id).at(-1);
      if (!oldest) return notice(words.not_kept);
      store.removeItem(KEY + oldest.id);
      notice(filled(words.full, { title: oldest.title }));
    }
  }
}

// --- The conversation that is open ----------------------------------------------------------------------------------

// What the server drew carries what is to be kept; an exchange that is not answered carries nothing.
let lastDrawn = []; // while a draft grows these stay the same

function keepDrawn() {
  const all = [...document.querySelectorAll("#past .exchange, #current .exchange")];
  if (all.some(({ dataset }, number) => Number(dataset.turn) !== number + 1)) return; // a part of it never came
  const drawn = all.filter(({ dataset }) => dataset.kept);
  if (drawn.length === lastDrawn.length && drawn.every((exchange, number) => exchange === lastDrawn[number])) return;
  lastDrawn = drawn;
  keepCurrent(drawn.map((exchange) => JSON.parse(exchange.dataset.kept)));
}

// By conversation: what this window last saw kept of it. Another window that has kept more since is not written over.
const seen = new Map();
const deleted = new Set(); // an answer that ends after that brings nothing back
const forks = new Map(); // the name under which this window goes on with a conversation of another

function keepCurrent(exchanges) {
  const drawn = exchanges.at(-1)?.conversation ?? null;
  const id = forks.get(drawn) ?? drawn;
  if (id !== current) {
    current = id;
    if (id) remember(id);
    for (const [answer, verdict] of Object.entries(currentConversation()?.verdicts ?? {})) verdicts.set(answer, verdict);
    drawList();
  }
  const now = JSON.stringify(exchanges);
  if (!id || deleted.has(id) || now === seen.get(id)) return;
  const stored = kept().find((each) => each.id === id);
  const others = stored && JSON.stringify(stored.exchanges);
  if (others && others !== seen.get(id) && others !== now) {
    forks.set(drawn, newId());
    return keepCurrent(exchanges);
  }
  seen.set(id, now);
  if (others !== now) {
    const title = stored?.title ?? exchanges[0].question.slice(0, TITLE_LETTERS);
    keep(id, { title, changed: Date.now(), exchanges, verdicts: verdictsOn(exchanges) });
  }
  drawList();
}

// What the reader thinks of the answers that are drawn, kept beside them: the server hands out no judgement.
const verdicts = new Map(); // answer id → verdict

export const verdictOn = (answer) => verdicts.get(answer);

export function keepVerdict(answer, verdict) {
  if (verdict) verdicts.set(answer, verdict);
  else verdicts.delete(answer);
  const { id, ...conversation } = currentConversation() ?? {};
  if (id) keep(id, { ...conversation, verdicts: verdictsOn(conversation.exchanges) });
}

const verdictsOn = (exchanges) =>
  Object.fromEntries(exchanges.filter(({ id }) => verdicts.has(id)).map(({ id }) => [id, verdicts.get(id)]));

// What a reload of the page opens again.
function remember(id) {
  try {
    sessionStorage.setItem(CURRENT, id);
  } catch {
    // as above
  }
}

export function begin() {
  remember("");
  wish("wanted", { do: "new" });
  toBox();
}

function open(id) {
  const conversation = kept().find((each) => each.id === id);
  if (!conversation) return;
  seen.set(id, JSON.stringify(conversation.exchanges));
  const { conversation: drawn } = conversation.exchanges.at(-1);
  if (drawn === id) forks.delete(drawn);
  else forks.set(drawn, id);
  wish("wanted", { do: "open", exchanges: conversation.exchanges });
}

whenThere("#conversation", (conversation) => {
  new MutationObserver(keepDrawn).observe(conversation, { childList: true, subtree: true });
  let again = null;
  try {
    again = sessionStorage.getItem(CURRENT);
  } catch {
    // as above
  }
  if (again) whenThere("#wanted textarea, #wanted input", () => open(again));
});

export const currentConversation = () => kept().find((each) => each.id === current);

// --- The list -------------------------------------------------------------------------------------------------------

const list = document.createElement("aside");
list.id = "kept";
list.hidden = true;
list.setAttribute("aria-label", words.conversations);
const finder = document.createElement("input");
finder.type = "search";
finder.placeholder = words.find;
finder.setAttribute("aria-label", words.find);
const items = document.createElement("ul");
const beginNew = button(words.untitled, "begin-new", () => {
  if (matchMedia("(max-width: 820px)").matches) toggle(false);
  begin();
});
const away = button(words.delete_all, "away", () => {
  const all = kept();
  if (!all.length || !confirm(filled(words.sure_all, { count: all.length }))) return;
  for (const { id } of all) forget(id);
  begin();
  drawList();
  finder.focus();
});
list.append(button("×", "close", () => toggle(false), words.close), beginNew, finder, items, away);
finder.addEventListener("input", drawList);

function button(text, name, pressed, label) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = name;
  button.textContent = text;
  if (label) {
    button.title = label;
    button.setAttribute("aria-label", label);
  }
  button.addEventListener("click", pressed);
  return button;
}

function drawList() {
  if (list.hidden) return;
  const all = kept();
  const sought = finder.value.trim().toLowerCase();
  const matching = sought ? all.filter((each) => textOf(each).includes(sought)) : all;
  items.replaceChildren(...matching.map(item));
  if (!matching.length) {
    const none = document.createElement("li");
    none.className = "none";
    none.textContent = all.length ? words.no_match : words.none;
    items.append(none);
  }
  away.hidden = !all.length;
}

function forget(id) {
  deleted.add(id);
  store.removeItem(KEY + id);
}

function textOf({ title, exchanges }) {
  const said = exchanges.flatMap(({ question, sentences }) => [question, ...(sentences ?? []).map(({ text }) => text)]);
  return [title, ...said].join("\n").toLowerCase();
}

function item({ id, title, changed, exchanges }) {
  const item = document.createElement("li");
  if (id === current) item.setAttribute("aria-current", "true");
  const opener = button(title, "opener", () => {
    open(id);
    if (matchMedia("(max-width: 820px)").matches) toggle(false);
    toBox();
  });
  const when = document.createElement("span");
  when.className = "when";
  when.textContent = `${new Date(changed).toLocaleDateString(document.documentElement.lang)} · ${exchanges.length}`;
  const rename = button("✎", "rename", () => renamed(id), `${words.rename} ${title}`);
  const remove = button("×", "delete", () => askedToDelete(id, title), `${words.delete} ${title}`);
  item.append(opener, when, rename, remove);
  return item;
}

function renamed(id) {
  const { id: _, ...conversation } = kept().find((each) => each.id === id);
  const title = prompt(words.new_name, conversation.title)?.trim();
  if (!title) return;
  keep(id, { ...conversation, title });
  drawList();
  finder.focus();
}

function askedToDelete(id, title) {
  if (!confirm(filled(words.sure, { title }))) return;
  forget(id);
  if (id === current) begin();
  drawList();
  finder.focus();
  say(words.delete);
}

export function toggle(open = list.hidden) {
  list.hidden = !open;
  document.body.classList.toggle("with-list", open);
  for (const button of document.querySelectorAll("button.conversations")) button.setAttribute("aria-expanded", String(open));
  if (!open) return document.querySelector("button.conversations")?.focus({ preventScroll: true });
  whenThere("#chat", (chat) => chat.prepend(list));
  drawList();
  finder.focus({ preventScroll: true });
}
addEventListener("storage", ({ key }) => key?.startsWith(KEY) && drawList());
