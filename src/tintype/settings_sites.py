"""The settings of sites: which pictures are made of each, where they lie, how long they last."""

from dataclasses import dataclass

from tintype.settings_reader import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    """Screenshots of sites: their sizes, where they lie, and what is tried again when."""

    prefix: str = setting(
        "sites/",
        "TINTYPE_SITE_PREFIX",
        "What the keys of screenshots begin with, in the store: sites/ makes sites/SLUG.jpg.",
        form=(r"([^\x00-\x1f\x7f]{0,199}/)?", "must be empty, or end with /"),
    )
    sizes: tuple[str, ...] = setting(
        ("=201x147", "SM=111x82"),
        "TINTYPE_SITE_SIZES",
        "Pictures made of each screenshot, by comma: what stands behind the slug, and the size, or"
        " the name of a preset: =201x147,SM=111x82,@2x=402x294.webp,-card=card",
        form=(
            r"[A-Za-z0-9@._+-]{0,32}=([1-9]\d{0,3}x[1-9]\d{0,3}(\.(jpg|png|webp|avif))?"
            r"|[A-Za-z_-][A-Za-z0-9_-]{0,63})",
            "must be SUFFIX=WIDTHxHEIGHT or SUFFIX=PRESET, such as SM=111x82",
        ),
    )
    max_age: int = setting(
        0,
        "TINTYPE_SITE_MAX_AGE",
        "How long a screenshot is good, in seconds, before it is taken anew when it is asked for;"
        " 0 means for ever.",
        duration=True,
    )
    retry: int = setting(
        3_600,
        "TINTYPE_SITE_RETRY",
        "How long a site that could not be captured is left alone, in seconds; doubled each time."
        " What may pass by itself is tried again after a twelfth of it.",
        least=1,
        duration=True,
    )
    longest_retry: int = setting(
        7 * 86_400,
        "TINTYPE_SITE_LONGEST_RETRY",
        "The longest that such a site is left alone, in seconds.",
        least=1,
        duration=True,
    )
    history: int = setting(
        5,
        "TINTYPE_SITE_HISTORY",
        "Screenshots of each site that are kept to be compared, the latest included; 0 keeps none.",
        most=1_000,
    )
    history_width: int = setting(
        640,
        "TINTYPE_SITE_HISTORY_WIDTH",
        "Their width in pixels.",
        least=16,
        most=4_096,
    )
    platform_rules: str = setting(
        "",
        "TINTYPE_PLATFORM_RULES",
        "A folder with further rules for what sites run on, in Wappalyzer's JSON form: a.json to"
        " z.json and categories.json; ours are used in any case.",
    )
