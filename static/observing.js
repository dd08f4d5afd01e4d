// Keeps what was typed into the grid in this browser until it is recorded: a lost line or an ended sign-in loses nothing.
(() => {
  const form = document.querySelector("[data-keep]");
  if (!form) {
    // the page of what was recorded
    localStorage.removeItem(sessionStorage.getItem("cbe-recorded"));
    return;
  }
  const key = `${document.currentScript.dataset.reader}:${form.dataset.keep}`;
  const said = form.querySelector("[data-kept]");
  const typed = () => [...form.elements].filter(each => /^(tick|level|say)-/.test(each.name));
  const value = each => each.type === "checkbox" ? each.checked : each.value;

  try {
    const kept = JSON.parse(localStorage.getItem(key) || "{}");
    const fresh = !typed().some(each => each.type === "checkbox" ? each.checked : each.name.startsWith("say-") && each.value);
    if (fresh) typed().forEach(each => {
      if (!(each.name in kept)) return;
      if (each.type === "checkbox") each.checked = kept[each.name];
      else each.value = kept[each.name];
      if (each.name.startsWith("say-") && each.value) each.closest("details").open = true;
    });
  } catch { localStorage.removeItem(key); }

  form.addEventListener("change", () => {
    try {
      localStorage.setItem(key, JSON.stringify(Object.fromEntries(typed().map(each => [each.name, value(each)]))));
      said.textContent = said.dataset.kept; // a live region is empty until something happens
    } catch { /* no room: the form itself still holds it */ }
  });
  form.addEventListener("submit", event => {
    if (event.submitter?.value === "record") sessionStorage.setItem("cbe-recorded", key);
  });
})();
