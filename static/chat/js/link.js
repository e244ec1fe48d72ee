// A link's token stands behind the # of the address, which no server sees. It goes into a form from
// there, and out of the address before it is sent: the browser's history keeps none.
const form = document.querySelector("[data-take]");
const show = document.querySelector("[data-show]");

function take() {
  const token = location.hash.slice(1);
  if (token) {
    form.elements.token.value = token;
    location.replace("#");
    form.requestSubmit();
  }
}

take();
// A link that is opened where such a page stands already changes what is behind the # and no more.
addEventListener("hashchange", take);

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
