// 打った日付を、和暦と西暦の両方で読み返します。正しいかどうかはサーバーが決めます。
(function () {
  "use strict";

  const ERAS = [
    ["令和", "R", 2019, 5, 1], ["平成", "H", 1989, 1, 8], ["昭和", "S", 1926, 12, 25],
    ["大正", "T", 1912, 7, 30], ["明治", "M", 1868, 1, 25],
  ];
  const DAYS = "日月火水木金土";
  const SHAPE = /^(?:(令和|平成|昭和|大正|明治|[RHSTM])\.?(元|\d{1,2})|(\d{4}))(?:[-./年](\d{1,2}))?(?:[-./月](\d{1,2}))?[年月日]?$/;

  const GUESS = /推定|ごろ|頃|約|[??]/;

  function tidy(text) {
    const plain = text.normalize("NFKC").toUpperCase().replace(/推定|ごろ|頃|約|[\s()?]/g, "").replace(/[ー−–—]/g, "-").replace(/[。、・]/g, ".");
    return plain.replace(/^(\d{4})(\d{2})(\d{2})$/, "$1-$2-$3").replace(/^([RHSTM])(\d{2})(\d{2})(\d{2})$/, "$1$2.$3.$4");
  }

  function read(text) {
    const found = SHAPE.exec(tidy(text));
    if (!found) return null;
    const era = ERAS.find((e) => e[0] === found[1] || e[1] === found[1]);
    const year = era ? era[2] - 1 + (found[2] === "元" ? 1 : Number(found[2])) : Number(found[3]);
    return { year, month: Number(found[4] || 0), day: Number(found[5] || 0) };
  }

  function eraYear(y, m, d) {
    const era = ERAS.find((e) => y * 10000 + m * 100 + d >= e[2] * 10000 + e[3] * 100 + e[4]);
    if (!era) return "";
    const n = y - era[2] + 1;
    return era[0] + (n === 1 ? "元" : n) + "年";
  }

  function say({ year, month, day }) {
    if (!month) return `${eraYear(year, 12, 31)}(${year}年)`;
    if (!day) return `${eraYear(year, month, 28)}${month}月(${year}年${month}月)`;
    const date = new Date(year, month - 1, day);
    if (date.getMonth() !== month - 1 || date.getDate() !== day) return null;
    return `${eraYear(year, month, day)}${month}月${day}日(${DAYS[date.getDay()]})(${year}年)`;
  }

  function echo(field) {
    const place = document.getElementById(field.id + "_echo");
    if (!place) return;
    const parts = field.value.trim() && read(field.value);
    const said = parts && say(parts);
    place.textContent = said ? said + (GUESS.test(field.value) ? "(推定)" : "") : "";
  }

  function isDate(node) { return node.matches && node.matches("[data-wareki]"); }

  document.addEventListener("input", (event) => { if (isDate(event.target)) echo(event.target); });
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-wareki]").forEach(echo));
  document.addEventListener("htmx:afterSwap", (event) => event.target.querySelectorAll("[data-wareki]").forEach(echo));
})();
