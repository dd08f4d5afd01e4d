// A form of a draft saves itself, and keeps in this browser what has not reached us; what is searched in it is found as
// one types. Without this file its buttons do it.
(() => {
  const form = document.querySelector("form[data-saves]"), said = form.querySelector("[data-said]");
  const own = `cbe-part ${form.dataset.saves} ${location.pathname}`;
  const ours = ["csrf_token", "once", "over", "seen", "find", "into", "add_language"];
  const isNew = name => form.elements[name]?.closest?.("tr.new"); // a row of a table that is added by its button only
  const fields = () => [...new FormData(form)].filter(([name]) => !ours.includes(name) && !isNew(name));
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const kept = () => { try { return JSON.parse(localStorage.getItem(own)); } catch { return null; } };
  const keep = () => { try { localStorage.setItem(own, JSON.stringify({ fields: fields(), seen: form.elements.seen.value })); } catch { /* full, or not allowed */ } };
  const forget = () => { try { localStorage.removeItem(own); } catch { /* not allowed */ } };
  const say = text => { if (said.textContent !== text) said.textContent = text; };
  let saved = "unsaved" in form.dataset ? [] : fields(), busy = null, timer, wait = 0, paused = !!document.querySelector("main [role=alert]"), leaving = false;

  const later = seconds => { clearTimeout(timer); timer = setTimeout(save, seconds * 1000); };
  function changed(pause) {
    if (same(fields(), saved)) return;
    keep();
    if (paused) return;
    if (!wait) say(said.dataset.wait);
    later(wait || pause);
  }
  function save() {
    clearTimeout(timer);
    if (busy || paused || leaving || same(fields(), saved)) return busy;
    return busy = send(fields()).catch(again).finally(() => { busy = null; });
  }
  function again() {
    wait = Math.min(60, wait * 2 || 2);
    say(said.dataset.kept);
    later(wait);
  }
  async function send(sent) {
    const carried = ["seen", "csrf_token"].map(name => [name, form.elements[name].value]);
    const answer = await fetch(location.pathname, {
      method: "POST", body: new URLSearchParams([...sent, ...carried]), headers: { Accept: "application/json" }, keepalive: true,
    });
    if (answer.status >= 500 || answer.status === 429) return again();
    wait = 0;
    if (answer.ok) return arrived(await answer.json(), sent);
    if ([400, 401].includes(answer.status)) return stop(said.dataset.out);
    if (answer.status === 409) return stop(said.dataset.clash);
    const told = await answer.json();
    saved = sent; // the same is not sent again before it is mended
    say([said.dataset.refused, ...(told.problems || [told.title])].join(" "));
  }
  function stop(text) {
    paused = true;
    say(text);
  }
  function arrived(answer, sent) {
    form.elements.seen.value = answer.seen;
    saved = sent;
    say(answer.said);
    document.querySelector("form[action$='/draft/undo'] button").disabled = false;
    if (!same(fields(), sent)) return changed(2);
    forget();
    renumber();
    saved = fields();
  }
  // Rows say which of the list they were: an emptied one is there no more.
  function renumber() {
    form.querySelectorAll(".listed").forEach(list => {
      let number = 0;
      list.querySelectorAll(".row-of").forEach(row => {
        const was = row.querySelector("[name$='.was']");
        if (was) was.value = [...row.querySelectorAll("input:not([type=hidden])")].some(one => one.value.trim()) ? number++ : "";
      });
    });
  }

  form.addEventListener("input", event => ours.includes(event.target.name) || changed(2.5));
  form.addEventListener("change", event => ours.includes(event.target.name) || changed(.2));
  form.addEventListener("submit", async event => {
    clearTimeout(timer);
    if (busy) {
      event.preventDefault();
      await busy;
      return form.requestSubmit(event.submitter);
    }
    leaving = true;
    forget();
  });
  addEventListener("pageshow", () => { leaving = false; });
  addEventListener("pagehide", () => leaving || save());
  addEventListener("online", () => { wait = 0; save(); });

  if (!saved.length) changed(.2);

  const entry = kept();
  if (entry && same(entry.fields, saved)) forget();
  else if (entry) {
    const take = Object.assign(document.createElement("button"), { type: "button", textContent: said.dataset.take });
    say(said.dataset.left);
    said.after(take);
    take.onclick = () => {
      [...form.elements].forEach(control => {
        if (!control.name || ours.includes(control.name) || control.type === "submit") return;
        const values = entry.fields.filter(([name]) => name === control.name).map(([, value]) => value);
        if (["checkbox", "radio"].includes(control.type)) control.checked = values.includes(control.value);
        else control.value = values[0] ?? "";
      });
      form.elements.seen.value = entry.seen;
      take.remove();
      changed(.2);
    };
  }

  const finds = form.querySelector("[data-finds]"), found = form.querySelector("[data-found]");
  let asking, asked = 0;
  finds?.addEventListener("input", () => {
    clearTimeout(asking);
    asking = setTimeout(async () => {
      const number = ++asked, into = form.elements.into?.value;
      const answer = await fetch(`?find=${encodeURIComponent(finds.value)}`).catch(() => null);
      if (!answer?.ok || number !== asked) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      found.innerHTML = page.querySelector("[data-found]")?.innerHTML ?? "";
      if (into && form.elements.into) form.elements.into.value = into;
    }, 250);
  });
})();
