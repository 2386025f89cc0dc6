// The strings of the page's language, put into its head by the server.
const said = document.getElementById("words");
export const words = JSON.parse(said.textContent);
export const language = said.lang;

export const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
