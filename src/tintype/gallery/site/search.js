// Search: words that all must be found, in pieces that are read one after another.
"use strict";

(() => {
  const { el, link, many, fold } = tintype;

  tintype.views.search = async (typed) => {
    const words = fold(typed || "");
    const { count, perSearch } = tintype.about;
    const told = el("p", { "aria-live": "polite" });
    const held = el("div");
    const head = el("header", { class: "title" }, el("h1", {}, typed || "Search"), told);
    const view = { node: el("section", { class: "page" }, head, held), title: typed || "Search", list: [], end: () => {} };
    let isOver = false;
    const draw = () => {
      if (view.grid) view.grid.end();
      view.grid = new tintype.Grid({ list: view.list, link: (photo) => link("search", typed, "photo", photo) });
      held.replaceChildren(view.grid.node);
    };
    view.end = () => { isOver = true; if (view.grid) view.grid.end(); };
    view.ready = (async () => {
      if (!words.length) { told.textContent = "Titles, tags, descriptions, places, people, albums, dates and cameras."; return; }
      let shown = -1;
      for (let piece = 0; piece * perSearch < count && !isOver; piece += 1) {
        const texts = await tintype.data(`search-${piece}`);
        texts.forEach((text, n) => { if (words.every((word) => text.includes(word))) view.list.push(piece * perSearch + n); });
        if (isOver) return;
        told.textContent = many(view.list.length, "photo");
        if (view.list.length !== shown) { shown = view.list.length; draw(); }
      }
      told.textContent = view.list.length ? many(view.list.length, "photo") : "Nothing is found. Fewer words, or a part of one, find more.";
    })();
    return view;
  };
})();
