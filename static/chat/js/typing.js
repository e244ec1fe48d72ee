// "… is writing": goes out by itself when nothing more is heard.
const LASTS = 6000;

export function typingSign(element) {
  let timer = 0;
  const hide = () => {
    clearTimeout(timer);
    element.hidden = true;
  };
  const show = () => {
    clearTimeout(timer);
    element.hidden = false;
    timer = setTimeout(hide, LASTS);
  };
  return { show, hide };
}
