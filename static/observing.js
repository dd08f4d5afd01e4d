// Ticks everyone at once, and keeps what was typed in this browser until it is recorded. Without this file the buttons do it.
(() => {
  const reader = document.currentScript.dataset.reader, form = document.querySelector("[data-keep]"), days = 14 * 86400000;
  const read = key => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } };
  const write = (key, value) => {
    try { value ? localStorage.setItem(key, JSON.stringify(value)) : localStorage.removeItem(key); return true; } catch { return false; /* no room: the form itself still holds it */ }
  };
  const all = Object.keys(localStorage).filter(key => key.startsWith("cbe-observed "));
  all.forEach(key => { if (!(read(key)?.at > Date.now() - days)) write(key); });

  // What was sent is recorded once the page of its session is here.
  if (document.querySelector("[data-recorded]")) all.forEach(key => read(key)?.sent && write(key));
  if (!form) return;

  const own = `cbe-observed ${reader}:${form.dataset.keep}`;
  const said = form.querySelector("[data-kept]"), banner = document.querySelector("[data-back]");
  // By learner and competency: the number of a column means another one tomorrow.
  const cells = [...form.querySelectorAll("[data-cell]")].map(cell => ({
    cell, place: cell.dataset.cell, tick: cell.querySelector("[type=checkbox]"), level: cell.querySelector("select"), say: cell.querySelector("textarea"),
  }));
  const usual = one => [...one.level.options].find(option => option.value === one.level.dataset.usual);
  const tell = text => { banner.hidden = false; banner.querySelector("span").textContent = text; };
  const keep = sent => {
    const typed = {};
    cells.forEach(one => { if (one.tick.checked || one.say.value || one.level.value !== one.level.dataset.usual) typed[one.place] = [one.tick.checked, one.level.value, one.say.value]; });
    if (write(own, { at: Date.now(), typed, sent })) said.textContent = said.dataset.kept;
  };

  form.addEventListener("input", event => {
    const one = cells.find(each => each.cell.contains(event.target));
    if (one && event.target !== one.tick) one.tick.checked = true;
    else if (one && !one.tick.checked && usual(one)) one.level.value = one.level.dataset.usual;
    keep();
  });
  form.addEventListener("submit", event => {
    if (event.submitter?.value === "record") {
      if (navigator.onLine) return keep(true);
      event.preventDefault();
      tell(banner.dataset.offline);
      banner.scrollIntoView({ block: "center" });
      return;
    }
    event.preventDefault();
    const wanted = form.elements.level.value;
    cells.forEach(one => {
      if (one.tick.checked || one.say.value.trim() || "has" in one.cell.dataset) return;
      one.tick.checked = true;
      one.level.value = [...one.level.options].some(option => option.value === wanted) ? wanted : one.level.dataset.usual;
    });
    keep();
  });

  const kept = read(own), typed = form.hasAttribute("data-fresh") && kept && Object.keys(kept.typed);
  if (!form.hasAttribute("data-fresh")) keep();
  else if (typed?.length) {
    cells.forEach(one => {
      const found = kept.typed[one.place];
      if (!found) return;
      [one.tick.checked, one.level.value, one.say.value] = found;
      if (one.say.value) one.say.closest("details").open = true;
    });
    tell(banner.dataset.told.replace("%s", new Date(kept.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" })));
    const afresh = banner.querySelector("button");
    afresh.hidden = false;
    afresh.onclick = () => { write(own); form.reset(); banner.hidden = true; };
  }
})();
