// What is told without a place of its own on the page: to who listens to it, and to the clipboard.
import { words } from "./words.js";

// A region is heard only if it was there before its words.
const heard = document.createElement("div");
heard.className = "unseen";
heard.setAttribute("role", "status");
document.body.append(heard);
export const say = (text) => (heard.textContent = text);

// A line at the edge of the window for some seconds, for what a reader should see but need not answer.
export function notice(text) {
  const line = document.createElement("div");
  line.className = "notice-line";
  line.textContent = text;
  document.body.append(line);
  say(text);
  setTimeout(() => line.remove(), 6000);
}

export async function copyText(button, text) {
  const told = (await writeClipboard(text)) ? words.copied : words.not_copied;
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
