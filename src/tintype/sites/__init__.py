"""Sites: pairs of a URL and a slug, whose pictures are kept."""
