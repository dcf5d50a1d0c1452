// What all parts share: data that programs hand over, elements, addresses within the page.
"use strict";
const tintype = (window.tintype = {});

(() => {
  const version = document.documentElement.dataset.version;
  const waiting = new Map();

  // Called by the files in gallery/data: a page from a disk may load programs, and nothing else.
  tintype.put = (name, value) => {
    const entry = waiting.get(name);
    if (entry) entry.resolve(value);
  };
  tintype.world = (value) => tintype.put("world", value);

  const script = (name, path) => {
    if (!waiting.has(name)) {
      const entry = {};
      entry.promise = new Promise((resolve, reject) => {
        entry.resolve = resolve;
        const node = document.createElement("script");
        node.src = `${path}?${version}`;
        node.onerror = () => {
          waiting.delete(name); // it may come later
          reject(new Error(`${path} cannot be read.`));
        };
        node.onload = () => node.remove();
        document.head.append(node);
      });
      waiting.set(name, entry);
    }
    return waiting.get(name).promise;
  };
  tintype.data = (name) => script(name, `gallery/data/${name}.js`);
  tintype.outlines = () => script("world", "gallery/site/world.js");

  // An element. Texts become text; only `html` is markup, which was made harmless when it was written.
  tintype.el = (name, given = {}, ...children) => {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(given)) {
      if (value === undefined || value === false || value === null) continue;
      if (key === "html") node.innerHTML = value;
      else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
      else node.setAttribute(key, value === true ? "" : value);
    }
    node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
    return node;
  };

  tintype.path = (key) => key.split("/").map(encodeURIComponent).join("/");
  tintype.link = (...parts) => `#/${parts.map(encodeURIComponent).join("/")}`;
  tintype.fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().split(/\s+/).filter(Boolean);
  tintype.preview = (id, preview) =>
    `gallery/previews/${id.slice(-2).padStart(2, "0")}/${id}-${preview}.webp`;

  tintype.number = (n) => n.toLocaleString("en");
  tintype.many = (n, one, more = `${one}s`) => `${tintype.number(n)} ${n === 1 ? one : more}`;
  tintype.bytes = (n) => {
    const units = ["B", "kB", "MB", "GB"];
    let at = 0;
    while (n >= 1000 && at < 3) { n /= 1000; at += 1; }
    return `${n < 10 && at ? n.toFixed(1) : Math.round(n)} ${units[at]}`;
  };
  // 2016, 2016-03, 2016-03-17T16:25:15: as precisely as it is known, and by no zone.
  tintype.date = (text) => {
    const match = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:T(\d\d:\d\d))?/.exec(text || "");
    if (!match) return "";
    const [, year, month, day, time] = match;
    if (!month) return year;
    const at = new Date(Date.UTC(year, month - 1, day || 1));
    const form = { year: "numeric", month: "long", timeZone: "UTC", ...(day ? { day: "numeric" } : {}) };
    return at.toLocaleDateString("en", form) + (time && time !== "00:00" ? `, ${time}` : "");
  };

  tintype.row = async (n) => {
    const { perChunk } = tintype.about;
    const rows = await tintype.data(`photos-${Math.floor(n / perChunk)}`);
    return rows[n % perChunk];
  };
  tintype.details = async (n) => {
    const { perDetails } = tintype.about;
    const rows = await tintype.data(`details-${Math.floor(n / perDetails)}`);
    return rows[n % perDetails];
  };
  tintype.ratio = (n) => parseInt(tintype.about.ratios.slice(2 * n, 2 * n + 2), 36) / 100;
  tintype.VIDEO = 1;
  tintype.PRIVATE = 2;
  tintype.WITHHELD = 4;
  tintype.GONE = 8;
})();
