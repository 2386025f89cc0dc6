// Reports are added and removed: one change after another, each told as it goes on and then for good.
import { filled, words } from "./words.js";

const REPORTS = "../api/v1/reports";

export async function addReports(files) {
  for (const [number, file] of files.entries()) {
    const counted = files.length > 1 ? `（${number + 1}/${files.length}）` : "";
    await change("POST", `${REPORTS}?name=${encodeURIComponent(file.name)}`, `${file.name}${counted}`, file);
  }
}

export async function removeReport(button) {
  const { report, title } = button.dataset;
  if (!confirm(filled(words.remove, { title }))) return;
  button.disabled = true;
  await change("DELETE", `${REPORTS}/${encodeURIComponent(report)}`, filled(words.removing, { title }));
  button.disabled = false;
}

// Ends when the change has ended, well or badly; `file` is the body where there is one.
function change(method, url, name, file) {
  const line = tell(`${name}：${words.waiting}`);
  const ended = (state, message) => {
    line.className = state;
    line.textContent = `${name}：${message}`;
    if (state === "done") document.getElementById("shelf-changed").click();
  };
  return new Promise((resolve) => {
    const request = new XMLHttpRequest(); // fetch does not tell how much of a body has gone up
    request.open(method, url);
    request.setRequestHeader("Accept-Language", document.documentElement.lang);
    if (file) request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = ({ loaded, total }) => {
      const percent = Math.round((100 * loaded) / total);
      line.textContent = `${name}：${filled(words.uploading, { percent })}`;
    };
    request.onprogress = () => {
      const step = events(request.responseText).findLast(({ event }) => event === "step");
      if (!step) return;
      const { name: doing, done, total } = step.data;
      line.textContent = `${name}：${doing}${total ? ` ${done}/${total}` : "…"}`;
    };
    request.onloadend = () => {
      const last = events(request.responseText).at(-1);
      if (last?.event === "final") ended("done", outcome(last.data));
      else ended("failed", unnamed(last?.data?.error ?? refusal(request), file));
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

function outcome({ outcome, passages, file }) {
  if (outcome === "added") return filled(words.added, { count: passages });
  return outcome === "there" ? filled(words.already_there, { file }) : words.removed;
}

// A reason without the name of its file, which the line begins with.
const unnamed = (reason, file) => (file && reason.startsWith(`${file.name}：`) ? reason.slice(file.name.length + 1) : reason);

function refusal(request) {
  try {
    return JSON.parse(request.responseText).error;
  } catch {
    return request.status ? filled(words.failed, { status: request.status }) : words.broken_off;
  }
}
