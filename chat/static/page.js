// What the page does by itself: marks lead to their sources, answers can be copied, the conversation follows its end.

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
  const copy = event.target.closest?.("button.copy");
  if (copy) copyAnswer(copy);
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

async function copyAnswer(button) {
  const answer = button.closest(".reply").querySelector(".answer, .refusal").cloneNode(true);
  for (const mark of answer.querySelectorAll("a.mark")) mark.textContent = `[${mark.textContent}]`;
  const copied = await writeClipboard(answer.textContent);
  const label = button.textContent;
  button.textContent = copied ? "已复制" : "无法复制";
  setTimeout(() => (button.textContent = label), 1500);
}

async function writeClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // a frame without the clipboard permission
  }
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

const arrival = new MutationObserver(() => {
  const conversation = document.getElementById("conversation");
  if (!conversation) return;
  arrival.disconnect();
  follow(conversation);
});
arrival.observe(document, { childList: true, subtree: true });
