"use strict";

// Code: one button for all of it; each box also opens by itself, without this script.
{
  const button = document.querySelector(".all-code");
  const boxes = [...document.querySelectorAll("details.source")];
  button.hidden = !boxes.length;
  button.addEventListener("click", () => {
    const show = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(show));
    button.textContent = show ? button.dataset.hide : button.dataset.show;
    boxes.forEach((box) => { box.open = show; });
  });
}

// Contents: marks where the reader is, the last heading above the upper third of the window.
{
  const contents = document.getElementById("contents");
  const links = new Map([...contents.querySelectorAll("a")].map((a) => [a.hash.slice(1), a]));
  const headings = [...links.keys()].map((id) => document.getElementById(decodeURIComponent(id))).filter(Boolean);
  let current = null;
  const mark = () => {
    const passed = headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight / 3);
    const place = passed.length ? passed[passed.length - 1].id : "";
    const link = links.get(place) ?? null;
    if (link === current) return;
    current?.removeAttribute("aria-current");
    link?.setAttribute("aria-current", "location");
    current = link;
    if (link && contents.scrollHeight > contents.clientHeight) {
      const { top, bottom } = link.getBoundingClientRect();
      if (top < 0 || bottom > innerHeight) contents.scrollTop += top - innerHeight / 2;
    }
    // The other language opens where the reader is: its anchors are the same.
    document.querySelectorAll("[hreflang]").forEach((edition) => { edition.hash = place; });
  };
  let waiting = false;
  addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; mark(); });
  }, { passive: true });
  mark();

  // On a phone the contents lie over the page: they close behind the reader who chose an entry.
  const close = () => { if (contents.matches(":popover-open")) contents.hidePopover(); };
  contents.addEventListener("click", (event) => { if (event.target.closest("a")) close(); });
  matchMedia("(min-width: 64rem)").addEventListener("change", close);
}

// A place inside a folded box, such as the code of a cell, opens the box.
{
  const unfold = () => {
    const place = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let box = place && place.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  };
  addEventListener("hashchange", unfold);
  unfold();
}

// Only boxes that do scroll are stops for the keyboard and say so; those with more to the right fade out there.
{
  const fade = (box) => box.classList.toggle("more", box.scrollLeft + box.clientWidth < box.scrollWidth - 1);
  const reach = () => {
    for (const box of document.querySelectorAll(".scroll")) {
      if (box.checkVisibility?.() === false) continue; // in a folded box, where nothing has its width yet
      const scrolls = box.scrollWidth > box.clientWidth + 1;  // widths are rounded
      if (scrolls) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
      box.classList.toggle("wider", scrolls);
      fade(box);
    }
  };
  addEventListener("resize", reach);
  addEventListener("toggle", reach, true);
  addEventListener("scroll", (event) => { if (event.target.classList?.contains("scroll")) fade(event.target); }, true);
  document.fonts.ready.then(reach);
  reach();
}

// On a phone the style sheet takes long tables apart; they remain tables for those who hear them.
{
  const ROLES = { table: "table", "thead, tbody": "rowgroup", tr: "row", "thead th": "columnheader", "tbody th": "rowheader", td: "cell" };
  for (const [parts, role] of Object.entries(ROLES)) {
    const places = parts.split(", ").map((part) => part === "table" ? "table.stack" : `.stack ${part}`);
    document.querySelectorAll(places).forEach((part) => part.setAttribute("role", role));
  }
}
