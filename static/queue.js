// The queue and the desk: keys, saved phrases, and feedback that a lost line or a closed window does not take.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const keys = document.documentElement.dataset.keys !== "off";
  const mine = `cbe-feedback:${document.currentScript.dataset.reader}/`;
  const WEEK = 7 * 24 * 3600 * 1000;

  const rows = all("[data-row]"), sheets = all("[data-judge]");
  const inside = sheet => sheet.contains(document.activeElement);
  const answers = sheet => sheet.querySelector(":checked") || sheet.querySelector("[type=radio]");
  const move = step => {
    if (rows.length) {
      const at = rows.indexOf(document.activeElement);
      rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + step))].focus();
    } else if (sheets.length) {
      const at = sheets.findIndex(inside);
      answers(sheets[Math.max(0, Math.min(sheets.length - 1, at < 0 ? 0 : at + step))]).focus();
    }
  };
  const choose = outcome => {
    const sheet = sheets.find(inside) || sheets[0], answer = sheet?.querySelector(`[data-${outcome}]`);
    if (!answer) return;
    answer.checked = true;
    (outcome === "met" ? answer : sheet.querySelector("textarea")).focus();
  };
  const acts = { j: () => move(1), k: () => move(-1), a: () => choose("met"), r: () => choose("not-yet") };

  addEventListener("keydown", event => {
    if (!keys || !acts[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]")) return;
    event.preventDefault();
    acts[event.key]();
  });

  all("[data-phrases]").forEach(row => {
    row.hidden = false;
    row.querySelector("button").addEventListener("click", () => {
      const field = document.getElementById(row.dataset.phrases), text = row.querySelector("select").value;
      const before = field.value.slice(0, field.selectionStart), after = field.value.slice(field.selectionEnd);
      field.value = before + (/\S$/.test(before) ? " " : "") + text + after;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    });
  });
  all("[data-plain-phrases]").forEach(list => { list.hidden = rows.length === 0 && !!document.querySelector("[data-phrases]"); });

  // A browser may refuse to keep anything; then nothing is kept.
  try {
    const recorded = all("[data-recorded]").map(one => `${mine}${one.dataset.recorded}/`);
    Object.keys(localStorage).filter(key => key.startsWith("cbe-feedback:")).forEach(key => {
      const age = Date.now() - JSON.parse(localStorage[key]).at;
      if (age > WEEK || recorded.some(start => key.startsWith(start))) localStorage.removeItem(key);
    });
    all("[data-draft]").forEach(field => {
      const key = mine + field.dataset.draft;
      if (!field.value && localStorage[key]) field.value = JSON.parse(localStorage[key]).text;
      field.addEventListener("input", () => {
        if (field.value) localStorage[key] = JSON.stringify({ text: field.value, at: Date.now() });
        else localStorage.removeItem(key);
      });
    });
  } catch { /* as above */ }
})();
