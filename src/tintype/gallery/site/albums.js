// Albums: all of them as cards, and the page of one.
"use strict";

(() => {
  const { el, link, many, date } = tintype;

  const card = (album) => {
    const [id, title, count, cover, , collections, created] = album;
    const picture = el("span", { class: "cover" });
    if (cover >= 0) {
      tintype.row(cover).then(([photo, , , preview]) => {
        if (preview) picture.append(el("img", { alt: "", loading: "lazy", decoding: "async", src: tintype.preview(photo, preview) }));
      });
    }
    return el(
      "a",
      { class: "card", href: link("album", id) },
      picture,
      el("strong", {}, title || "Untitled"),
      el("small", {}, [many(count, "photo"), created.slice(0, 4), collections[0]].filter(Boolean).join(" · ")),
    );
  };

  tintype.views = tintype.views || {};

  tintype.views.albums = async () => {
    const albums = await tintype.data("albums");
    const node = el("section", { class: "page" }, el("header", { class: "title" }, el("h1", {}, "Albums"), el("p", {}, many(albums.length, "album"))));
    const cards = el("div", { class: "cards" });
    node.append(cards);
    let at = 0;
    const more = () => { for (const end = Math.min(at + 120, albums.length); at < end; at += 1) cards.append(card(albums[at])); };
    more();
    const end = el("div", { class: "end" });
    node.append(end);
    const watch = new IntersectionObserver((seen) => { if (seen.some((each) => each.isIntersecting)) more(); }, { rootMargin: "800px" });
    watch.observe(end);
    return { node, title: "Albums", end: () => watch.disconnect() };
  };

  tintype.views.album = async (id) => {
    const albums = await tintype.data("albums");
    const album = albums.find((each) => each[0] === id);
    if (!album) return { node: el("p", { class: "notice" }, "There is no such album."), title: "Albums", list: [] };
    const [, title, , , text, collections, created] = album;
    const list = await tintype.data(`album-${id}`);
    const grid = new tintype.Grid({ list, link: (photo) => link("album", id, "photo", photo) });
    const facts = [many(list.length, "photo"), date(created), ...collections].filter(Boolean).join(" · ");
    const head = el(
      "header",
      { class: "title" },
      el("a", { class: "back", href: "#/albums" }, "Albums"),
      el("h1", {}, title || "Untitled"),
      el("p", {}, facts),
      text && el("div", { class: "text", html: text }),
    );
    return { node: el("section", { class: "page" }, head, grid.node), title: title || "Untitled", list, grid, end: () => grid.end() };
  };
})();
