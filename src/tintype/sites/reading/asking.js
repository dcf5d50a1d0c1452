// The article of this page, found by Readability in a copy of the document; null if there is none.
// Called in a world of our own. Nothing deeper or larger than what a person reads leaves here.
(Readability, isProbablyReaderable) => {
  const ELEMENTS = 50_000, DEEP = 80, LENGTH = 1_000_000;
  const looksLikeOne = isProbablyReaderable(document);
  const found = new Readability(document.cloneNode(true), {
    maxElemsToParse: ELEMENTS,
    serializer: (element) => element,
  }).parse();
  if (!found) return { looksLikeOne, article: null };
  const flatten = (root) => {
    let level = [root];
    for (let depth = 0; level.length; depth++) {
      if (depth === DEEP) for (const each of level) each.textContent = each.textContent;
      level = depth === DEEP ? [] : level.flatMap((each) => [...each.children]);
    }
  };
  flatten(found.content);
  const KEPT =
    /^(href|src|srcset|alt|title|width|height|(col|row)span|scope|start|reversed|datetime|dir|lang)$/;
  for (const each of found.content.querySelectorAll("*"))
    for (const name of each.getAttributeNames())
      if (!KEPT.test(name) || each.getAttribute(name).length > 8_000) each.removeAttribute(name);
  const { title, byline, dir, lang, siteName, excerpt, publishedTime } = found;
  const cut = (text) => (typeof text === "string" ? text.slice(0, 2_000) : null);
  return {
    looksLikeOne,
    article: {
      title: cut(title),
      byline: cut(byline),
      dir: cut(dir),
      lang: cut(lang || document.documentElement.lang),
      siteName: cut(siteName),
      excerpt: cut(excerpt),
      publishedTime: cut(publishedTime),
      html: found.content.innerHTML.slice(0, LENGTH),
    },
  };
}
