// Shows the colours that are being chosen, and their contrast, before anything is saved.
// The server computes it again and refuses what cannot be read (tenants/charter/colours.py).

const READABLE = 4.5;
const preview = document.querySelector("[data-preview]");
const fields = [...document.querySelectorAll("input[type=color]")];

const linear = (channel) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4);

const luminance = (colour) => {
  const [red, green, blue] = [1, 3, 5].map((at) => linear(parseInt(colour.slice(at, at + 2), 16) / 255));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

const contrast = (one, other) => {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
};

const show = () => {
  const colours = Object.fromEntries(fields.map((field) => [field.name, field.value]));
  for (const [name, colour] of Object.entries(colours)) {
    preview.style.setProperty(`--tenant-${name.replaceAll("_", "-")}`, colour);
  }
  for (const pair of document.querySelectorAll("[data-pair]")) {
    const ratio = contrast(colours[pair.dataset.front], colours[pair.dataset.back]);
    // Cut, not rounded: 4.496 is not 4.50.
    pair.querySelector("[data-ratio]").value = (Math.floor(ratio * 100) / 100).toFixed(2);
    pair.dataset.readable = ratio >= READABLE ? "yes" : "no";
  }
};

fields.forEach((field) => field.addEventListener("input", show));
show();
