// A link's token stands behind the # of the address, which no server sees. It goes into a form from
// there, and out of the address before it is sent: the browser's history keeps none.
const take = document.querySelector("[data-take]");
const show = document.querySelector("[data-show]");

if (take && location.hash.length > 1) {
  take.elements.token.value = location.hash.slice(1);
  location.replace("#");
  take.requestSubmit();
}

if (show) {
  const password = document.querySelector("#password");
  show.hidden = false;
  show.addEventListener("change", (event) => {
    password.type = event.target.checked ? "text" : "password";
  });
  // What a browser remembers of a field must not be what was shown.
  password.form.addEventListener("submit", () => {
    password.type = "password";
  });
}
