"use strict";

// "How we know": the table row that a link leads to, shown beside the link. Without this script, and in
// browsers without popovers, the link leads to the row.
if ("popover" in HTMLElement.prototype) {
  const box = document.getElementById("explanation");
  const body = box.querySelector("div");
  const row = (link) => {
    const target = link.hash && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    return target?.tagName === "TR" && !target.contains(link) ? target : null;
  };
  const make = (name, ...content) => {
    const element = document.createElement(name);
    element.append(...content);
    return element;
  };
  const copy = (cell) => {
    const nodes = [...cell.cloneNode(true).childNodes];
    for (const node of nodes) {
      node.querySelectorAll?.("[id]").forEach((part) => part.removeAttribute("id"));
      const chapter = node.hash && document.getElementById(decodeURIComponent(node.hash.slice(1)));
      if (chapter?.tagName === "H2") node.textContent = chapter.textContent.replace(/\s*#$/, "");
    }
    return nodes;
  };

  // Where a finding was computed, from the findings that the page carries for programs.
  let findings = null;
  const computed = (id) => {
    findings ??= new Map(JSON.parse(document.getElementById("findings").textContent).map((found) => [found.id, found]));
    return findings.get(id);
  };

  const source = (target) => {
    const [, published, publisher, title, , grade] = target.cells;
    const item = make("li", ...copy(title), " ", [publisher, published].map((cell) => cell.textContent).join(", "));
    item.append(` (${box.dataset.grade} ${grade.textContent})`);
    return item;
  };

  const sources = (target) => {
    const rows = [...target.querySelectorAll('a[href^="#src-"]')].map(row).filter((found) => found?.cells.length === 6);
    return rows.length ? make("ul", ...rows.map(source)) : null;
  };

  const heads = (target) => [...target.closest("table").tHead.rows[0].cells].map((head) => head.textContent);

  // A row of two columns is a term and its meaning; longer rows are set upright, sources written out.
  const fill = (target) => {
    const [first, ...rest] = target.cells;
    const labels = heads(target);
    const title = make("p", ...copy(first));
    title.id = "explanation-title";
    const list = make("dl");
    rest.forEach((cell, at) => {
      const pages = cell.querySelector('a[href^="#src-"]') && sources(target);
      const shown = pages ? [pages] : copy(cell);
      if (/^[\s–]*$/.test(cell.textContent)) return;
      list.append(make("dt", labels[at + 1] ?? ""), make("dd", ...shown));
      if (at === 0) compute(target, list);
    });
    const way = make("a", box.dataset.row);
    way.href = `#${target.id}`;
    way.addEventListener("click", () => box.hidePopover());
    body.replaceChildren(title, rest.length === 1 ? make("p", ...copy(rest[0])) : list, make("p", way));
  };

  const compute = (target, list) => {
    const found = target.id.startsWith("finding-") && computed(target.id.slice("finding-".length));
    if (!found?.cell) return;
    const where = `notebooks/${found.chapter}.ipynb, ${box.dataset.cell} ${found.cell}`;
    const shown = found.formula ? make("dd", make("code", found.formula), ` (${where}) `) : make("dd", `${where} `);
    list.append(make("dt", box.dataset.computed), shown);
    const code = document.querySelector(`details.source [aria-label$=" ${CSS.escape(found.cell)}"]`);
    if (!code) return;
    const fold = code.closest("details");
    const way = make("button", box.dataset.code);
    way.type = "button";
    way.addEventListener("click", () => {
      box.hidePopover();
      fold.open = true;
      code.scrollIntoView({ block: "center" });
      fold.querySelector("summary").focus({ preventScroll: true });
    });
    shown.append(way);
  };

  const place = (link) => {
    box.style.left = box.style.top = "";
    if (matchMedia("(max-width: 40rem)").matches) return; // there it lies at the lower edge
    const { left, right, top, bottom } = link.getClientRects()[0] ?? link.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = box;
    const below = bottom + height + 8 < innerHeight || top < height + 8;
    box.style.left = `${Math.max(8, Math.min((left + right - width) / 2, document.documentElement.clientWidth - width - 8))}px`;
    box.style.top = `${Math.max(8, below ? Math.min(bottom + 6, innerHeight - height - 8) : top - height - 6)}px`;
  };

  let shown = null, pinned = false, timer = 0;
  const show = (link, pin) => {
    clearTimeout(timer);
    if (shown === link && box.matches(":popover-open")) { if (pin) settle(); return; }
    fill(row(link));
    box.showPopover();
    place(link);
    shown = link;
    link.setAttribute("aria-describedby", "explanation");
    if (pin) settle();
  };
  const settle = () => { pinned = true; box.focus({ preventScroll: true }); };
  const later = (action, delay) => { clearTimeout(timer); timer = setTimeout(action, delay); };
  const leave = () => { if (!pinned) later(() => box.hidePopover(), 250); };

  box.addEventListener("toggle", (event) => {
    if (event.newState === "open") return;
    if (pinned && box.contains(document.activeElement)) shown?.focus();
    shown?.removeAttribute("aria-describedby");
    shown = null;
    pinned = false;
  });
  box.addEventListener("pointerenter", () => clearTimeout(timer));
  box.addEventListener("pointerleave", leave);
  box.addEventListener("focusout", (event) => {
    if (pinned && event.relatedTarget && !box.contains(event.relatedTarget)) box.hidePopover();
  });

  const from = (event) => {
    const link = event.target.closest?.('main a[href^="#"], header a[href^="#"]');
    return link && row(link) ? link : null;
  };
  document.addEventListener("pointerover", (event) => {
    const link = event.pointerType === "mouse" && from(event);
    if (link && !pinned) later(() => show(link, false), 300);
  });
  document.addEventListener("pointerout", (event) => {
    if (from(event)) { clearTimeout(timer); if (shown) leave(); }
  });
  document.addEventListener("focusin", (event) => {
    const link = from(event);
    if (link && link !== shown && link.matches(":focus-visible")) show(link, false);
  });
  document.addEventListener("focusout", (event) => { if (from(event)) leave(); });
  document.addEventListener("click", (event) => {
    const link = from(event);
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(link, true);
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && shown) box.hidePopover(); });
  addEventListener("scroll", () => { if (shown && !pinned) box.hidePopover(); }, { passive: true });
}
