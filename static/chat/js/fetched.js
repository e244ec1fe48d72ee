// A piece of a page, made by the server: parsed by the browser as it comes, and never from a string here.
// What a form says goes in the body, with its token, and stands in no address.
export function fetchPiece(address, form) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(form ? "POST" : "GET", address);
    request.responseType = "document";
    request.addEventListener("load", () => {
      const piece = request.status === 200 && request.response?.body.firstElementChild;
      (piece ? resolve : reject)(piece);
    });
    request.addEventListener("error", reject);
    request.send(form && new URLSearchParams(new FormData(form)));
  });
}
