"use strict";

// The explorer only looks up: every sentence and every field was composed when the report was made.
for (const box of document.querySelectorAll(".explorer")) {
  const { options, phrases, cells } = JSON.parse(box.querySelector("script").textContent);
  const scales = [...box.querySelectorAll("fieldset")].map((scale) => [...scale.querySelectorAll("input")]);
  const said = box.querySelector("output");
  const choices = [...box.querySelectorAll(".choices td")];
  const rows = [...box.querySelectorAll(".map tbody tr")].reverse().map((row) => [...row.querySelectorAll("td")]);
  const hidden = (text) => Object.assign(document.createElement("span"), { className: "vh", textContent: text });
  const code = (text) => {
    const shown = Object.assign(document.createElement("span"), { textContent: text });
    shown.setAttribute("aria-hidden", "true");
    return shown;
  };

  const show = () => {
    const [view, worth, reaction] = scales.map((scale) => scale.findIndex((button) => button.checked));
    const [chosen, sentence] = cells[view][worth][reaction];
    said.textContent = sentence.map((phrase) => phrases[phrase]).join("");
    choices.forEach((cell, mind) => { cell.textContent = options[chosen[mind]].name; });
    rows.forEach((row, w) => row.forEach((field, r) => {
      const best = options[cells[view][w][r][0][0]];
      field.className = best.look;
      field.replaceChildren(code(best.code), hidden(best.name));
      field.toggleAttribute("data-chosen", w === worth && r === reaction);
      if (w === worth && r === reaction) field.setAttribute("aria-current", "true");
      else field.removeAttribute("aria-current");
    }));
  };

  // A mouse or a finger may choose on the map as well.
  rows.forEach((row, w) => row.forEach((field, r) => field.addEventListener("click", () => {
    scales[1][w].checked = scales[2][r].checked = true;
    show();
  })));
  box.addEventListener("change", show);
  show();
  box.hidden = false;

  // The figure of the same grid folds away, but not on paper.
  const figure = box.nextElementSibling;
  figure.open = false;
  addEventListener("beforeprint", () => { figure.open = true; });
}
