"use strict";

// Search: reads the page itself, so the file carries no index.
{
  const MOST = 80;
  const contents = document.getElementById("contents");
  const field = document.getElementById("contents-search");
  const box = field.closest("[role=search]");
  const count = box.querySelector("[role=status]");
  const list = document.getElementById("contents-hits");
  const folded = (text) =>
    text.replace(/[\u00a0\u202f]/g, " ").replace(/[\u00ad\u2060]/g, "").replace(/’/g, "'").toLocaleLowerCase();

  // The smallest pieces a reader would call a place, each with the heading it stands under.
  const KINDS = "h2, h3, h4, h5, p, li, dt, dd, tr, figcaption";
  let passages = null;
  const gather = () => {
    let heading = null;
    return [...document.querySelectorAll("main :is(" + KINDS + ")")].flatMap((element) => {
      if (/^H\d$/.test(element.tagName)) heading = element;
      if (element.closest("svg, .explorer, .turn") || element.querySelector(KINDS)) return [];
      const said = element.cells ? [...element.cells].map((cell) => cell.textContent).join(" · ") : element.textContent;
      const text = said.replace(/\s+/g, " ").replace(/ #$/, "").trim();
      return [{ element, heading, text, folded: folded(text) }];
    });
  };

  const name = (heading) => heading ? heading.textContent.replace(/\s*#$/, "") : "";

  const snippet = (passage, word) => {
    const at = passage.folded.indexOf(word);
    const start = at < 40 ? 0 : passage.text.lastIndexOf(" ", at - 20) + 1;
    const piece = passage.text.slice(start, start + 110);
    return (start ? "… " : "") + piece + (start + 110 < passage.text.length ? " …" : "");
  };

  const entry = (passage, words) => {
    const link = document.createElement("a");
    const where = document.createElement("b");
    const target = passage.element.id ? passage.element : passage.element.closest("[id^=fig-], [id^=tab-]") ?? passage.heading;
    link.href = "#" + (target?.id ?? "report");
    where.textContent = name(passage.heading);
    link.append(where);
    if (passage.element !== passage.heading) link.append(" ", snippet(passage, words[0]));
    link.addEventListener("click", (event) => { event.preventDefault(); go(passage, link.hash); });
    const item = document.createElement("li");
    item.append(link);
    return item;
  };

  // The words are marked in the text without changing it, where the browser can.
  const pattern = (word) => {
    const signs = [...word].map((sign) => sign === "'" ? "['’]" : sign.replace(/[\\^$.*+?()[\]{}|\/-]/, "\\$&"));
    return new RegExp(signs.join("[\\u00ad\\u2060]*"), "gi");
  };
  const ranges = (element, words) => {
    const found = [];
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      for (const hit of words.flatMap((word) => [...walker.currentNode.data.matchAll(pattern(word))])) {
        const range = new Range();
        range.setStart(walker.currentNode, hit.index);
        range.setEnd(walker.currentNode, hit.index + hit[0].length);
        found.push(range);
      }
    }
    return found;
  };
  const light = (hits, words) => {
    if (!globalThis.CSS?.highlights) return;
    CSS.highlights.delete("found");
    if (hits.length) CSS.highlights.set("found", new Highlight(...hits.flatMap((hit) => ranges(hit.element, words))));
  };

  const go = ({ element }, hash) => {
    if (contents.matches(":popover-open")) contents.hidePopover();
    history.pushState(null, "", hash);
    for (let fold = element.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    element.scrollIntoView({ block: "center" });
    element.tabIndex = -1;
    element.focus({ preventScroll: true });
    element.addEventListener("blur", () => element.removeAttribute("tabindex"), { once: true });
  };

  const search = () => {
    const words = folded(field.value).split(/\s+/).filter((word) => word.length > 1 || /\d/.test(word));
    passages ??= gather();
    const hits = words.length ? passages.filter((passage) => words.every((word) => passage.folded.includes(word))) : [];
    list.replaceChildren(...hits.slice(0, MOST).map((hit) => entry(hit, words)));
    list.hidden = !hits.length;
    contents.classList.toggle("searching", hits.length > 0);
    const { none, one, many, first } = box.dataset;
    const said = !hits.length ? none : hits.length === 1 ? one : hits.length > MOST ? first : many;
    count.textContent = words.length ? said.replace("%", hits.length).replace("%", MOST) : "";
    light(hits, words);
  };

  const clear = () => { field.value = ""; search(); };

  field.addEventListener("input", search);
  box.addEventListener("keydown", (event) => {
    const links = [...list.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    if (event.key === "Escape" && field.value) { event.preventDefault(); clear(); field.focus(); }
    if (event.key === "Enter" && event.target === field) links[0]?.click();
    if (event.key === "ArrowDown" && links.length) { event.preventDefault(); links[Math.min(at + 1, links.length - 1)].focus(); }
    if (event.key === "ArrowUp" && at >= 0) { event.preventDefault(); (links[at - 1] ?? field).focus(); }
  });
  addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (getComputedStyle(contents).display === "none") contents.showPopover?.();
    field.focus();
    field.select();
  });
  box.hidden = false;
}
