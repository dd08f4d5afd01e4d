// Comforts only: every page does all it can do without this file. docs/style.md lists the hooks.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const keys = document.documentElement.dataset.keys !== "off";

  addEventListener("keydown", event => {
    if (!keys || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]")) return;
    const search = document.getElementById("q");
    if (event.key === "/" && search) search.select(), search.focus();
    else if (event.key === "?") location = document.getElementById("help").href;
    else return;
    event.preventDefault();
  });

  all(".map").forEach(map => {
    const svg = map.querySelector("svg");
    const boxes = all("a", svg);
    const [solid, dashed] = all("g[aria-hidden] > path", svg);
    // A part begins at a box or where it leaves an earlier part: `drawn` knows the way to every corner.
    const drawn = {};
    const lines = path => path.getAttribute("d").split("M").slice(1).map(part => {
      let [x, y] = part.match(/-?\d+/g).map(Number), line = drawn[[x, y]] || `M${x} ${y}`;
      part.match(/[cv][^cv]+/g).forEach(step => {
        const ends = step.match(/-?\d+/g).map(Number);
        y += ends.pop();
        x += ends.pop() || 0;
        drawn[[x, y]] = line += step;
      });
      return line;
    });
    const parts = [lines(solid), lines(dashed)];
    // The parts of both paths stand in the order of the boxes and of their data-p.
    const into = boxes.map(box => (box.dataset.p || "").split("~").flatMap((list, kind) =>
      (list.match(/\d+/g) || []).map(from => ({ from: +from, line: parts[kind].shift() }))));
    const way = document.createElementNS(svg.namespaceURI, "path");
    way.setAttribute("class", "way");
    solid.parentNode.append(way);

    const show = box => {
      const on = new Set(), todo = box ? [boxes.indexOf(box)] : [];
      let lines = "";
      while (todo.length) {
        const here = todo.pop();
        if (on.has(here)) continue;
        on.add(here);
        // What lies behind a mastered competency is not asked again.
        if (lines && boxes[here].dataset.state === "mastered") continue;
        into[here].forEach(edge => { lines += edge.line; todo.push(edge.from); });
      }
      svg.classList.toggle("dim", on.size > 0);
      boxes.forEach((each, i) => each.classList.toggle("on", on.has(i)));
      way.setAttribute("d", lines);
    };
    ["focusin", "mouseover"].forEach(name => svg.addEventListener(name, event => show(event.target.closest("a"))));
    svg.addEventListener("focusout", () => show());
    svg.addEventListener("mouseleave", () => show(svg.querySelector("a:focus")));

    const arrows = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
    svg.addEventListener("keydown", event => {
      const arrow = arrows[event.key], box = event.target.closest("a");
      if (!arrow || !box || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      const at = each => each.getBoundingClientRect(), own = at(box);
      let nearest, least = Infinity;
      boxes.forEach(each => {
        const x = at(each).x - own.x, y = at(each).y - own.y;
        const ahead = x * arrow[0] + y * arrow[1], aside = Math.abs(x * arrow[1]) + Math.abs(y * arrow[0]);
        if (ahead > 1 && ahead + 3 * aside < least) least = ahead + 3 * aside, nearest = each;
      });
      nearest?.focus();
    });

    const { width, height } = svg.viewBox.baseVal;
    const links = all("[data-zoom-to]", map.parentNode);
    links.forEach(link => link.addEventListener("click", event => {
      event.preventDefault();
      const level = +link.dataset.zoomTo, old = svg.clientWidth;
      const x = map.scrollLeft + map.clientWidth / 2 * (getComputedStyle(map).direction === "rtl" ? -1 : 1);
      svg.setAttribute("width", width * (1 + level) / 2);
      svg.setAttribute("height", height * (1 + level) / 2);
      map.dataset.zoom = level;
      map.scrollLeft += x * (svg.clientWidth / old - 1);
      links.forEach(each => each === link ? each.setAttribute("aria-current", "true") : each.removeAttribute("aria-current"));
    }));
  });
})();
