// What a reader does with an answer: copy it with its references, ask again, mend the question, judge it.
import { keepVerdict, verdictOn } from "./conversations.js";
import { copyText, notice } from "./told.js";
import { toBox, wish } from "./wishes.js";
import { filled, words } from "./words.js";

export const copyAnswer = (button) => copyText(button, button.dataset.text);

export function askAgain(more = {}) {
  wish("wanted", { do: "again", ...more });
  toBox();
}

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
    toBox();
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

// The server's drawing of an answer knows nothing of its judgement.
export function drawJudgements() {
  for (const exchange of document.querySelectorAll(".exchange[data-kept]")) {
    const verdict = verdictOn(JSON.parse(exchange.dataset.kept).id);
    for (const button of exchange.querySelectorAll(".judge")) {
      button.setAttribute("aria-pressed", String(button.dataset.verdict === verdict));
    }
  }
}

export function judge(button) {
  const exchange = button.closest(".exchange");
  const { id } = JSON.parse(exchange.dataset.kept);
  const { verdict } = button.dataset;
  exchange.querySelector(".judging")?.remove();
  if (verdictOn(id) === verdict) withdraw(id);
  else if (verdict === "up") send(exchange, { verdict });
  else askWhy(exchange, button);
}

// Why an answer is no good: a reason to press, and room for words of one's own.
function askWhy(exchange, opener) {
  const said = words.feedback;
  const close = () => {
    form.remove();
    opener.focus();
  };
  const form = document.createElement("form");
  form.className = "judging";
  const legend = document.createElement("p");
  legend.textContent = said.why;
  const reasons = document.createElement("div");
  reasons.className = "reasons";
  for (const [reason, name] of Object.entries(said.reasons)) {
    const label = document.createElement("label");
    const choice = document.createElement("input");
    Object.assign(choice, { type: "radio", name: "reason", value: reason });
    label.append(choice, name);
    reasons.append(label);
  }
  const comment = document.createElement("textarea");
  Object.assign(comment, { maxLength: 1000, placeholder: said.comment, rows: 2 });
  comment.setAttribute("aria-label", said.comment);
  const kept = document.createElement("p");
  kept.className = "kept";
  kept.textContent = said.kept;
  const cancel = button(words.cancel, "button");
  cancel.addEventListener("click", close);
  form.append(legend, reasons, comment, kept, button(said.send, "submit"), cancel);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const reason = form.querySelector("input:checked")?.value ?? "";
    send(exchange, { verdict: "down", reason, comment: comment.value });
    close();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
    }
  });
  exchange.querySelector(".status").after(form);
  reasons.querySelector("input").focus();
}

const FEEDBACK = "../api/v1/feedback";

async function send(exchange, judgement) {
  const kept = JSON.parse(exchange.dataset.kept);
  const text = ({ text, citations }) => text + citations.map((number) => `[${number}]`).join("");
  const body = {
    answer_id: kept.id,
    library: kept.library,
    question: kept.question,
    standalone_question: kept.standalone,
    answer: kept.refusal ?? kept.sentences.map(text).join(""),
    refused: kept.refusal !== null,
    citations: kept.citations.map(({ report, passage }) => ({ report_id: report, passage_id: passage })),
    ...judgement,
  };
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(FEEDBACK, { method: "POST", headers, body: JSON.stringify(body) }).catch(() => null);
  if (response?.ok) keepVerdict(kept.id, judgement.verdict);
  notice(response?.ok ? words.feedback.thanks : refusal(response));
  drawJudgements();
}

const refusal = (response) => (response?.status === 429 ? words.feedback.too_many : words.feedback.failed);

async function withdraw(id) {
  const response = await fetch(`${FEEDBACK}/${id}`, { method: "DELETE" }).catch(() => null);
  const gone = response?.ok || response?.status === 404; // kept no longer, as after a while, or taken back in another window
  if (gone) keepVerdict(id, null);
  notice(gone ? words.feedback.withdrawn : refusal(response));
  drawJudgements();
}

// --- Taking a conversation away -------------------------------------------------------------------------------------

export async function exportConversation({ dataset: { format } }) {
  const menu = document.querySelector(".export-menu");
  menu.open = false;
  menu.querySelector("summary").focus();
  const drawn = document.querySelectorAll("#past .exchange[data-kept], #current .exchange[data-kept]");
  if (!drawn.length) return notice(words.nothing_to_export);
  const exchanges = [...drawn].map((exchange) => JSON.parse(exchange.dataset.kept));
  const body = JSON.stringify({ format, exchanges, language: document.documentElement.lang });
  const headers = { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang };
  const failed = (reason) => notice(filled(words.not_exported, { reason }));
  try {
    const response = await fetch("../api/v1/export", { method: "POST", headers, body });
    if (!response.ok) return failed((await response.json()).error);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await response.blob());
    link.download = decodeURIComponent(response.headers.get("content-disposition").split("''")[1]);
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  } catch {
    failed(words.offline);
  }
}
