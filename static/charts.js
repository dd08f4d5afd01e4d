// Draws the figures of a page with plotly, which the page loads itself. Without it the tables beside them say the same.
for (const box of document.querySelectorAll("[data-figure]")) {
  const { data, layout } = JSON.parse(box.dataset.figure);
  if (getComputedStyle(document.documentElement).direction === "rtl" && layout.yaxis) layout.yaxis.side = "right";
  Plotly.newPlot(box, data, layout, { responsive: true, displayModeBar: false, scrollZoom: box.classList.contains("tall") });
}
