"""The wheel has the decoder in C, where this machine can compile it; else it is for any machine."""

import os
import runpy
import shlex
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NATIVE = "tintype/processor/native"


class NativeDecoder(BuildHookInterface[Any]):
    """Compiles beside the source, which is all that an editable installation needs."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the library to a wheel, which is then for this kind of machine and any Python 3."""
        script = runpy.run_path(str(Path(self.root, "src", NATIVE, "build.py")))
        try:
            library = script["build"](*shlex.split(os.environ.get("CC", "")))
        except script["Unbuilt"] as error:
            self.app.display_info(f"Without the decoder in C: {error}.")
            return
        if version == "editable":
            return
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["force_include"][str(library)] = f"{NATIVE}/{library.name}"
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"
