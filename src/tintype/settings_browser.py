"""The settings of the browser that takes screenshots of pages."""

from dataclasses import dataclass

from tintype.settings_reader import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserSettings:
    """Which Chromium opens pages, how many at once, and what a page may cost."""

    chromium: str = setting("", "TINTYPE_CHROMIUM", "Chromium to use; empty: looked for.")
    slots: int = setting(
        0,
        "TINTYPE_SCREENSHOT_SLOTS",
        "Pages open at once; 0 means two for each processor core: most of them wait for the"
        " network.",
        most=64,
    )
    timeout: float = setting(
        20.0,
        "TINTYPE_SCREENSHOT_TIMEOUT",
        "Longest time for a page to load, in seconds; then what is there is taken.",
        least=0.1,
        most=300,
    )
    max_bytes: int = setting(
        50 << 20,
        "TINTYPE_SCREENSHOT_MAX_BYTES",
        "Most bytes that one page may load.",
        least=1,
    )
    ports: tuple[int, ...] = setting(
        (80, 443, 8080, 8443),
        "TINTYPE_SCREENSHOT_PORTS",
        "Ports that pages may load from, by comma; an allowed network or host is reached on any.",
        least=1,
        most=65_535,
    )
    captures: int = setting(
        200,
        "TINTYPE_CHROMIUM_CAPTURES",
        "Screenshots by one browser; then another takes its place.",
        least=1,
    )
    memory: int = setting(
        1 << 30,
        "TINTYPE_CHROMIUM_MEMORY",
        "Bytes that a browser and its pages may hold; beyond that another takes its place.",
        least=128 << 20,
    )
    tab_memory: int = setting(
        2 << 30,
        "TINTYPE_CHROMIUM_TAB_MEMORY",
        "Bytes that one process of the browser may hold; a page that takes more is ended.",
        least=256 << 20,
    )
    idle: float = setting(
        60.0,
        "TINTYPE_CHROMIUM_IDLE",
        "Seconds without a screenshot after which the browser is ended until the next; 0: never.",
    )
    sandbox: str = setting(
        "auto",
        "TINTYPE_CHROMIUM_SANDBOX",
        "Chromium's own sandbox: auto (wherever it works: not as root), always, never.",
        choices=("auto", "always", "never"),
    )
    namespace: str = setting(
        "auto",
        "TINTYPE_CHROMIUM_NAMESPACE",
        "An empty network of its own for Chromium: auto (where the kernel allows it), always,"
        " never.",
        choices=("auto", "always", "never"),
    )
