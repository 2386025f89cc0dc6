// The search: a drawn button carries the search that it leads to.
import { say } from "./told.js";
import { whenShown, whenThere, wish } from "./wishes.js";

let pressed = null; // what is to have the focus once the results are drawn anew

export function leadOn(button) {
  const results = button.closest(".results");
  pressed = button.dataset.key;
  wish("wishes", { ...JSON.parse(results.dataset.search), ...JSON.parse(button.dataset.wish) });
}

export function askOf(button) {
  const { question } = JSON.parse(button.closest(".results").dataset.search);
  wish("wanted", { do: "of", question, report: button.dataset.report });
  whenShown("#ask textarea", (box) => box.focus());
}

// New results are told, and the focus stays on the filter that was pressed; a new page is read from its top.
whenThere("#results", (results) => {
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
});
