"""Writing the pages and their data: only what is not there as it should be."""

import hashlib
import html
import json
from dataclasses import asdict, dataclass, field
from importlib.resources import files

from tintype.blob import Blob
from tintype.gallery import DATA, PAGE, SITE, STATE, Options
from tintype.gallery.reading import Backup
from tintype.gallery.texts import dumped, line
from tintype.stores import Attributes

KINDS = {
    **{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"},
    **{".html": "text/html; charset=utf-8", ".txt": "text/plain; charset=utf-8"},
    ".json": "application/json",
}


@dataclass
class Writer:
    """Writes into a backup's store. `before`: the hashes of what the last run wrote."""

    backup: Backup
    before: dict[str, str]
    there: set[str]
    options: Options
    written: int = 0
    now: dict[str, str] = field(default_factory=dict)

    @classmethod
    async def opened(cls, backup: Backup, there: set[str], options: Options) -> "Writer":
        """With what the last run wrote down, in the place of options that are not given."""
        state = await backup.json(STATE)
        found = state.get("files")
        known = found if isinstance(found, dict) else {}
        only_public, title = options.only_public, options.title
        if only_public is None:
            only_public = state.get("only_public") is True
        if title is None:
            title = line(state.get("title", ""), 100)
        options = Options(only_public=only_public, title=title)
        return cls(backup, {str(k): str(v) for k, v in known.items()}, there, options)

    async def data(self, name: str, value: object) -> None:
        """A piece of data: a program that hands it over."""
        text = f'"use strict";tintype.put({dumped(name)},{dumped(value)});\n'
        await self.text(f"{DATA}{name}.js", text)

    async def text(self, key: str, text: str) -> None:
        """A file, unless it is there as it should be."""
        content = text.encode()
        found = hashlib.sha256(content).hexdigest()[:32]
        self.now[key] = found
        if self.before.get(key) == found and key in self.there:
            return
        kind = KINDS["." + key.rpartition(".")[2]]
        attributes = Attributes(content_type=kind, cache_control="no-cache")
        await self.backup.store.put(key, Blob.from_bytes(content), attributes=attributes)
        self.written += 1

    async def site(self) -> None:
        """The programs and styles."""
        for name in SOURCES:
            await self.text(f"{SITE}{name}", _source(name))

    async def page(self, title: str) -> None:
        """The page that is opened, whose links tell the version of what they lead to: of a new
        gallery nothing old is shown.
        """
        every = "".join(f"{k}{v}" for k, v in sorted(self.now.items()))
        version = hashlib.sha256(every.encode()).hexdigest()[:12]
        await self.text(
            PAGE,
            _source("index.html").replace("{version}", version).replace("{title}", _escaped(title)),
        )

    async def end(self) -> None:
        """Write down what was written."""
        state = {"format": 1, **asdict(self.options), "files": self.now}
        content = json.dumps(state, indent=0).encode()
        attributes = Attributes(content_type="application/json")
        await self.backup.store.put(STATE, Blob.from_bytes(content), attributes=attributes)


SOURCES = (
    *("style.css", "core.js", "grid.js", "albums.js", "search.js", "map.js", "photo.js"),
    *("main.js", "world.js", "LICENSES.txt"),
)


def _source(name: str) -> str:
    return files("tintype.gallery").joinpath("site", name).read_text("utf-8")


def _escaped(text: str) -> str:
    return html.escape(text)
