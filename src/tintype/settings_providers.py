"""The settings of providers: Flickr, X and others that are asked with signed requests."""

from dataclasses import dataclass

from tintype.settings_reader import setting

_URL = r"|https?://[^\s/?#@]+(/[^\s?#]*)?"
_URL_RULE = "must be a URL such as http://127.0.0.1:8899"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """Flickr, X and others: where they are, and the key that an application has there."""

    flickr_key: str = setting(
        "", "TINTYPE_FLICKR_KEY", "Key of your application at Flickr.", secret=True
    )
    flickr_secret: str = setting("", "TINTYPE_FLICKR_SECRET", "Its secret.", secret=True)
    flickr_api: str = setting(
        "",
        "TINTYPE_FLICKR_API",
        "URL in the place of Flickr's hosts, such as that of `tintype flickr demo --serve`; empty:"
        " Flickr's own.",
        form=(_URL, _URL_RULE),
    )
    flickr_rate: int = setting(
        3_600,
        "TINTYPE_FLICKR_RATE",
        "Most calls an hour with one key; Flickr takes 3,600 from all who use it together.",
        least=60,
    )
    x_key: str = setting("", "TINTYPE_X_KEY", "Key of your application at X.", secret=True)
    x_secret: str = setting("", "TINTYPE_X_SECRET", "Its secret.", secret=True)
    x_api: str = setting(
        "",
        "TINTYPE_X_API",
        "URL in the place of X's hosts; empty: X's own.",
        form=(_URL, _URL_RULE),
    )
    x_fields: str = setting(
        "tweet",
        "TINTYPE_X_FIELDS",
        "What X calls a post in the names of parameters: tweet (tweet.fields) or post.",
        form=("tweet|post", "must be tweet or post"),
    )
    providers: str = setting(
        "",
        "TINTYPE_PROVIDERS",
        "File of further providers; empty: `providers.toml` in the data folder.",
    )
