// A piece of a page, made by the server: parsed by the browser as it comes, and never from a string here.
export function fetchPiece(address) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", address);
    request.responseType = "document";
    request.addEventListener("load", () => {
      const piece = request.status === 200 && request.response?.body.firstElementChild;
      (piece ? resolve : reject)(piece);
    });
    request.addEventListener("error", reject);
    request.send();
  });
}
