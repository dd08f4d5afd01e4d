// Follows moves and imports that go on: asks for the page again and puts its part in. Without this file there is a link that does.
const list = document.querySelector("[data-moves]");
const follow = () => list?.dataset.going === "yes" && setTimeout(async () => {
  try {
    const answer = await fetch(location.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-moves]");
    // who is about to press something in it is not disturbed
    if (fresh && !list.contains(document.activeElement) && !list.querySelector("details[open]")) {
      list.dataset.going = fresh.dataset.going;
      list.replaceChildren(...fresh.childNodes);
    }
  } catch { /* the line is cut; it is tried again */ }
  follow();
}, 2000);
follow();
