// One photo over the view that it is of, with all that is known of it.
"use strict";

(() => {
  const { el, date, link, many, path, bytes } = tintype;
  let node = null, context = null, place = -1, number = -1, hasFacts = innerWidth > 900, turn = 0;

  const near = (step) => {
    const next = place + step;
    return place >= 0 && next >= 0 && next < context.list.length ? context.list[next] : -1;
  };
  const go = async (step) => {
    const n = near(step);
    if (n < 0) return;
    const [id] = await tintype.row(n);
    location.replace(tintype.address(id));
  };
  const leave = () => { location.hash = tintype.address(null); };

  const row = (label, ...value) => el("div", { class: "fact" }, el("dt", {}, label), el("dd", {}, ...value));
  const section = (title, ...children) => el("section", {}, el("h3", {}, title), ...children);
  const search = (words) => el("a", { class: "tag", href: link("search", words) }, words);

  const facts = (data, details) => {
    const [, title, when, , flags] = data;
    const d = details, list = el("dl");
    const approximate = d.precision === "circa" ? "about " : "";
    list.append(row("Taken", when ? approximate + date(when) : "nobody knows when"));
    if (d.uploaded) list.append(row("Uploaded", date(d.uploaded)));
    if (d.place || d.at) list.append(row("Place", d.at ? el("a", { href: link("map", d.at.join(",")) }, d.place || d.at.map((x) => x.toFixed(4)).join(", ")) : d.place));
    for (const [label, value] of d.camera || []) list.append(row(label, value));
    if (d.people) list.append(row("People", d.people.join(", ")));
    if (d.licence && d.licence[0]) list.append(row("Licence", d.licence[1] ? el("a", { href: d.licence[1], rel: "noopener noreferrer", target: "_blank" }, d.licence[0]) : d.licence[0]));
    list.append(row("Seen by", flags & tintype.PRIVATE ? d.seen || "private" : "everybody"));
    if (d.views) list.append(row("Views", tintype.number(d.views)));
    const parts = [el("h1", {}, title || "Untitled")];
    if (flags & tintype.WITHHELD) parts.push(el("p", { class: "warning" }, `Not the original: ${d.withheld || "Flickr withholds it."}`));
    if (flags & tintype.GONE) parts.push(el("p", { class: "warning" }, "It is at Flickr no more."));
    if (d.text) parts.push(el("div", { class: "text", html: d.text }));
    if (d.tags) parts.push(el("p", { class: "tags" }, d.tags.map(search)));
    parts.push(list);
    if (d.albums) parts.push(section("Albums", el("ul", { class: "links" }, d.albums.map(([id, name]) => el("li", {}, el("a", { href: link("album", id) }, name || "Untitled"))))));
    if (d.faves) parts.push(section(many(d.faves.length, "fave"), el("p", { class: "names" }, d.faves.join(", "))));
    if (d.notes) parts.push(section("Notes", d.notes.map(([name, text]) => el("article", { class: "comment" }, el("strong", {}, name), el("div", { class: "text", html: text })))));
    if (d.comments) {
      parts.push(section(many(d.comments.length, "comment"), d.comments.map(([name, at, text]) =>
        el("article", { class: "comment" }, el("strong", {}, name || "Somebody"), el("time", {}, date(at)), el("div", { class: "text", html: text })))));
    }
    if (d.files) parts.push(section("Files", el("ul", { class: "files" }, d.files.map(([label, key, kind, size]) => el("li", {}, el("a", { href: path(key), download: "" }, label || "File"), el("small", {}, `${kind.split("/")[1] || ""} · ${bytes(size)}`))))));
    if (d.page) parts.push(el("p", { class: "source" }, el("a", { href: d.page, rel: "noopener noreferrer", target: "_blank" }, "Its page at Flickr")));
    return parts;
  };

  const stage = (data, d) => {
    const [id, title, , preview, flags] = data;
    const small = preview && tintype.preview(id, preview);
    if (flags & tintype.VIDEO && d.show) return el("video", { controls: true, preload: "metadata", src: path(d.show), ...(small ? { poster: small } : {}) });
    const image = el("img", { class: "full", alt: title || "Untitled", decoding: "async", draggable: "false" });
    if (!d.show && !small) return el("p", { class: "notice" }, "There is no picture of it that a browser could show.");
    // The small one at once, as large as the full one will be; then that.
    const ratio = tintype.ratio(number);
    image.style.setProperty("--ratio", ratio);
    if (small) { image.src = small; image.classList.add("is-small"); }
    if (d.show) {
      const full = new Image();
      full.src = path(d.show);
      full.decode().then(() => { image.src = full.src; image.classList.remove("is-small"); }).catch(() => {});
    }
    return image;
  };

  const button = (name, words, act) => el("button", { class: name, type: "button", "aria-label": words, title: words, onclick: act });

  const build = () => {
    node = el("div", { class: "photo", role: "dialog", "aria-modal": "true", "aria-label": "Photo", tabindex: "-1" });
    const stageNode = el("div", { class: "stage" });
    let begun = null;
    stageNode.addEventListener("pointerdown", (event) => { begun = event.isPrimary && event.target.tagName !== "VIDEO" ? [event.clientX, event.clientY] : null; });
    stageNode.addEventListener("pointerup", (event) => {
      if (!begun) return;
      const x = event.clientX - begun[0], y = event.clientY - begun[1];
      begun = null;
      if (Math.abs(x) > 50 && Math.abs(x) > 2 * Math.abs(y)) go(x < 0 ? 1 : -1);
      else if (Math.abs(x) + Math.abs(y) < 6 && event.target === stageNode) leave();
    });
    node.append(
      stageNode,
      el("div", { class: "tools" }, button("tool close", "Back (Esc)", leave), el("span", { class: "count" }),
        button("tool full-screen", "Full screen (f)", () => tintype.photo.fullScreen()), button("tool info", "Facts (i)", () => tintype.photo.turnFacts())),
      button("tool before", "The one before (←)", () => go(-1)),
      button("tool next", "The next one (→)", () => go(1)),
      el("aside", { class: "facts" }),
    );
    document.body.append(node);
    document.body.classList.add("has-photo");
    node.focus();
  };

  tintype.photo = {
    get isOpen() { return node !== null; },

    async open(id, view) {
      const mine = (turn += 1);
      context = view.list ? view : { list: [] };
      let n = near(1), m = near(-1);
      const known = [number, n, m].filter((each) => each >= 0);
      let found = -1;
      for (const each of known) if ((await tintype.row(each))[0] === id) found = each;
      if (found < 0) found = (await tintype.data("ids")).indexOf(id);
      if (mine !== turn) return;
      if (!node) build();
      if (found < 0) { node.querySelector(".stage").replaceChildren(el("p", { class: "notice" }, "There is no such photo.")); return; }
      number = found;
      place = context.list.indexOf(number);
      const [data, details] = await Promise.all([tintype.row(number), tintype.details(number)]);
      if (mine !== turn) return;
      node.classList.toggle("has-facts", hasFacts);
      node.querySelector(".stage").replaceChildren(stage(data, details));
      const aside = node.querySelector(".facts");
      aside.replaceChildren(...facts(data, details));
      aside.scrollTop = node.scrollTop = 0;
      node.querySelector(".count").textContent = place >= 0 ? `${tintype.number(place + 1)} of ${tintype.number(context.list.length)}` : "";
      node.querySelector(".before").hidden = near(-1) < 0;
      node.querySelector(".next").hidden = near(1) < 0;
      document.title = `${data[1] || "Untitled"} – ${tintype.about.title}`;
      this.file = details.files && details.files[0] && path(details.files[0][1]);
      for (const step of [1, -1]) { // what comes next is there already
        const next = near(step);
        if (next < 0) continue;
        const [beside, more] = await Promise.all([tintype.row(next), tintype.details(next)]);
        if (mine === turn && more.show && !(beside[4] & tintype.VIDEO)) new Image().src = path(more.show);
      }
    },

    close() {
      turn += 1;
      const left = place;
      node.remove();
      node = null;
      number = place = -1;
      document.body.classList.remove("has-photo");
      if (document.fullscreenElement) document.exitFullscreen();
      return left;
    },

    turnFacts() {
      hasFacts = !hasFacts;
      node.classList.toggle("has-facts", hasFacts);
      node.scrollTop = 0;
    },

    fullScreen() {
      if (document.fullscreenElement) document.exitFullscreen();
      else if (node.requestFullscreen) node.requestFullscreen().catch(() => {});
    },

    key(event) {
      const acts = {
        ArrowLeft: () => go(-1), ArrowRight: () => go(1), Escape: leave, i: () => this.turnFacts(), f: () => this.fullScreen(),
        o: () => { if (this.file) window.open(this.file, "_blank", "noopener"); },
        Home: () => go(-place), End: () => go(context.list.length - 1 - place),
      };
      if (event.target.tagName === "VIDEO" || !(event.key in acts)) return false;
      acts[event.key]();
      return true;
    },
  };
})();
