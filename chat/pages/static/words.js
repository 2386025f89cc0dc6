// The strings of the page's language, put into its head by the server.
export const words = JSON.parse(document.getElementById("words").textContent);

export const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
