"""What the browser says it is: what it would say with a window and somebody in front of it.

Sites that turn robots away look at more than one line: at languages, which a browser without
windows has none of, and at User-Agent Client Hints, whose defaults do not fit another User-Agent.
"""

import re
from typing import Any

LANGUAGES = "en-US,en"
_CHROMIUM = re.compile(r"\bChrom(?:e|ium)/([0-9]{1,5})[0-9.]*")
_PLATFORMS = (("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"))


def ordinary(user_agent: str) -> str:
    """The User-Agent of the same browser with windows: no Headless, and no more of the version."""
    return _CHROMIUM.sub(r"Chrome/\1.0.0.0", user_agent.replace("Headless", ""))


def override(user_agent: str) -> dict[str, Any]:
    """The arguments of Emulation.setUserAgentOverride.

    Client hints are sent by Chromium only, so they go with a User-Agent that has its name in it.
    """
    told: dict[str, Any] = {"userAgent": user_agent, "acceptLanguage": LANGUAGES}
    if found := _CHROMIUM.search(user_agent):
        told["userAgentMetadata"] = _hints(user_agent, int(found[1]))
    return told


def _hints(user_agent: str, major: int) -> dict[str, Any]:
    name = next((name for word, name in _PLATFORMS if word in user_agent), "Linux")
    mobile = "Mobile" in user_agent
    return {
        "brands": _brands(major, str(major), "8"),
        "fullVersionList": _brands(major, f"{major}.0.0.0", "8.0.0.0"),
        "platform": name,
        "platformVersion": "",
        "architecture": "" if mobile else "x86",
        "bitness": "" if mobile else "64",
        "model": "",
        "mobile": mobile,
        "wow64": False,
    }


def _brands(major: int, version: str, odd: str) -> list[dict[str, str]]:
    """Chromium, and the senseless brand that the specification wants beside it, in turns."""
    brands = [
        {"brand": "Not?A_Brand", "version": odd},
        {"brand": "Chromium", "version": version},
    ]
    return brands[:: 1 if major % 2 == 0 else -1]
