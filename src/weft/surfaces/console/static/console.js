// Keys for those who look over many changes: j and k go down and up, a approves or applies, x rejects, e corrects, u undoes,
// / goes to the filter. Everything they do can be done with the buttons; without this file nothing is missing.
"use strict";

// Where the person is: an answer from the server replaces the row, and for a moment nothing has the focus.
let last = -1;

document.addEventListener("focusin", (event) => {
  const row = event.target.closest("li.change");
  if (row) last = [...document.querySelectorAll("li.change")].indexOf(row);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const at = event.target instanceof Element ? event.target : document.body;
  if (at.closest("input, textarea, select")) {
    if (event.key === "Escape") at.blur();
    return;
  }
  if (event.key === "/") {
    const filter = document.getElementById("where");
    if (!filter) return;
    event.preventDefault();
    filter.focus();
    filter.select();
    return;
  }
  const rows = [...document.querySelectorAll("li.change")];
  const place = rows.indexOf(at.closest("li.change"));
  if (event.key === "j" || event.key === "k") {
    const from = at === document.body ? last : place;
    const next = rows[from < 0 ? 0 : from + (event.key === "j" ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
    return;
  }
  const button = place < 0 ? null : rows[place].querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
  const box = event.key === "e" ? rows[place].querySelector("textarea") : null;
  if (box && box.closest("details").open) box.focus();
});
