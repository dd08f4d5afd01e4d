// Draws the figures of a page with plotly, which the page loads itself. Without it the tables beside them say the same.
// Plotly speaks English and lays out from the left: its months come from the browser, its sides are changed below.
const { lang, dir } = document.documentElement;
const months = style => [...Array(12).keys()].map(month => new Date(2026, month, 15).toLocaleString(lang, { month: style }));
const days = style => [...Array(7).keys()].map(day => new Date(2026, 1, 1 + day).toLocaleString(lang, { weekday: style }));
// Its own English is what every other language falls back on: it must stay.
if (lang !== "en") Plotly.register({
  moduleType: "locale", name: lang, dictionary: {},
  format: { months: months("long"), shortMonths: months("short"), days: days("long"), shortDays: days("short") },
});
for (const box of document.querySelectorAll("[data-figure]")) {
  const { data, layout } = JSON.parse(box.dataset.figure);
  if (dir === "rtl") {
    layout.yaxis.side = "right";
    layout.margin = { ...layout.margin, l: layout.margin.r, r: layout.margin.l };
    if (layout.barmode) layout.xaxis.autorange = "reversed";
    layout.legend = { ...layout.legend, x: 1, xanchor: "right", traceorder: "reversed" };
  }
  Plotly.newPlot(box, data, layout, { locale: lang, responsive: true, displayModeBar: false, scrollZoom: box.classList.contains("tall") });
}
