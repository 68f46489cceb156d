"use strict";
// Lines that belong together: a row of C# (data-r) and the lines of other languages that came from it (data-c).
const panes = document.querySelector(".panes");
if (panes) {
  const rows = new Map(), became = new Map();
  for (const line of panes.querySelectorAll(".l[data-r]")) rows.set(line.dataset.r, line);
  for (const line of panes.querySelectorAll(".l[data-c]"))
    for (const row of line.dataset.c.split(" ")) became.set(row, [...(became.get(row) ?? []), line]);
  const fate = document.querySelector(".fate");
  let shown = [], pinned = null;
  const show = (line, isPinned) => {
    for (const old of shown) old.classList.remove("on", "pin");
    shown = [];
    if (!line) { fate.innerHTML = "&nbsp;"; return; }
    const own = line.dataset.r !== undefined ? [line.dataset.r] : (line.dataset.c ?? "").split(" ").filter(r => r);
    shown = [line, ...own.flatMap(row => [rows.get(row), ...(became.get(row) ?? [])]).filter(l => l)];
    for (const other of shown) other.classList.add(isPinned ? "pin" : "on");
    const words = line.dataset.r !== undefined ? line.dataset.f
      : own.length > 0 ? own.map(row => `line ${rows.get(row).dataset.n}: ${rows.get(row).dataset.f}`)[0]
      : line.dataset.f ?? (line.textContent.trim() ? "no line of C#: the language, or the compiler, asks for it" : "");
    fate.textContent = words ? `became ${words}`.replace(/^became (line|from|no line)/, "$1") : "\u00a0";
    const seen = new Set([line.closest(".pane")]);
    for (const other of shown) {
      const pane = other.closest(".pane");
      if (seen.has(pane) || pane.hidden) continue;
      seen.add(pane);
      const top = other.offsetTop - pane.scrollTop;
      if (top < 20 || top > pane.clientHeight - 60) pane.scrollTop = other.offsetTop - pane.clientHeight / 3;
    }
  };
  panes.addEventListener("pointerover", event => {
    const line = event.target.closest(".l");
    if (line && !pinned) show(line, false);
  });
  panes.addEventListener("click", event => {
    const line = event.target.closest(".l");
    pinned = line && line !== pinned ? line : null;
    show(line, pinned !== null);
  });
  const end = pane => {
    const head = [...pane.querySelectorAll(".l")].findLast(l => /__kernel|__global__|\.entry/.test(l.textContent));
    if (head && !pinned) pane.scrollTop = Math.max(0, head.offsetTop - 60);
  };
  for (const tab of document.querySelectorAll("[data-tab]"))
    tab.addEventListener("click", () => {
      for (const other of document.querySelectorAll("[data-tab]")) other.setAttribute("aria-selected", other === tab);
      for (const pane of panes.querySelectorAll(".pane"))
        if (pane.dataset.pane !== "csharp") pane.hidden = pane.dataset.pane !== tab.dataset.tab;
      const open = panes.querySelector(`[data-pane="${tab.dataset.tab}"]`);
      if (pinned) show(pinned, true);
      else end(open);
    });
  end(panes.querySelector('[data-pane="opencl"]'));
}
// The index: entries that have every word.
const search = document.getElementById("search");
if (search) {
  const kind = document.getElementById("kind"), found = document.getElementById("found");
  const entries = [...document.querySelectorAll(".entries li")];
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(w => w);
    const isAll = words.length === 0 && !kind.value;
    let count = 0;
    for (const entry of entries) {
      const text = (entry.textContent + " " + entry.closest("section").querySelector("h2").textContent).toLowerCase();
      entry.hidden = !words.every(w => text.includes(w)) || (kind.value !== "" && entry.dataset.kind !== kind.value);
      if (!entry.hidden) count++;
    }
    for (const section of document.querySelectorAll(".family"))
      section.hidden = ![...section.querySelectorAll(".entries li")].some(e => !e.hidden);
    document.querySelector(".chapters").hidden = !isAll;
    found.textContent = isAll ? "" : `${count} of ${entries.length}`;
  };
  search.addEventListener("input", filter);
  kind.addEventListener("change", filter);
  search.form.addEventListener("submit", event => event.preventDefault());
  filter();
}
