// The seconds of an answer under way, counted here: the server draws its steps only when they change.
const began = new Map(); // turn → when its steps were first seen

setInterval(() => {
  const timer = document.querySelector("#current .timer");
  if (!timer) {
    began.clear();
    return;
  }
  const { turn } = timer.closest(".exchange").dataset;
  if (!began.has(turn)) began.set(turn, performance.now());
  timer.textContent = `${((performance.now() - began.get(turn)) / 1000).toFixed(1)} s`;
}, 100);
