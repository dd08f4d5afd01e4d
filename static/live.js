// Says what others changed in a draft while one looks at it. Without this file its history does.
(() => {
  const line = document.querySelector("[data-live]"), { live, show } = line.dataset;
  let pause = 15;
  async function ask() {
    if (!document.hidden) {
      const answer = await fetch(`${live}?seen=${encodeURIComponent(line.dataset.seen)}`, { headers: { Accept: "application/json" } }).catch(() => null);
      if (answer && [401, 403, 404].includes(answer.status)) return;
      pause = answer?.ok ? 15 : Math.min(240, pause * 2);
      if (answer?.ok) say(await answer.json());
    }
    setTimeout(ask, pause * 1000);
  }
  function say({ said, url }) {
    if (!said || line.firstChild?.textContent === said) return;
    const link = Object.assign(document.createElement("a"), { href: url, textContent: show });
    line.replaceChildren(said, " ", link);
  }
  setTimeout(ask, 3000);
})();
