// Filters a table's rows while one types; without this file the form does it.
const input = document.querySelector("main [type=search]");
document.querySelectorAll("table[data-filter]").forEach(table => input?.addEventListener("input", () => {
  const words = input.value.toLocaleLowerCase().split(/\s+/);
  table.querySelectorAll("tbody").forEach(body => {
    const rows = [...body.querySelectorAll("tr:not(:has(.sec))")];
    rows.forEach(row => {
      const text = row.textContent.toLocaleLowerCase();
      row.hidden = !words.every(word => text.includes(word));
    });
    body.hidden = rows.every(row => row.hidden);
  });
}));
