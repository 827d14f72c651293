"use strict";

// One button for all code; each box also opens by itself, without this script.
const button = document.querySelector(".all-code");
const boxes = [...document.querySelectorAll("details.source")];
if (boxes.length) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const show = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(show));
    button.textContent = show ? button.dataset.hide : button.dataset.show;
    boxes.forEach((box) => { box.open = show; });
  });
}

// Mark where the reader is: the last heading above the upper third of the window.
const links = new Map([...document.querySelectorAll(".toc.side a")].map((a) => [a.hash.slice(1), a]));
const headings = [...links.keys()].map((id) => document.getElementById(decodeURIComponent(id))).filter(Boolean);
let current = null;
function mark() {
  const passed = headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight / 3);
  const link = passed.length ? links.get(passed[passed.length - 1].id) : null;
  if (link === current) return;
  current?.removeAttribute("aria-current");
  link?.setAttribute("aria-current", "location");
  link?.scrollIntoView({ block: "nearest" });
  current = link;
}
let waiting = false;
addEventListener("scroll", () => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => { waiting = false; mark(); });
}, { passive: true });
mark();

// The contents close behind the reader who chose an entry on a phone.
const contents = document.querySelector("details.toc");
contents.addEventListener("click", (event) => { if (event.target.closest("a")) contents.open = false; });

// Only boxes that do scroll are stops for the keyboard; those with more to the right fade out there.
function fade(box) {
  box.classList.toggle("more", box.scrollLeft + box.clientWidth < box.scrollWidth - 2);
}
function reach() {
  for (const box of document.querySelectorAll(".scroll")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
    fade(box);
  }
}
addEventListener("resize", reach);
addEventListener("toggle", reach, true);
addEventListener("scroll", (event) => { if (event.target.classList?.contains("scroll")) fade(event.target); }, true);
reach();
