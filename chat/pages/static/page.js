// What the page does by itself: marks lead to their sources, answers and references can be copied, the conversation
// follows its end, reports are added and removed. What a drawn button asks for goes to the server by a hidden one.

const NEAR_END = 80; // px; who has scrolled further up is reading and is left there

// Chinese is typed with Enter to choose a word: while composing it must not send the question.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.stopPropagation();
  },
  true,
);

document.addEventListener("click", (event) => {
  const mark = event.target.closest?.("a.mark");
  if (mark) {
    event.preventDefault();
    leadTo(document.getElementById(mark.hash.slice(1)));
    return;
  }
  const button = event.target.closest?.("button");
  if (!button) return;
  if (button.matches(".copy")) copyAnswer(button);
  if (button.matches(".remove")) removeReport(button);
  if (button.matches(".cite")) copyText(button, button.dataset.reference);
  if (button.matches(".verbatim")) document.getElementById("again").click();
  if (button.matches(".unscope")) write("about", {});
  if (button.matches(".ask-of")) askOf(button);
  if (button.dataset.wish) leadOn(button);
});

// "/" goes to the box of the tab that is open, as in many a search, unless something is being typed.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable=true]")) return;
  const box = openBox();
  if (!box) return;
  event.preventDefault();
  box.focus();
});

const openBox = () => [...document.querySelectorAll("#ask textarea, #query textarea")].find((box) => box.offsetParent);

document.addEventListener("change", (event) => {
  const input = event.target.closest?.(".shelf-head input[type=file]");
  if (!input) return;
  addReports([...input.files]);
  input.value = ""; // so that the same file can be chosen again
});

document.addEventListener("keydown", (event) => {
  const label = event.target.closest?.(".shelf-head label.add");
  if (label && (event.key === "Enter" || event.key === " ")) {
    event.preventDefault();
    label.querySelector("input").click();
  }
});

function leadTo(source) {
  if (!source) return;
  for (let at = source.parentElement; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  source.scrollIntoView({ block: "center", behavior: "smooth" });
  source.focus({ preventScroll: true });
  source.classList.remove("reached");
  void source.offsetWidth; // so that a second click flashes again
  source.classList.add("reached");
}

function copyAnswer(button) {
  const answer = button.closest(".reply").querySelector(".answer, .refusal").cloneNode(true);
  for (const mark of answer.querySelectorAll("a.mark")) mark.textContent = `[${mark.textContent}]`;
  copyText(button, answer.textContent);
}

async function copyText(button, text) {
  const told = (await writeClipboard(text)) ? "已复制" : "无法复制";
  button.dataset.label ??= button.textContent;
  button.textContent = told;
  say(told);
  clearTimeout(button.again);
  button.again = setTimeout(() => (button.textContent = button.dataset.label), 1500);
}

async function writeClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedBySelection(text); // over plain HTTP, or in a frame without the permission
  }
}

function copiedBySelection(text) {
  const focused = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "unseen";
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  focused?.focus({ preventScroll: true });
  return copied;
}

// Said to who listens to the page; a region is heard only if it was there before its words.
const heard = document.createElement("div");
heard.className = "unseen";
heard.setAttribute("role", "status");
document.body.append(heard);
const say = (text) => (heard.textContent = text);

// --- Search: a drawn button carries the search that it leads to ------------------------------------------------------

let pressed = null; // what is to have the focus once the results are drawn anew

function leadOn(button) {
  const results = button.closest(".results");
  pressed = button.dataset.key;
  write("wishes", { ...JSON.parse(results.dataset.search), ...JSON.parse(button.dataset.wish) });
}

function askOf(button) {
  const { question } = JSON.parse(button.closest(".results").dataset.search);
  write("about", { question, report: button.dataset.report });
  whenShown("#ask textarea", (box) => box.focus());
}

function write(name, wish) {
  const box = document.querySelector(`#${name} textarea, #${name} input`);
  box.value = JSON.stringify(wish);
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", bubbles: true }));
}

function whenShown(selector, then, frames = 180) {
  const found = document.querySelector(selector);
  if (found?.offsetParent) then(found);
  else if (frames) requestAnimationFrame(() => whenShown(selector, then, frames - 1));
}

// New results are told, and the focus stays on the filter that was pressed; a new page is read from its top.
function watch(results) {
  let drawn = null;
  new MutationObserver(() => {
    const head = results.querySelector("h2, .empty");
    if (!head || head === drawn || !results.offsetParent) return;
    drawn = head;
    say(head.textContent);
    if (pressed === null) return;
    const key = pressed;
    pressed = null;
    const again = [...results.querySelectorAll("[data-key]")].find((button) => button.dataset.key === key);
    if (again?.matches(".choice")) {
      const folded = again.closest("details");
      if (folded) folded.open = true;
      again.focus({ preventScroll: true });
    } else {
      results.querySelector("h2")?.focus({ preventScroll: true });
      document.getElementById("search").scrollIntoView({ block: "nearest" });
    }
  }).observe(results, { childList: true, subtree: true });
}

// The conversation grows at its end; each part is redrawn whole, so its height is all there is to watch.
function follow(conversation) {
  let atEnd = true;
  conversation.addEventListener("scroll", () => {
    atEnd = conversation.scrollHeight - conversation.scrollTop - conversation.clientHeight < NEAR_END;
  });
  new MutationObserver(() => {
    if (atEnd) conversation.scrollTop = conversation.scrollHeight;
  }).observe(conversation, { childList: true, subtree: true, characterData: true });
}

let following, watching; // a tab is drawn when it is first opened
const arrival = new MutationObserver(() => {
  const conversation = document.getElementById("conversation");
  if (conversation && !following) follow((following = conversation));
  const results = document.getElementById("results");
  if (results && !watching) watch((watching = results));
  if (following && watching) arrival.disconnect();
});
arrival.observe(document, { childList: true, subtree: true });

// --- Reports: one change after another, each told as it goes on and then for good -----------------------------------

const REPORTS = "../api/v1/reports";

async function addReports(files) {
  for (const [number, file] of files.entries()) {
    const counted = files.length > 1 ? `（${number + 1}/${files.length}）` : "";
    await change("POST", `${REPORTS}?name=${encodeURIComponent(file.name)}`, `${file.name}${counted}`, file);
  }
}

async function removeReport(button) {
  const { report, title } = button.dataset;
  if (!confirm(`移除《${title}》？文件会从资料库中删除，它的段落不再能检索和引用。`)) return;
  button.disabled = true;
  await change("DELETE", `${REPORTS}/${encodeURIComponent(report)}`, `移除《${title}》`);
  button.disabled = false;
}

// Ends when the change has ended, well or badly; `file` is the body where there is one.
function change(method, url, name, file) {
  const line = tell(`${name}：等待…`);
  const ended = (state, message) => {
    line.className = state;
    line.textContent = `${name}：${message}`;
    if (state === "done") document.getElementById("shelf-changed").click();
  };
  return new Promise((resolve) => {
    const request = new XMLHttpRequest(); // fetch does not tell how much of a body has gone up
    request.open(method, url);
    if (file) request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = ({ loaded, total }) => {
      line.textContent = `${name}：上传 ${Math.round((100 * loaded) / total)}%`;
    };
    request.onprogress = () => {
      const step = events(request.responseText).findLast(({ event }) => event === "step");
      if (!step) return;
      const { name: doing, done, total } = step.data;
      line.textContent = `${name}：${doing}${total ? ` ${done}/${total}` : "…"}`;
    };
    request.onloadend = () => {
      const last = events(request.responseText).at(-1);
      if (last?.event === "final") ended("done", last.data.message);
      else ended("failed", last?.data?.error ?? refusal(request));
      resolve();
    };
    request.send(file);
  });
}

function tell(text) {
  const line = document.createElement("p");
  line.textContent = text;
  document.getElementById("shelf-told").append(line);
  return line;
}

// The whole events of a text/event-stream so far.
function events(text) {
  return text
    .split("\n\n")
    .slice(0, -1)
    .map((block) => Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s, 2))))
    .filter(({ event }) => event)
    .map(({ event, data }) => ({ event, data: JSON.parse(data) }));
}

function refusal(request) {
  try {
    return JSON.parse(request.responseText).error;
  } catch {
    return request.status ? `服务没有完成（${request.status}），请重试。` : "连接中断；更改可能仍在进行，请稍后刷新查看。";
  }
}
