"""tintype sites platforms"""

import json

import click

from tintype.catalog import site_facts
from tintype.cli.opening import opened_catalog
from tintype.cli.options import json_option
from tintype.sites.platforms.keeping import counted


@click.command()
@json_option
def command(as_json: bool) -> None:
    """Count sites by what they run on: all that were captured, of everybody."""
    with opened_catalog() as catalog:
        facts = catalog.read_now(lambda s: list(site_facts.all_facts(s, None)))
    counts, known = counted(facts)
    if as_json:
        print(json.dumps({"platforms": counts, "known": known, "sites": len(facts)}))
        return
    width = len(f"{max(counts.values(), default=0):,}")
    for name, count in counts.items():
        print(f"{count:>{width},}  {name}")
    print(f"{known:,} of {len(facts):,} sites are known.")
