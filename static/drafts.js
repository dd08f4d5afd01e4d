// Saves a draft by itself, and keeps in this browser what has not reached us. Without this file the buttons do it.
(() => {
  const banner = document.querySelector("[data-kept]"), form = document.querySelector("form[data-draft]");
  const root = document.documentElement, path = address => new URL(address, location).pathname;
  const { kept: account, program, fresh, known, zone } = banner.dataset;
  const prefix = `cbe-draft ${account} `;
  const read = key => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } };
  const write = (key, value) => {
    try { value ? localStorage.setItem(key, JSON.stringify(value)) : localStorage.removeItem(key); } catch { /* full, or not allowed */ }
  };
  const clock = at => new Date(at).toLocaleTimeString(root.lang, { timeStyle: "short", timeZone: zone });
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const ours = ["csrf_token", "once", "next", "known"];
  const fields = () => [...new FormData(form)].filter(([name]) => !ours.includes(name));
  const fill = list => [...form.elements].forEach(control => {
    if (!control.name || ours.includes(control.name) || control.type === "submit") return;
    const values = list.filter(([name]) => name === control.name).map(([, value]) => value);
    if (["checkbox", "radio"].includes(control.type)) control.checked = values.includes(control.value);
    else control.value = values[0] ?? "";
  });

  // What is kept: of this draft, of one that never reached us (a new page has another address), or on the list of any.
  let own = prefix + path(form ? form.action : location);
  const isNew = () => form.hasAttribute("data-new");
  const offer = () => {
    const found = Object.keys(localStorage).filter(key => key.startsWith(`${prefix}${program}/`)).map(key => [key, read(key)]);
    const [key, entry] = found.find(([name, value]) =>
      value && (name === own || (form ? isNew() && value.isNew : path(location) === program))) || [];
    if (!entry) return;
    const arrived = key === own && entry.sent && known !== entry.known;
    if (arrived || (form && same(entry.fields, fields()))) return write(key);
    banner.hidden = false;
    banner.querySelector("time").textContent = clock(entry.at);
    banner.querySelector("textarea").value = entry.fields.filter(([name]) => name === "text").map(([, text]) => text).join();
    banner.querySelector("[data-throw]").onclick = () => { write(key); banner.hidden = true; };
    banner.querySelector("[data-take]").onclick = () => {
      const address = key.slice(prefix.length);
      if (!form) return location.assign(entry.isNew ? fresh : address);
      form.action = address;
      own = key;
      fill(entry.fields);
      banner.hidden = true;
      form.elements.text.focus();
      changed();
    };
  };
  if (!form) return offer();

  const said = document.querySelector("[data-status]");
  let saved = form.hasAttribute("data-unsaved") ? null : fields(), sending = null, busy = null, wait = 0, timer, paused = form.hasAttribute("data-paused"), leaving = false;
  const say = (text, link) => {
    if (said.textContent === text) return;
    said.textContent = text;
    if (link) said.append(" ", link);
  };
  const keep = sent => write(own, { at: Date.now(), fields: fields(), isNew: isNew(), known: form.elements.known.value, sent });
  const later = seconds => { clearTimeout(timer); timer = setTimeout(save, seconds * 1000); };
  const again = () => { wait = Math.min(60, wait * 2 || 2); later(wait); say(said.dataset.keeping.replace("%s", clock(Date.now()))); };
  function changed() {
    keep();
    later(wait || 1);
  }

  // The same is sent until we know that it arrived: a reply that was lost makes no second version and no quarrel.
  async function save() {
    clearTimeout(timer);
    if (busy || paused || leaving) return busy;
    if (!sending && same(fields(), saved)) return;
    sending ||= { fields: fields(), known: form.elements.known.value };
    busy = send().catch(again).finally(() => { busy = null; });
    return busy;
  }
  async function send(isRepeated) {
    const body = new URLSearchParams([...sending.fields, ["known", sending.known], ["csrf_token", form.elements.csrf_token.value]]);
    const headers = { Accept: "application/json" };
    const answer = await fetch(form.action, { method: "POST", body, headers, signal: AbortSignal.timeout(15000) });
    if (answer.ok) return arrived(await answer.json());
    if ([400, 401].includes(answer.status) && !isRepeated) return await renew() ? send(true) : signedOut();
    if (answer.status === 401) return signedOut();
    if (answer.status >= 500 || answer.status === 429) return again();
    const told = await answer.json();
    sending = null;
    paused = answer.status !== 422;
    say([said.dataset.refused.replace("%s", clock(Date.now())), ...(told.problems || []).map(one => one.message),
      told.problems ? "" : told.detail || told.title, answer.status === 409 ? said.dataset.stale : ""].join(" ").trim());
  }
  function arrived(answer) {
    const chosen = list => (list || []).filter(([name]) => name === "competencies");
    const isJudgedOtherwise = !same(chosen(saved), chosen(sending.fields));
    form.elements.known.value = answer.saved_at;
    saved = sending.fields;
    sending = null;
    wait = 0;
    if (isNew()) history.replaceState(null, "", form.action);
    form.removeAttribute("data-new");
    say(answer.said);
    if (same(fields(), saved)) write(own);
    else changed();
    if (isJudgedOtherwise) renew().catch(() => {});
  }
  // Fetches the page anew for its token and for what is judged; tells whether one is still signed in.
  async function renew() {
    const answer = await fetch(isNew() ? location : form.action);
    if (path(answer.url) === path(said.dataset.signIn)) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = page.querySelector("[name=csrf_token]")?.value;
    if (token) document.querySelectorAll("[name=csrf_token]").forEach(field => { field.value = token; });
    ["svg[hidden]", "[data-judged]"].forEach(part => {
      const [old, now] = [document.querySelector(part), page.querySelector(part)];
      if (old && now) old.replaceWith(now);
    });
    return true;
  }
  function signedOut() {
    const link = Object.assign(document.createElement("a"), { textContent: said.dataset.again });
    link.href = `${said.dataset.signIn}?next=${encodeURIComponent(location.pathname + location.search)}`;
    say(said.dataset.out.replace("%s", clock(Date.now())), link);
    wait = 30;
    later(wait);
  }

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", async event => {
    if (busy || sending) {
      event.preventDefault();
      await (busy || save());
      if (!sending) form.requestSubmit(event.submitter);
      return;
    }
    leaving = true;
    if (!same(fields(), saved)) keep(true);
  });
  document.addEventListener("submit", event => {
    if (!event.target.matches("[data-discard]")) return;
    leaving = true;
    write(own);
  });
  addEventListener("pageshow", () => { leaving = false; });
  addEventListener("online", () => { wait = 0; save(); });
  setInterval(() => wait || save(), 20000);
  offer();
  if (!saved) changed();
})();
