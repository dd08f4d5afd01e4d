// A button that copies a text; without this file one selects it by hand.
document.querySelectorAll("[data-copy]").forEach(place => {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = place.dataset.label;
  button.onclick = async () => {
    const area = document.getElementById(place.dataset.copy);
    area.select();
    await navigator.clipboard?.writeText(area.value);
    said.textContent = place.dataset.done;
  };
  const said = document.createElement("span");
  place.append(button, " ", said);
});
