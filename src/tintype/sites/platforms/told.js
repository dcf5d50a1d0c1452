// What the page's own world tells: global variables by their paths, and properties of elements. The
// page may lie, throw or answer anything; only texts, numbers and yes leave here.
(paths, selectors) => {
  const has = Object.prototype.hasOwnProperty;
  const plain = (value) =>
    typeof value === "string" ? value.slice(0, 200) : typeof value === "number" ? value : !!value;
  const variables = {};
  for (const path of paths) {
    try {
      let value = window;
      let there = true;
      for (const name of path.split(".")) {
        there = value instanceof Object && has.call(value, name);
        if (!there) break;
        value = value[name];
      }
      if (there && value !== undefined && value !== null) variables[path] = plain(value);
    } catch {
      // a trap of the page's
    }
  }
  const properties = {};
  for (const [selector, names] of Object.entries(selectors)) {
    try {
      for (const element of [...document.querySelectorAll(selector)].slice(0, 20))
        for (const name of names)
          if (has.call(element, name)) (properties[selector] ??= {})[name] = plain(element[name]);
    } catch {
      // no selector of this browser's, or a trap
    }
  }
  return { variables, properties };
}
