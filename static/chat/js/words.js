// The page's words and patterns come from the server, in its language.
const words = new Map();
readWords(document);

export function readWords(root) {
  root.querySelectorAll("template[data-words]").forEach((template) => {
    template.content.querySelectorAll("[data-word]").forEach((word) => {
      words.set(word.dataset.word, word.textContent);
    });
  });
}

export function word(name, values = {}) {
  const text = words.get(name) || "";
  return text.replace(/\{(\w+)\}/g, (_, key) => String(values[key]));
}

export function hasWord(name) {
  return words.has(name);
}

export function cloneOf(name) {
  const template = document.querySelector(`template[data-template="${name}"]`);
  return template.content.firstElementChild.cloneNode(true);
}
