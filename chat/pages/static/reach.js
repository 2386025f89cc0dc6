// Whether the service can be reached: told as long as it cannot, so that nobody waits for an answer that never comes.
import { say } from "./told.js";
import { words } from "./words.js";

const EVERY_MS = 10_000;
const AGAIN_MS = 2_000; // while it is out of reach

const line = document.createElement("div");
line.className = "out-of-reach";
line.textContent = words.offline;
line.hidden = true;
document.body.prepend(line);

let next;

async function look() {
  clearTimeout(next);
  const there = document.hidden || (await isThere());
  if (there === !line.hidden) {
    line.hidden = there;
    document.body.classList.toggle("unreached", !there);
    if (!there) say(words.offline);
    else if (await isAnother()) location.reload();
  }
  next = setTimeout(look, there ? EVERY_MS : AGAIN_MS);
}

async function isThere() {
  try {
    return (await fetch("../healthz", { signal: AbortSignal.timeout(EVERY_MS) })).ok;
  } catch {
    return false;
  }
}

// A service that was started anew knows nothing of this page's conversation, and a page that was cut off as it began was
// told nothing of the library; loaded again, the conversation is there as the browser kept it.
async function isAnother() {
  try {
    const { app_id: now } = await (await fetch("gradio_api/app_id")).json();
    return now !== window.gradio_config.app_id || !document.querySelector("#covered .empty");
  } catch {
    return false;
  }
}

addEventListener("offline", look);
addEventListener("unreached", look);
next = setTimeout(look, EVERY_MS);
