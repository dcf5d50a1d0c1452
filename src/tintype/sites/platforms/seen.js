// What is seen of a page in its DOM, from a world of our own. Called with the document and with
// selectors, each with the attributes of its elements that are of interest; with its text if asked.
(document, selectors, asksForText) => {
  const HEAD = 300_000, TAIL = 100_000, TEXT = 2_000, SCRIPT = 20_000, MOST = 500, FEW = 20;
  const PAGE = 100_000;
  const cut = (text, length) => String(text ?? "").slice(0, length);
  const several = (selector, most) => [...document.querySelectorAll(selector)].slice(0, most);
  const whole = document.documentElement?.outerHTML ?? "";
  const html =
    whole.length > HEAD + TAIL ? whole.slice(0, HEAD) + whole.slice(-TAIL) : whole;
  const meta = several("meta[content]", MOST).flatMap((each) =>
    ["name", "property", "http-equiv", "itemprop"]
      .filter((name) => each.hasAttribute(name))
      .map((name) => [cut(each.getAttribute(name), 200), cut(each.content, TEXT)]),
  );
  const elements = {};
  for (const [selector, names] of Object.entries(selectors)) {
    try {
      const found = several(selector, FEW);
      if (found.length === 0) continue;
      elements[selector] = found.map((each) => {
        const facts = { "": cut(each.textContent, TEXT) };
        for (const name of names)
          if (each.hasAttribute(name)) facts[name] = cut(each.getAttribute(name), TEXT);
        return facts;
      });
    } catch {
      // no selector of this browser's
    }
  }
  return {
    html,
    text: asksForText ? cut(document.body?.innerText, PAGE) : "",
    meta,
    elements,
    scriptUrls: several("script[src]", MOST).map((each) => cut(each.src, TEXT)),
    scripts: several("script:not([src])", MOST)
      .filter((each) => !/json/i.test(each.type))
      .slice(0, 100)
      .map((each) => cut(each.textContent, SCRIPT)),
  };
}
