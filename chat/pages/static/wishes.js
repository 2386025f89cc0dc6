// What a drawn button asks for goes to the server by a hidden box of the page, as JSON; see drawn.py.
export function wish(box, wanted) {
  const field = document.querySelector(`#${box} textarea, #${box} input`);
  if (!field) return false;
  field.value = JSON.stringify(wanted);
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", bubbles: true }));
  return true;
}

export function whenShown(selector, then, frames = 180) {
  const found = document.querySelector(selector);
  if (found?.offsetParent) then(found);
  else if (frames) requestAnimationFrame(() => whenShown(selector, then, frames - 1));
}

// Called for each element of the page that there is or will be under this selector, once; a tab is drawn when it is opened.
export function whenThere(selector, then) {
  const look = () => {
    const found = document.querySelector(selector);
    if (found) then(found);
    return found;
  };
  if (look()) return;
  const arrival = new MutationObserver(() => look() && arrival.disconnect());
  arrival.observe(document, { childList: true, subtree: true });
}

// Where the focus goes when what was pressed is gone or has done its work: to the box. Under a finger it would bring the
// keyboard up over the answer: there the conversation has it.
export function toBox() {
  const box = document.querySelector("#ask textarea");
  const talk = document.getElementById("conversation");
  if (!matchMedia("(pointer: coarse)").matches) return box?.focus({ preventScroll: true });
  talk?.setAttribute("tabindex", "-1");
  talk?.focus({ preventScroll: true });
}
