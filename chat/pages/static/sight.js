// What of a growing conversation is in sight: a question that was asked comes to the top with its answer below it, and
// stays there; what follows is read at the reader's own pace.
import { whenThere } from "./wishes.js";

const SETTLING_MS = 600; // what was asked before is drawn anew too, in its own time

let settled = 0; // when the question that is brought to the top stays where it is
const leave = () => (settled = 0);
for (const event of ["wheel", "touchmove", "keydown", "pointerdown"]) addEventListener(event, leave, { passive: true });

const lastExchange = () => document.querySelector("#current .exchange");

whenThere("#conversation", (conversation) => {
  let underWay = false;
  let opened = "";
  new MutationObserver(() => {
    const last = lastExchange();
    const running = last?.querySelector(".stages") != null;
    const conversationDrawn = last?.dataset.kept ? JSON.parse(last.dataset.kept).conversation : opened;
    const isAsked = running && !underWay;
    const isOpened = !running && !underWay && conversationDrawn !== opened && document.querySelector("#past .exchange");
    if (isAsked || isOpened) settled = performance.now() + SETTLING_MS;
    underWay = running;
    opened = conversationDrawn;
    if (last && performance.now() < settled) last.scrollIntoView({ block: "start" });
  }).observe(conversation, { childList: true, subtree: true });
});
