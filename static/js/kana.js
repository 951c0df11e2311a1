// 氏名を変換しながら打つと、ふりがなの欄に読みが入ります。欄はいつでも直せます。
// <input id="id_name" data-kana-to="id_kana">
(function () {
  "use strict";

  const KANA = /^[ぁ-ゖァ-ヺーゝゞヽヾ\s]+$/;
  const readings = new WeakMap();

  function katakana(text) {
    return text.replace(/[ぁ-ゖゝゞ]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0x60));
  }

  function kanaField(name) {
    const id = name.dataset && name.dataset.kanaTo;
    const field = id && document.getElementById(id);
    return field && !field.dataset.touched ? field : null;
  }

  // 変換前の最後のかなを読みとして覚える。
  function follow(event) {
    if (!kanaField(event.target)) return;
    const typed = (event.data || "").replace(/[a-zA-Za-zA-Z]+$/, "");
    if (typed && KANA.test(typed)) readings.set(event.target, typed);
  }

  function settle(event) {
    const field = kanaField(event.target);
    const reading = readings.get(event.target);
    readings.delete(event.target);
    if (field && event.data && reading) field.value += katakana(reading);
  }

  function onInput(event) {
    const field = event.target;
    if (event.isTrusted && document.querySelector(`[data-kana-to="${CSS.escape(field.id)}"]`)) field.dataset.touched = "yes";
    const kana = kanaField(field);
    if (!kana || event.isComposing) return;
    if (field.value === "") kana.value = "";
    else if (/^[\s ]$/.test(event.data || "") && kana.value) kana.value += " ";
  }

  // すでに読みが入っている欄には手を出さない。
  function leaveFilled() {
    document.querySelectorAll("[data-kana-to]").forEach((name) => {
      const field = document.getElementById(name.dataset.kanaTo);
      if (field && field.value) field.dataset.touched = "yes";
    });
  }

  document.addEventListener("compositionupdate", follow);
  document.addEventListener("compositionend", settle);
  document.addEventListener("input", onInput);
  document.addEventListener("DOMContentLoaded", leaveFilled);
})();
