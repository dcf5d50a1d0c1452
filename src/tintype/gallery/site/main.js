// The page itself: which view an address means, keys, light and dark.
"use strict";

(() => {
  const { el, link } = tintype;
  const main = document.getElementById("main"), field = document.querySelector(".find input");
  const root = document.documentElement;
  let view = null, name = "", argument, scrolls = new Map(), turn = 0;

  const monthTitle = (month) => (month ? tintype.date(month) : "At no known time");

  tintype.views.timeline = async () => {
    const { about } = tintype;
    const list = Array.from({ length: about.count }, (_, n) => n);
    const grid = new tintype.Grid({
      list,
      sections: about.months.map(([month, count]) => [monthTitle(month), count]),
      link: (photo) => link("timeline", "photo", photo),
      scrubber: true,
    });
    const node = el("section", { class: "page" });
    if (!about.count) node.append(el("p", { class: "notice" }, "There are no photos yet."));
    node.append(grid.node);
    if (grid.scrubber) node.append(grid.scrubber);
    return { node, title: "", list, grid, end: () => grid.end() };
  };

  // #/album/ID/photo/ID: a view, what it is of, and the photo that lies over it.
  const read = () => {
    const parts = location.hash.replace(/^#\/?/, "").split("/").map((part) => { try { return decodeURIComponent(part); } catch { return part; } });
    const found = { name: parts[0] || "timeline", argument: undefined, photo: null };
    const at = parts[1] === "photo" ? 1 : parts[2] === "photo" ? 2 : -1;
    if (at !== 1 && parts[1] !== undefined) found.argument = parts[1];
    if (at > 0) found.photo = parts[at + 1] || null;
    if (parts[0] === "photo") Object.assign(found, { name: "timeline", argument: undefined, photo: parts[1] || null });
    if (!tintype.views[found.name]) found.name = "timeline";
    return found;
  };

  const show = async () => {
    const mine = (turn += 1), wanted = read();
    if (!view || wanted.name !== name || wanted.argument !== argument) {
      if (view) { scrolls.set(`${name}/${argument}`, scrollY); view.end(); }
      const made = await tintype.views[wanted.name](wanted.argument);
      if (mine !== turn) { made.end && made.end(); return; }
      view = made; view.end = made.end || (() => {});
      ({ name, argument } = wanted);
      main.replaceChildren(view.node);
      document.body.dataset.view = name;
      if (view.grid) view.grid.layOut();
      if (view.begin) view.begin();
      scrollTo(0, scrolls.get(`${name}/${argument}`) || 0);
      for (const tab of document.querySelectorAll("nav a")) {
        const isHere = tab.dataset.view === name || (tab.dataset.view === "albums" && name === "album");
        if (isHere) tab.setAttribute("aria-current", "page"); else tab.removeAttribute("aria-current");
      }
      if (name === "search" && document.activeElement !== field) field.value = argument || "";
      if (name !== "search") field.value = "";
    }
    document.title = view.title ? `${view.title} – ${tintype.about.title}` : tintype.about.title;
    if (wanted.photo) {
      if (view.ready) await view.ready;
      if (mine === turn) await tintype.photo.open(wanted.photo, view, wanted);
    } else if (tintype.photo.isOpen) {
      const place = tintype.photo.close();
      if (view.grid && place >= 0) { view.grid.reveal(place); view.grid.focus(place); }
    }
  };

  // Where a photo of this view is, and where one is when it is left.
  tintype.address = (photo) => link(...[name, argument].filter((part) => part !== undefined), ...(photo ? ["photo", photo] : []));

  const themes = ["", "light", "dark"];
  const stored = () => { try { return localStorage.getItem("tintype-theme") || ""; } catch { return ""; } };
  const dress = (theme) => { if (theme) root.dataset.theme = theme; else delete root.dataset.theme; };
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
  const turnTheme = () => {
    const next = isDark() ? "light" : "dark";
    dress(next);
    try { localStorage.setItem("tintype-theme", next); } catch { /* it holds for this page, then */ }
    if (view && view.redraw) view.redraw();
  };
  if (themes.includes(stored())) dress(stored());
  document.querySelector(".theme").addEventListener("click", turnTheme);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { if (view && view.redraw) view.redraw(); });

  let typing = 0;
  const search = () => {
    const words = field.value.trim(), next = words ? link("search", words) : "#/";
    if (read().name === "search" && words) history.replaceState(null, "", next); else location.hash = next;
    show();
  };
  field.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(search, 200); });
  document.querySelector(".find").addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(typing); search(); field.blur(); });

  const KEYS = [
    ["← →", "the photo before, the next one"], ["↑ ↓", "a row up, a row down"], ["Enter", "open"], ["Esc", "back"],
    ["i", "facts beside the photo"], ["f", "full screen"], ["o", "open the file itself"],
    ["t a m", "timeline, albums, map"], ["/", "search"], ["+ −", "nearer, farther on the map"], ["d", "light or dark"], ["?", "these keys"],
  ];
  const help = () => {
    const before = document.querySelector("dialog.keys");
    if (before) { before.close(); return; }
    const rows = KEYS.map(([key, words]) => el("tr", {}, el("th", {}, key), el("td", {}, words)));
    const dialog = el("dialog", { class: "keys", onclose: () => dialog.remove(), onclick: () => dialog.close() }, el("h2", {}, "Keys"), el("table", {}, rows));
    document.body.append(dialog);
    dialog.showModal();
  };

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === field) {
      if (event.key === "Escape") { field.value = ""; field.blur(); if (name === "search") location.hash = "#/"; }
      if (event.key === "ArrowDown" && view && view.grid) { field.blur(); view.grid.focus(0); event.preventDefault(); }
      return;
    }
    if (event.target.closest("dialog")) return;
    const go = { t: "#/", a: "#/albums", m: "#/map" };
    if (event.key === "?") help();
    else if (event.key === "d") turnTheme();
    else if (tintype.photo.isOpen ? tintype.photo.key(event) : view && ((view.key && view.key(event)) || (view.grid && view.grid.key(event)))) { /* done */ }
    else if (event.key === "/") field.focus();
    else if (event.key in go) location.hash = go[event.key];
    else if (event.key === "Escape" && (name === "album" || name === "search")) location.hash = name === "album" ? "#/albums" : "#/";
    else return;
    event.preventDefault();
  });

  document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); main.focus(); });
  const failed = (error) => main.replaceChildren(el("p", { class: "notice" }, `${error.message} Make the gallery anew.`));
  tintype.data("about").then((about) => {
    tintype.about = about;
    addEventListener("hashchange", () => show().catch(failed));
    return show();
  }).catch(failed);
})();
