// The light or dark that was chosen on the conversation's page; else the style sheet follows the system.
try {
  const theme = localStorage.getItem("reportqa.theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden: the system's it is.
}
