// A grid of photos in even rows, of which only what is near the window exists.
"use strict";

(() => {
  const { el, date, many } = tintype;
  const GAP = 4, HEADING = 64;

  // `list`: numbers of photos; `sections`: [title, count], or null; `link(n)`: where a photo leads.
  tintype.Grid = class {
    constructor({ list, sections = null, link, scrubber = false }) {
      this.list = list;
      this.sections = sections || [["", list.length]];
      this.link = link;
      this.node = el("div", { class: "grid", role: "list", "aria-label": many(list.length, "photo") });
      this.shown = new Map();
      this.at = -1; // the place of the tile that has the focus
      this.scrubber = scrubber && list.length > 60 ? this.makeScrubber() : null;
      this.onScroll = () => { if (!this.asked) this.asked = requestAnimationFrame(() => this.show()); };
      this.observer = new ResizeObserver(() => { if (this.node.clientWidth !== this.width) this.layOut(); });
      addEventListener("scroll", this.onScroll, { passive: true });
      this.observer.observe(this.node);
    }

    end() {
      removeEventListener("scroll", this.onScroll);
      this.observer.disconnect();
      if (this.scrubber) this.scrubber.remove();
    }

    // Rows: as many photos as fill the width at about the height that is wanted.
    layOut() {
      const anchor = this.width ? this.firstVisible() : -1;
      const width = (this.width = this.node.clientWidth);
      if (!width) return;
      const wanted = width < 600 ? 118 : width < 1100 ? 180 : 230;
      const rows = (this.rows = []);
      let top = 0, place = 0;
      for (const [title, count] of this.sections) {
        if (title) {
          rows.push({ top, height: HEADING, title, count, from: place, to: place });
          top += HEADING;
        }
        const end = place + count;
        while (place < end) {
          let sum = 0, to = place;
          while (to < end && (sum === 0 || sum * wanted + (to - place) * GAP < width)) {
            sum += tintype.ratio(this.list[to]);
            to += 1;
          }
          const room = width - (to - place - 1) * GAP;
          const isLast = to === end && sum * wanted < room * 0.92;
          const height = Math.round(isLast ? wanted : Math.min(room / sum, wanted * 1.6));
          rows.push({ top, height, from: place, to, isFull: !isLast && room / sum <= wanted * 1.6 });
          top += height + GAP;
          place = to;
        }
      }
      this.height = top;
      this.node.style.height = `${top}px`;
      for (const node of this.shown.values()) node.remove();
      this.shown.clear();
      if (anchor > 0) this.reveal(anchor, true);
      if (this.scrubber) this.markScrubber();
      this.show();
    }

    get offset() { return this.node.getBoundingClientRect().top + scrollY; }

    rowAt(y) {
      let low = 0, high = this.rows.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (this.rows[middle].top <= y) low = middle; else high = middle - 1;
      }
      return low;
    }

    rowOf(place) {
      let low = 0, high = this.rows.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (this.rows[middle].from <= place) low = middle; else high = middle - 1;
      }
      return low;
    }

    firstVisible() {
      const row = this.rows && this.rows[this.rowAt(scrollY - this.offset + 80)];
      return row ? row.from : -1;
    }

    show() {
      this.asked = 0;
      if (!this.rows || !this.rows.length || !this.node.isConnected) return;
      const top = scrollY - this.offset, margin = innerHeight;
      const first = this.rowAt(Math.max(0, top - margin)), last = this.rowAt(top + innerHeight + margin);
      for (const [index, node] of this.shown) {
        if (index < first || index > last) { node.remove(); this.shown.delete(index); }
      }
      for (let index = first; index <= last; index += 1) {
        if (!this.shown.has(index)) {
          const node = this.makeRow(this.rows[index]);
          this.shown.set(index, node);
          this.node.append(node);
        }
      }
      if (this.scrubber) this.moveScrubber();
    }

    makeRow(row) {
      const node = el("div", { class: row.title ? "heading" : "row" });
      node.style.top = `${row.top}px`;
      node.style.height = `${row.height}px`;
      if (row.title) {
        node.append(el("h2", {}, row.title), el("span", {}, many(row.count, "photo")));
        return node;
      }
      let left = 0;
      for (let place = row.from; place < row.to; place += 1) {
        const isEnd = row.isFull && place === row.to - 1;
        const width = isEnd ? this.width - left : Math.floor(tintype.ratio(this.list[place]) * row.height);
        const tile = el("a", { class: "tile", role: "listitem", tabindex: place === Math.max(this.at, 0) ? 0 : -1 });
        tile.style.left = `${left}px`;
        tile.style.width = `${width}px`;
        tile.dataset.place = place;
        left += width + GAP;
        this.fill(tile, this.list[place]);
        node.append(tile);
      }
      return node;
    }

    async fill(tile, n) {
      const [id, title, when, preview, flags] = await tintype.row(n);
      const words = title || "Untitled";
      tile.href = this.link(id);
      tile.title = [words, date(when)].filter(Boolean).join(" · ");
      if (preview) {
        const image = el("img", { alt: words, loading: "lazy", decoding: "async", src: tintype.preview(id, preview) });
        image.addEventListener("load", () => image.classList.add("is-there"));
        tile.append(image);
      } else {
        tile.classList.add("is-blank");
        tile.append(el("span", { class: "blank" }, words));
      }
      if (flags & tintype.VIDEO) tile.append(el("span", { class: "badge play", "aria-label": "Video" }));
      if (flags & tintype.PRIVATE) tile.append(el("span", { class: "badge lock", "aria-label": "Not public" }));
      tile.append(el("span", { class: "caption", "aria-hidden": "true" }, words));
    }

    // Scroll so that a photo is seen.
    reveal(place, isTop = false) {
      if (!this.rows || !this.rows.length) return;
      const row = this.rows[this.rowOf(place)], bar = 72;
      const top = this.offset + row.top;
      if (isTop) scrollTo(0, Math.max(0, top - bar));
      else if (top < scrollY + bar) scrollTo(0, top - bar);
      else if (top + row.height > scrollY + innerHeight) scrollTo(0, top + row.height - innerHeight + GAP);
      this.show();
    }

    focus(place) {
      if (place < 0 || place >= this.list.length) return;
      const before = this.node.querySelector(`[data-place="${this.at}"]`);
      if (before) before.tabIndex = -1;
      this.at = place;
      this.reveal(place);
      const tile = this.node.querySelector(`[data-place="${place}"]`);
      if (tile) { tile.tabIndex = 0; tile.focus({ preventScroll: true }); }
    }

    // Arrow keys; whether it was one of ours.
    key(event) {
      const held = document.activeElement && document.activeElement.dataset.place;
      if (held !== undefined) this.at = Number(held);
      const steps = { ArrowLeft: -1, ArrowRight: 1 };
      if (event.key in steps) this.focus(this.at < 0 ? this.firstVisible() : this.at + steps[event.key]);
      else if (event.key === "ArrowDown" || event.key === "ArrowUp") this.focus(this.beside(event.key === "ArrowDown" ? 1 : -1));
      else return false;
      return true;
    }

    beside(step) {
      if (this.at < 0) return this.firstVisible();
      let index = this.rowOf(this.at);
      const row = this.rows[index], share = (this.at - row.from + 0.5) / (row.to - row.from);
      do index += step; while (this.rows[index] && this.rows[index].title);
      const next = this.rows[index];
      return next ? next.from + Math.floor(share * (next.to - next.from)) : this.at;
    }

    // Years at the side, to jump to.
    makeScrubber() {
      const node = el("div", { class: "scrubber", "aria-hidden": "true" });
      const go = (event) => {
        const box = node.getBoundingClientRect();
        const share = Math.min(1, Math.max(0, (event.clientY - box.top) / box.height));
        scrollTo(0, this.offset - 72 + share * Math.max(0, this.height - innerHeight + 72));
      };
      node.addEventListener("pointerdown", (event) => {
        node.setPointerCapture(event.pointerId);
        node.classList.add("is-held");
        go(event);
      });
      node.addEventListener("pointermove", (event) => { if (node.classList.contains("is-held")) go(event); });
      for (const name of ["pointerup", "pointercancel"]) node.addEventListener(name, () => node.classList.remove("is-held"));
      return node;
    }

    markScrubber() {
      this.scrubber.replaceChildren(el("i"), el("b"));
      let last = "", lowest = -1;
      for (const row of this.rows) {
        const year = row.title && (/\d{4}/.exec(row.title) || [""])[0];
        const share = row.top / Math.max(1, this.height);
        if (!year || year === last || share - lowest < 0.035) continue;
        last = year; lowest = share;
        const mark = el("span", {}, year);
        mark.style.top = `${share * 100}%`;
        this.scrubber.append(mark);
      }
    }

    moveScrubber() {
      const top = Math.max(0, scrollY - this.offset + 72);
      const share = Math.min(1, top / Math.max(1, this.height - innerHeight + 72));
      const [mark, words] = this.scrubber.children;
      if (!mark) return;
      mark.style.top = words.style.top = `${share * 100}%`;
      let index = this.rowAt(top + 8);
      while (index > 0 && !this.rows[index].title) index -= 1;
      words.textContent = this.rows[index].title || "";
    }
  };
})();
