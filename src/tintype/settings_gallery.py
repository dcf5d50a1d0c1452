"""The settings of galleries that the service shows: none, unless host names are set."""

from dataclasses import dataclass

from tintype.settings_reader import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class GallerySettings:
    """Galleries of backups: shown at host names of their own, to everybody who can reach them."""

    hosts: tuple[str, ...] = setting(
        (),
        "TINTYPE_GALLERY_HOSTS",
        "Host names at which galleries are shown, each with the place of its backup, by comma:"
        " photos.example.org=s3://bucket/flickr/,b.example.org=/srv/flickr",
        form=(
            r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*=\S[^\x00-\x1f]*",
            "must be host names in lower case, each with = and a folder or s3://bucket/prefix/",
        ),
    )

    @property
    def places(self) -> dict[str, str]:
        """The place of a backup by the host name."""
        pairs = (each.partition("=") for each in self.hosts)
        return {host: place.strip() for host, _, place in pairs}
