// 画面の小さな手助け。これが動かなくても、すべての画面は使えます。
(function () {
  "use strict";

  document.documentElement.classList.add("js");
  let composedAt = 0;

  function mainForm() {
    return document.querySelector("dialog[open] form[data-main-form]") || document.querySelector("form[data-main-form]");
  }

  // Ctrl+S は主たる入力を保存する。
  function saveByKey(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    const form = mainForm();
    if (form && !event.isComposing) form.requestSubmit(form.querySelector("[type=submit]:not([formaction])"));
  }

  // 漢字変換を決めた Enter では送信しない。
  function keepComposingEnter(event) {
    if (event.key !== "Enter" || event.target.tagName === "TEXTAREA") return;
    const justComposed = event.timeStamp - composedAt < 80;
    if (event.isComposing || event.keyCode === 229 || justComposed) event.preventDefault();
  }

  // 同じ入力を二度送らない。戻ったときは押せるように戻す。
  function guardSubmit(event) {
    const form = event.target;
    if (event.defaultPrevented || form.method === "dialog" || form.hasAttribute("data-repeatable")) return;
    if (form.classList.contains("is-sending")) return event.preventDefault();
    form.classList.add("is-sending");
    form.setAttribute("aria-busy", "true");
    setTimeout(() => release(form), form.hasAttribute("hx-post") ? 1000 : 10000);
  }

  function release(form) {
    form.classList.remove("is-sending");
    form.removeAttribute("aria-busy");
  }

  // 「戻る」で前の人の画面を見せない。
  function freshPage(event) {
    if (event.persisted) window.location.reload();
  }

  function toggleNav(button) {
    const nav = document.getElementById(button.getAttribute("aria-controls"));
    const open = nav.classList.toggle("is-open");
    button.setAttribute("aria-expanded", String(open));
  }

  // data-open-dialog="id" で開き、data-close-dialog で閉じる。data-print は印刷。
  function onClick(event) {
    const part = event.target.closest("[data-open-dialog], [data-close-dialog], [data-print], .nav-toggle");
    if (!part) return;
    if (part.dataset.openDialog) document.getElementById(part.dataset.openDialog).showModal();
    else if ("closeDialog" in part.dataset) part.closest("dialog").close();
    else if ("print" in part.dataset) window.print();
    else toggleNav(part);
  }

  // 所属の一覧などは、Esc と外側の押下で閉じる。
  function closeMenus(event) {
    if (event.type === "keydown" && event.key !== "Escape") return;
    document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
      if (event.type === "click" && menu.contains(event.target)) return;
      if (event.type === "keydown" && menu.contains(document.activeElement)) menu.querySelector("summary").focus();
      menu.open = false;
    });
  }

  // 誤りのまとめがあれば、そこから読み始める。
  function showErrors() {
    const summary = document.querySelector(".error-summary");
    if (summary) summary.focus();
  }

  function prepare(root) {
    root.querySelectorAll("form[data-main-form]").forEach((form) => { form.noValidate = true; });
  }

  document.addEventListener("keydown", saveByKey);
  document.addEventListener("keydown", keepComposingEnter, true);
  document.addEventListener("keydown", closeMenus);
  document.addEventListener("compositionend", (event) => { composedAt = event.timeStamp; }, true);
  document.addEventListener("submit", guardSubmit);
  document.addEventListener("click", onClick);
  document.addEventListener("click", closeMenus);
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest && event.target.closest("form");
    if (form) release(form);
  });
  document.addEventListener("htmx:afterSwap", (event) => prepare(event.target));
  window.addEventListener("pageshow", freshPage);
  document.addEventListener("DOMContentLoaded", () => { prepare(document); showErrors(); });
})();
