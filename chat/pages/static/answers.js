// What a reader does with an answer: copy it with its references, ask again, mend the question, judge it.
import { sourceOf } from "./marks.js";
import { copyText, notice } from "./told.js";
import { wish } from "./wishes.js";
import { words } from "./words.js";

export function copyAnswer(button) {
  const reply = button.closest(".reply");
  const answer = reply.querySelector(".answer, .refusal").cloneNode(true);
  const references = new Map();
  for (const mark of answer.querySelectorAll("a.mark")) {
    references.set(+mark.textContent, sourceOf(mark)?.dataset.reference);
    mark.textContent = `[${mark.textContent}]`;
  }
  for (const state of answer.querySelectorAll(".state")) state.textContent = `（${state.textContent}）`;
  const listed = [...references].sort(([one], [other]) => one - other).map(([number, text]) => `[${number}] ${text}`);
  copyText(button, [answer.textContent, ...(listed.length ? ["", words.references, ...listed] : [])].join("\n"));
}

export const askAgain = (more = {}) => wish("wanted", { do: "again", ...more });

// The last question, to be mended where it stands; Enter sends it, Escape leaves it as it was.
export function editQuestion() {
  const asked = document.querySelector("#current .asked");
  const question = asked?.querySelector(".question");
  if (!question || question.hidden) return false;
  const form = document.createElement("form");
  form.className = "mending";
  const area = document.createElement("textarea");
  area.value = question.innerText;
  area.setAttribute("aria-label", words.editing);
  const send = button(words.save, "submit");
  const cancel = button(words.cancel, "button");
  const close = () => {
    form.remove();
    question.hidden = false;
    document.querySelector("#ask textarea")?.focus();
  };
  form.append(area, send, cancel);
  question.hidden = true;
  asked.append(form);
  cancel.addEventListener("click", close);
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = area.value.trim();
    if (text) askAgain({ question: text });
  });
  area.focus();
  area.setSelectionRange(area.value.length, area.value.length);
  return true;
}

function button(text, type) {
  const button = document.createElement("button");
  button.type = type;
  button.textContent = text;
  return button;
}

// --- Judgements -----------------------------------------------------------------------------------------------------

const judged = new Map(); // answer id → verdict; the drawing of an answer knows nothing of it

export function drawJudgements() {
  for (const exchange of document.querySelectorAll(".exchange[data-kept]")) {
    const verdict = judged.get(JSON.parse(exchange.dataset.kept).id);
    for (const button of exchange.querySelectorAll(".judge")) {
      button.setAttribute("aria-pressed", String(button.dataset.verdict === verdict));
    }
  }
}
