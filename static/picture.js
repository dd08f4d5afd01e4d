// The draft's picture by pointer and keyboard. It only fills in the page's forms; without this file they are filled in by hand.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const said = document.querySelector("[data-said]"), texts = said.dataset, single = document.documentElement.dataset.keys !== "off";
  const say = (text, values = {}) => {
    said.hidden = !text;
    said.textContent = text.replace(/\{(\w)\}/g, (_all, name) => values[name] ?? "");
  };
  let svg, boxes, lines, from = null, way = 0, drag = null, busy = false, at = null;
  const keyOf = box => box.dataset.competency, titleOf = box => box.dataset.title;
  const boxOf = key => boxes.find(box => keyOf(box) === key);
  const places = list => list.map(each => { const { x, y, width, height } = each.getBoundingClientRect(); return { each, x: x + width / 2, y: y + height / 2 }; });

  // One box is in the order of Tab, the others are reached by arrow keys.
  const rove = box => { boxes.forEach(each => each.setAttribute("tabindex", each === box ? 0 : -1)); at = box && keyOf(box); };
  const focus = box => { if (!box) return; rove(box); box.focus(); box.scrollIntoView({ block: "nearest", inline: "nearest" }); };

  function begin() {
    svg = document.querySelector(".picture > svg");
    all("[data-keyed]").forEach(each => { each.hidden = false; });
    from = drag = null;
    boxes = svg ? all("a", svg) : [];
    lines = svg ? all(".line", svg) : [];
    if (!svg) return;
    svg.setAttribute("role", "application");
    lines.forEach(line => {
      const hit = line.firstElementChild.cloneNode();
      hit.setAttribute("class", "hit");
      line.prepend(hit);
      line.setAttribute("role", "img");
    });
    rove(boxOf(at) || svg.querySelector("[aria-current]") || boxes[0]);
    svg.addEventListener("keydown", pressed);
    svg.addEventListener("focusin", event => {
      const box = event.target.closest("a");
      if (box) rove(box), from && aim(box);
    });
    svg.addEventListener("focusout", event => event.target.classList.contains("line") && leave(event.target));
    svg.addEventListener("pointerdown", down);
    svg.addEventListener("dragstart", event => event.preventDefault());
    svg.addEventListener("click", clicked);
  }

  // Connecting by keyboard: from a box, to the box that has the focus, as which kind of edge.
  function start(box) {
    from = box;
    way = 0;
    box.classList.add("from");
    say(texts.start, { a: titleOf(box) });
  }
  const groupsOf = box => JSON.parse(box.dataset.groups || "[]");
  function aim(box) {
    boxes.forEach(each => each.classList.toggle("aim", each === box && box !== from));
    way = 0;
    wish(box);
    if (box !== from) say(texts.to, { a: titleOf(from), b: titleOf(box) });
  }
  function change(box) {
    if (box === from) return say(texts.own);
    const groups = groupsOf(box);
    way = (way + 1) % (groups.length + 1);
    say(texts.as, { a: titleOf(from), b: titleOf(box), c: way ? groups[way - 1][1] : texts.always });
  }
  function finish(box) {
    if (box === from) return say(texts.own);
    at = keyOf(from);
    connect(at, keyOf(box), way ? groupsOf(box)[way - 1][0] : "");
  }
  function cancel() {
    boxes.forEach(each => each.classList.remove("from", "aim"));
    wish();
    from = drag = null;
    say(texts.cancelled);
  }
  function middle(box) {
    const { x, y, width, height } = box.getBBox(), matrix = box.getCTM(), root = svg.getCTM().inverse();
    const point = new DOMPoint(x + width / 2, y + height / 2).matrixTransform(matrix).matrixTransform(root);
    return [point.x, point.y];
  }
  const wish = (box, point) => {
    const source = drag ? drag.box : from;
    const end = point || (box && box !== source && middle(box));
    svg.querySelector(".wish").setAttribute("d", source && end ? `M${middle(source)}L${end}` : "");
  };

  // An edge is in no order of Tab: `e` and the arrow keys lead to it, Escape back to the box.
  function choose(line) {
    line.removeAttribute("aria-hidden");
    line.setAttribute("tabindex", -1);
    line.focus();
    say(texts.line, { c: line.getAttribute("aria-label") });
  }
  function leave(line) {
    line.setAttribute("aria-hidden", true);
    line.removeAttribute("tabindex");
  }
  const linesOf = key => lines.filter(line => [line.dataset.from, line.dataset.to].includes(key));
  function along(line, step) {
    const near = linesOf(at), place = near.indexOf(line);
    choose(near[(place + step + near.length) % near.length]);
  }

  const arrows = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
  function nearest(box, [right, down]) {
    const own = places([box])[0];
    let found, least = Infinity;
    places(boxes).forEach(({ each, x, y }) => {
      const ahead = (x - own.x) * right + (y - own.y) * down, aside = Math.abs((x - own.x) * down) + Math.abs((y - own.y) * right);
      if (ahead > 1 && ahead + 3 * aside < least) least = ahead + 3 * aside, found = each;
    });
    return found;
  }
  function pressed(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || busy) return;
    const box = event.target.closest("a"), line = event.target.closest(".line");
    if (box ? onBox(event.key, box) : line && onLine(event.key, line)) event.preventDefault();
  }
  function onBox(key, box) {
    if (arrows[key]) focus(nearest(box, arrows[key]));
    else if (from && key === "Enter") finish(box);
    else if (from && key === "Escape") { const back = from; cancel(); focus(back); }
    else if (from && key === "a") change(box);
    else if (key === "Enter") location.assign(box.dataset.form);
    else if (key === " ") go(box.getAttribute("href"));
    else if (from || !single) return false;
    else if (key === "c") start(box);
    else if (key === "n") document.getElementById("title").focus();
    else if (key === "e") linesOf(keyOf(box)).length ? choose(linesOf(keyOf(box))[0]) : say(texts.bare, { a: titleOf(box) });
    else return false;
    return true;
  }
  function onLine(key, line) {
    if (key === "Delete" || key === "Backspace") cut(line);
    else if (key === "Escape") { const box = boxOf(at) || boxes[0]; focus(box); say(texts.back, { a: titleOf(box) }); }
    else if (arrows[key] || key === "e") along(line, key === "ArrowUp" || key === "ArrowLeft" ? -1 : 1);
    else return false;
    return true;
  }

  // The pointer: a click chooses, dragging from box to box connects.
  function down(event) {
    const box = event.target.closest("a");
    if (!box || event.button || event.pointerType === "touch" || busy) return;
    drag = { box, x: event.clientX, y: event.clientY, moved: false };
  }
  const under = event => document.elementFromPoint(event.clientX, event.clientY)?.closest(".picture a");
  addEventListener("pointermove", event => {
    if (!drag) return;
    drag.moved ||= Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > 6;
    if (!drag.moved) return;
    const to = under(event), point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    drag.box.classList.add("from");
    boxes.forEach(each => each.classList.toggle("aim", each === to && to !== drag.box));
    wish(null, [point.x, point.y]);
  });
  addEventListener("pointerup", event => {
    if (!drag?.moved) { drag = null; return; }
    const to = under(event), source = drag.box;
    svg.addEventListener("click", stop, { capture: true, once: true });
    setTimeout(() => svg.removeEventListener("click", stop, true));
    if (!to || to === source) return cancel();
    drag = null;
    at = keyOf(source);
    connect(keyOf(source), keyOf(to), "");
  });
  addEventListener("keydown", event => event.key === "Escape" && drag && cancel());
  const stop = event => { event.preventDefault(); event.stopPropagation(); };
  function clicked(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
    const box = event.target.closest("a"), line = event.target.closest(".line");
    if (line) { at = [line.dataset.from, line.dataset.to].includes(at) ? at : line.dataset.to; return choose(line); }
    if (!box) return;
    event.preventDefault();
    at = keyOf(box);
    go(box.getAttribute("href"));
  }

  // Changes: the page's own forms, sent without leaving the page.
  const fill = (form, values) => Object.entries(values).forEach(([name, value]) => {
    const old = form.elements[name];
    if (old instanceof HTMLElement) old.value = value;
    else { form.querySelectorAll(`[name="${name}"]`).forEach(each => { each.disabled = true; }); form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value })); }
  });
  function connect(needed, competency, beside) {
    const form = document.querySelector("form[data-edge]");
    fill(form, { needed, competency, beside });
    send(form, true);
  }
  function cut(line) {
    const form = document.querySelector("[data-cut]");
    fill(form, { edge: line.dataset.edge });
    send(form, true);
  }
  function send(form, isDrawn, button) {
    const action = new URL(form.action);
    if (isDrawn && at && !action.searchParams.has("focus")) action.searchParams.set("focus", at);
    say(texts.saving);
    return load(action, { method: "POST", body: new URLSearchParams(new FormData(form, button)) }, form, isDrawn);
  }
  const go = address => load(new URL(address, location), {}, null, true);
  async function load(address, options, form, isDrawn) {
    if (busy) return;
    busy = true;
    svg?.parentNode.classList.add("busy");
    const active = document.activeElement, field = !isDrawn && active?.id, own = texts.path ||= location.pathname;
    let answer, page;
    try {
      answer = await fetch(address, options);
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      busy = false;
      svg?.parentNode.classList.remove("busy");
      return say(texts.failed);
    }
    busy = false;
    if (!page.querySelector("[data-swap=body]")) return form ? form.submit() : location.assign(address);
    swap(page);
    if (answer.ok && (new URL(answer.url).pathname === own)) {
      history[form ? "replaceState" : "pushState"](null, "", answer.url);
      const chosen = svg?.querySelector("[aria-current]");
      if (!isDrawn && chosen) at = keyOf(chosen);
    }
    const told = all(".flash:not(.said) p", page.querySelector("main")).filter(each => each.parentNode.getAttribute("role") === "status").map(each => each.textContent);
    say(answer.ok ? told.join(" ") : "");
    (!answer.ok && field && document.getElementById(field)) ? document.getElementById(field).focus() : focus(boxOf(at) || svg?.querySelector("[aria-current]") || boxes[0]);
  }
  function swap(page) {
    const view = document.querySelector(".picture"), kept = view && [view.scrollLeft, view.scrollTop];
    all("main > .flash:not(.said)").forEach(each => each.remove());
    // What others change is told in a line of its own, which stays and goes on from here.
    const [line, fresh] = [document, page].map(each => each.querySelector("[data-live]"));
    line.dataset.seen = fresh.dataset.seen;
    line.replaceChildren();
    fresh.replaceWith(line);
    all("[data-swap]").forEach(old => old.replaceChildren(...page.querySelector(`[data-swap=${old.dataset.swap}]`).childNodes));
    const [old, now] = [document, page].map(each => each.querySelector("body > svg[hidden]"));
    if (now) old ? old.replaceWith(now) : document.querySelector("main").before(now);
    document.title = page.title;
    begin();
    const after = document.querySelector(".picture");
    if (kept && after) [after.scrollLeft, after.scrollTop] = kept;
  }
  document.querySelector("main").addEventListener("submit", event => {
    const form = event.target;
    if (form.method !== "post" || !form.closest("[data-swap=body]")) return;
    event.preventDefault();
    send(form, false, event.submitter);
  });
  addEventListener("popstate", () => location.reload());
  document.addEventListener("click", event => {
    const link = event.target.closest("[data-zoom-to]"), box = svg?.viewBox.baseVal;
    if (!link || !svg) return;
    event.preventDefault();
    const factor = (1 + +link.dataset.zoomTo) / 2;
    svg.setAttribute("width", box.width * factor);
    svg.setAttribute("height", box.height * factor);
    all("[data-zoom-to]").forEach(each => each === link ? each.setAttribute("aria-current", "true") : each.removeAttribute("aria-current"));
  });

  begin();
  const view = svg?.parentNode, chosen = svg?.querySelector("[aria-current]");
  if (chosen) {
    const [box, frame] = [chosen, view].map(each => each.getBoundingClientRect());
    view.scrollBy(box.x + box.width / 2 - frame.x - frame.width / 2, box.y + box.height / 2 - frame.y - frame.height / 2);
  }
  if (location.hash.startsWith("#c-")) focus(boxOf(decodeURIComponent(location.hash.slice(3))));
})();
