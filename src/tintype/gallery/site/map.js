// A map drawn from outlines that come with these pages: no tiles, no other host.
"use strict";

(() => {
  const { el, link, many } = tintype;
  const TILE = 256, CELL = 76, LEAST = 1, MOST = 15, MOST_MARKERS = 240, STRIP = 48;
  let kept = null; // where the map was when it was left

  const toX = (lon) => (lon + 180) / 360;
  const toY = (lat) => {
    const s = Math.sin((Math.max(-85.05, Math.min(85.05, lat)) * Math.PI) / 180);
    return 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI);
  };
  const toLat = (y) => (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;

  const outline = (lines, degree, isClosed) => {
    const made = new Path2D();
    for (const line of lines) {
      let x = 0, y = 0;
      for (let at = 0; at < line.length; at += 2) {
        x += line[at]; y += line[at + 1];
        made[at ? "lineTo" : "moveTo"](toX(x / degree), toY(y / degree));
      }
      if (isClosed) made.closePath();
    }
    return made;
  };

  const read = (flat) => {
    const size = flat.length / 3, points = { number: new Uint32Array(size), x: new Float64Array(size), y: new Float64Array(size) };
    for (let n = 0; n < size; n += 1) {
      points.number[n] = flat[3 * n];
      points.y[n] = toY(flat[3 * n + 1]);
      points.x[n] = toX(flat[3 * n + 2]);
    }
    return points;
  };

  class Map_ {
    constructor(points, world, begin) {
      Object.assign(this, { points, levels: new Map(), markers: new Map(), pointers: new Map() });
      this.land = outline(world.land, world.degree, true);
      this.borders = outline(world.borders, world.degree, false);
      this.canvas = el("canvas", { class: "world", role: "img", "aria-label": "Map of the world" });
      this.pins = el("div", { class: "pins" });
      this.surface = el("div", { class: "surface" }, this.canvas, this.pins);
      this.scale = el("span", { class: "scale" });
      this.told = el("p", { "aria-live": "polite" });
      this.strip = el("div", { class: "strip" });
      const button = (text, words, act) => el("button", { type: "button", "aria-label": words, title: words, onclick: act }, text);
      this.node = el(
        "section", { class: "map" }, this.surface,
        el("div", { class: "zoom" }, button("+", "Nearer (+)", () => this.zoomBy(1)), button("−", "Farther (−)", () => this.zoomBy(-1)), button("⤢", "All of it (0)", () => this.fit())),
        this.scale,
        el("div", { class: "tray" }, this.told, this.strip),
      );
      this.list = [];
      this.begin = begin;
      this.listen();
      this.observer = new ResizeObserver(() => this.resize());
      this.observer.observe(this.surface);
    }

    end() {
      kept = { x: this.x, y: this.y, z: this.z };
      this.observer.disconnect();
      cancelAnimationFrame(this.flight);
    }

    resize() {
      const { clientWidth: width, clientHeight: height } = this.surface;
      if (!width || !height) return;
      Object.assign(this, { width, height, density: Math.min(2, devicePixelRatio || 1) });
      this.canvas.width = width * this.density;
      this.canvas.height = height * this.density;
      if (this.x === undefined) {
        if (this.begin) Object.assign(this, { x: toX(this.begin[1]), y: toY(this.begin[0]), z: 10 });
        else if (kept) Object.assign(this, kept);
        else this.fit();
      }
      this.draw();
    }

    get size() { return TILE * 2 ** this.z; }
    get least() { return Math.max(LEAST, Math.log2(Math.max(this.width, this.height * 1.1) / TILE) - 0.6); }

    bounds(from, to) {
      const z = Math.min(this.width * 0.8 / Math.max(1e-9, to[0] - from[0]), this.height * 0.7 / Math.max(1e-9, to[1] - from[1]));
      return { x: (from[0] + to[0]) / 2, y: (from[1] + to[1]) / 2, z: Math.min(12, Math.max(this.least, Math.log2(z / TILE))) };
    }

    fit() {
      const { x, y } = this.points;
      if (!x.length) { Object.assign(this, { x: 0.5, y: 0.4, z: this.least }); this.draw(); return; }
      let [left, right, top, bottom] = [1, 0, 1, 0];
      for (let n = 0; n < x.length; n += 1) {
        left = Math.min(left, x[n]); right = Math.max(right, x[n]); top = Math.min(top, y[n]); bottom = Math.max(bottom, y[n]);
      }
      const to = this.bounds([left, top], [right, bottom]);
      to.z = Math.min(to.z, 7); // coasts and borders around it are to be seen
      if (this.z === undefined) { Object.assign(this, to); this.draw(); } else this.fly(to);
    }

    fly(to) {
      cancelAnimationFrame(this.flight);
      const from = { x: this.x, y: this.y, z: this.z }, began = performance.now();
      const time = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1 : 450;
      const step = (now) => {
        const t = Math.min(1, (now - began) / time), e = 1 - (1 - t) ** 3;
        for (const name of ["x", "y", "z"]) this[name] = from[name] + (to[name] - from[name]) * e;
        this.draw();
        if (t < 1) this.flight = requestAnimationFrame(step);
      };
      this.flight = requestAnimationFrame(step);
    }

    zoomBy(step, px = this.width / 2, py = this.height / 2, isSmooth = true) {
      const z = Math.min(MOST, Math.max(this.least, this.z + step));
      const dx = (px - this.width / 2) / TILE, dy = (py - this.height / 2) / TILE;
      const to = { z, x: this.x + dx / 2 ** this.z - dx / 2 ** z, y: this.y + dy / 2 ** this.z - dy / 2 ** z };
      if (isSmooth) this.fly(to); else { cancelAnimationFrame(this.flight); Object.assign(this, to); this.ask(); }
    }

    pan(dx, dy) { this.x -= dx / this.size; this.y -= dy / this.size; this.ask(); }
    ask() { if (!this.asked) this.asked = requestAnimationFrame(() => { this.asked = 0; this.draw(); }); }

    listen() {
      const { surface, pointers } = this;
      surface.addEventListener("wheel", (event) => {
        event.preventDefault();
        const box = surface.getBoundingClientRect();
        this.zoomBy(-event.deltaY * (event.deltaMode ? 0.05 : 0.0022), event.clientX - box.left, event.clientY - box.top, false);
      }, { passive: false });
      surface.addEventListener("dblclick", (event) => {
        const box = surface.getBoundingClientRect();
        this.zoomBy(1, event.clientX - box.left, event.clientY - box.top);
      });
      surface.addEventListener("pointerdown", (event) => { cancelAnimationFrame(this.flight); pointers.set(event.pointerId, [event.clientX, event.clientY]); this.moved = 0; });
      addEventListener("pointermove", this.onMove = (event) => {
        const before = pointers.get(event.pointerId);
        if (!before) return;
        const now = [event.clientX, event.clientY], others = [...pointers].filter(([id]) => id !== event.pointerId);
        if (others.length) {
          const [ox, oy] = others[0][1], box = surface.getBoundingClientRect();
          const was = Math.hypot(before[0] - ox, before[1] - oy), is = Math.hypot(now[0] - ox, now[1] - oy);
          if (was > 10 && is > 10) this.zoomBy(Math.log2(is / was), (now[0] + ox) / 2 - box.left, (now[1] + oy) / 2 - box.top, false);
        }
        const part = others.length ? 0.5 : 1, dx = now[0] - before[0], dy = now[1] - before[1];
        this.moved += Math.abs(dx) + Math.abs(dy);
        this.pan(dx * part, dy * part);
        pointers.set(event.pointerId, now);
      });
      for (const name of ["pointerup", "pointercancel"]) addEventListener(name, (event) => pointers.delete(event.pointerId));
      surface.addEventListener("click", (event) => { if (this.moved > 8) { event.preventDefault(); event.stopPropagation(); } }, true);
      surface.addEventListener("dragstart", (event) => event.preventDefault());
    }

    key(event) {
      const step = 90, keys = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
      if (event.key in keys) this.pan(...keys[event.key]);
      else if (event.key === "+" || event.key === "=") this.zoomBy(1);
      else if (event.key === "-") this.zoomBy(-1);
      else if (event.key === "0") this.fit();
      else return false;
      return true;
    }

    draw() {
      if (!this.width || this.z === undefined) return;
      this.z = Math.max(this.least, Math.min(MOST, this.z));
      const half = this.height / 2 / this.size;
      this.y = half > 0.5 ? 0.5 : Math.min(1 - half, Math.max(half, this.y));
      this.x -= Math.floor(this.x);
      this.drawWorld();
      this.drawMarkers();
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.tell(), 120);
    }

    drawWorld() {
      const context = this.canvas.getContext("2d"), style = getComputedStyle(this.node), { size, density } = this;
      const colour = (name) => style.getPropertyValue(name).trim();
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.fillStyle = colour("--sea");
      context.fillRect(0, 0, this.canvas.width, this.canvas.height);
      const half = this.width / 2 / size;
      // Land that crosses the line of the date reaches into the next copy of the world.
      for (let copy = Math.floor(this.x - half) - 1; copy <= Math.floor(this.x + half) + 1; copy += 1) {
        const k = size * density;
        context.setTransform(k, 0, 0, k, (this.width / 2) * density + (copy - this.x) * k, (this.height / 2) * density - this.y * k);
        this.graticule(context, colour("--graticule"), 1 / size);
        context.fillStyle = colour("--land");
        context.fill(this.land);
        context.lineJoin = "round";
        context.strokeStyle = colour("--coast");
        context.lineWidth = 0.8 / size;
        context.stroke(this.land);
        context.strokeStyle = colour("--border");
        context.lineWidth = 0.6 / size;
        context.stroke(this.borders);
      }
      const metres = (40075016 * Math.cos((toLat(this.y) * Math.PI) / 180) / size) * 100;
      const round = [1, 2, 5].map((n) => n * 10 ** Math.floor(Math.log10(metres))).filter((n) => n <= metres).pop();
      this.scale.style.width = `${(round / metres) * 100}px`;
      this.scale.textContent = round >= 1000 ? `${round / 1000} km` : `${round} m`;
    }

    graticule(context, colour, pixel) {
      const step = [30, 10, 5, 1, 0.5, 0.1].find((each) => (each / 360) * this.size > 90) || 30;
      context.strokeStyle = colour;
      context.lineWidth = pixel;
      context.beginPath();
      const left = Math.max(-180, (this.x % 1) * 360 - 180 - (this.width / this.size) * 360), right = left + (this.width / this.size) * 720;
      for (let lon = Math.ceil(left / step) * step; lon <= Math.min(180, right); lon += step) { context.moveTo(toX(lon), 0); context.lineTo(toX(lon), 1); }
      const top = toLat(Math.max(0, this.y - this.height / this.size)), bottom = toLat(Math.min(1, this.y + this.height / this.size));
      for (let lat = Math.ceil(bottom / step) * step; lat <= top; lat += step) { context.moveTo(0, toY(lat)); context.lineTo(1, toY(lat)); }
      context.stroke();
    }

    // Photos in one cell are one marker; a level is counted once.
    clusters(level) {
      if (!this.levels.has(level)) {
        const cell = CELL / (TILE * 2 ** level), found = new Map(), { number, x, y } = this.points;
        for (let n = 0; n < number.length; n += 1) {
          const key = Math.floor(x[n] / cell) * 4194304 + Math.floor(y[n] / cell);
          let one = found.get(key);
          if (!one) found.set(key, one = { key: `${level}:${key}`, count: 0, x: 0, y: 0, first: number[n], left: 1, right: 0, top: 1, bottom: 0 });
          one.count += 1; one.x += x[n]; one.y += y[n];
          one.left = Math.min(one.left, x[n]); one.right = Math.max(one.right, x[n]);
          one.top = Math.min(one.top, y[n]); one.bottom = Math.max(one.bottom, y[n]);
        }
        const places = [...found.values()].map((one) => ({ ...one, x: one.x / one.count, y: one.y / one.count })).sort((a, b) => b.count - a.count);
        this.levels.set(level, this.merged(places, cell));
      }
      return this.levels.get(level);
    }

    // Those that would lie over one another become one.
    merged(places, cell) {
      const kept = new Map(), result = [];
      for (const one of places) {
        const cx = Math.floor(one.x / cell), cy = Math.floor(one.y / cell);
        let near = null;
        for (let n = 0; n < 9 && !near; n += 1) {
          const other = kept.get(`${cx + (n % 3) - 1},${cy + Math.floor(n / 3) - 1}`);
          if (other && Math.hypot(other.x - one.x, other.y - one.y) < 0.72 * cell) near = other;
        }
        if (!near) { kept.set(`${cx},${cy}`, one); result.push(one); continue; }
        near.count += one.count;
        near.first = Math.min(near.first, one.first);
        for (const side of ["left", "top"]) near[side] = Math.min(near[side], one[side]);
        for (const side of ["right", "bottom"]) near[side] = Math.max(near[side], one[side]);
      }
      return result;
    }

    // Where a point of the world is in the window: [x, y], or null outside of it.
    seen(x, y, margin = 40) {
      let dx = x - this.x;
      dx -= Math.round(dx);
      const px = this.width / 2 + dx * this.size, py = this.height / 2 + (y - this.y) * this.size;
      return px < -margin || py < -margin || px > this.width + margin || py > this.height + margin ? null : [px, py];
    }

    drawMarkers() {
      const wanted = new Map();
      for (const one of this.clusters(Math.round(this.z))) {
        const at = this.seen(one.x, one.y);
        if (at && wanted.size < MOST_MARKERS) wanted.set(one.key, [one, at]);
      }
      for (const [key, node] of this.markers) if (!wanted.has(key)) { node.remove(); this.markers.delete(key); }
      for (const [key, [one, at]] of wanted) {
        let node = this.markers.get(key);
        if (!node) { node = this.marker(one); this.markers.set(key, node); this.pins.append(node); }
        node.style.transform = `translate(${at[0]}px, ${at[1]}px)`;
      }
    }

    marker(one) {
      const node = el("a", { class: one.count > 1 ? "pin is-many" : "pin", "aria-label": many(one.count, "photo"), href: "#/map", onclick: (event) => this.press(event, one) });
      tintype.row(one.first).then(([id, title, , preview]) => {
        if (one.count === 1) node.href = link("map", "photo", id);
        if (preview) node.prepend(el("img", { alt: title, decoding: "async", src: tintype.preview(id, preview) }));
      });
      if (one.count > 1) node.append(el("span", {}, one.count > 9999 ? `${Math.round(one.count / 1000)}k` : one.count));
      return node;
    }

    press(event, one) {
      if (one.count === 1) return;
      event.preventDefault();
      const to = this.bounds([one.left, one.top], [one.right, one.bottom]);
      const isOnePlace = one.right - one.left < 1e-7 && one.bottom - one.top < 1e-7;
      if (isOnePlace && this.z >= 11) this.strip.querySelector("a")?.focus();
      else this.fly({ ...to, z: isOnePlace ? 12 : Math.max(to.z, Math.min(MOST, this.z + 1.2)) });
    }

    // What is to be seen here, newest first.
    async tell() {
      if (tintype.photo.isOpen || !this.node.isConnected) return;
      const { number, x, y } = this.points, found = [];
      for (let n = 0; n < number.length; n += 1) if (this.seen(x[n], y[n], 0)) found.push(number[n]);
      this.list.length = 0;
      for (const each of found) this.list.push(each);
      this.told.textContent = found.length ? `${many(found.length, "photo")} here` : "No photos here";
      const first = found.slice(0, STRIP), key = first.join();
      if (key === this.key_) return;
      this.key_ = key;
      const rows = await Promise.all(first.map(tintype.row));
      if (key !== this.key_) return;
      this.strip.replaceChildren(...rows.map(([id, title, , preview]) =>
        el("a", { href: link("map", "photo", id), title: title || "Untitled" }, preview ? el("img", { alt: title || "Untitled", loading: "lazy", src: tintype.preview(id, preview) }) : title || "Untitled")));
    }
  }

  tintype.views.map = async (argument) => {
    const [flat, world] = await Promise.all([tintype.data("places"), tintype.outlines()]);
    const begin = /^(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)$/.exec(argument || "");
    const map = new Map_(read(flat), world, begin && [Number(begin[1]), Number(begin[2])]);
    return {
      node: map.node, title: "Map", list: map.list, begin: () => map.resize(), key: (event) => map.key(event), redraw: () => map.draw(),
      ready: new Promise((resolve) => { setTimeout(resolve, 150); }),
      end: () => { removeEventListener("pointermove", map.onMove); map.end(); },
    };
  };
})();
