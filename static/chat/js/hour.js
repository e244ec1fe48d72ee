// A time of day as this page writes it. English times are written the European way.
const locale = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });

export const hourOf = (time) => clock.format(new Date(time));
