"""`make audit`: the licence of every package that is installed with reportqa, and known weaknesses where a feed can be reached.

A licence that is not on the list, or one that nobody told, ends it with exit code 1, so that a new dependency is looked at once. What was
looked at and why it may stay is written in `EXAMINED`.
"""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from importlib.util import find_spec
from pathlib import Path

from chat.operations.bundle import pinned

ROOT = Path(__file__).parents[1]

# One licence each, in the words of SPDX, of PyPI's classifiers and of hand-written fields.
ALLOWED = re.compile(
    r"(The )?MIT( License|-0|-CMU)?|(\d-Clause )?(New |Modified )?BSD( License)?|0BSD|BSD[- ][23][- ]Clause( License)?|"
    r"Apache([- ]2\.0)?( License)?( 2\.0)?|Apache Software License|Apache License|ISC( License)?|ISCL|PSF-2\.0|Python Software Foundation License|"
    r"Zlib|Unlicense|CC0-1\.0|BSL-1\.0|CNRI-Python|HPND|LLVM-exception|MPL[- ]2\.0|Mozilla Public License 2\.0|Version 2\.0",
    re.IGNORECASE,
)
# By distribution, where its metadata says more than applies to us, or nothing: what its files say.
EXAMINED = {
    # "dependency licenses" are those of PDFium and what is built into it: BSD, MIT, Apache, FreeType, libtiff, zlib.
    "pypdfium2": "BSD-3-Clause AND Apache-2.0, PDFium's own dependencies permissive",
}


@dataclass(frozen=True, slots=True)
class Licensed:
    """One package. problem: why it needs a look; "" where it does not."""

    name: str
    version: str
    licence: str
    problem: str = ""


def licence_of(package: Distribution) -> str:
    """What its metadata says: the SPDX expression, else the classifiers, else the first line of the old field; "" for nothing."""
    told = package.metadata
    if "License-Expression" in told:
        return str(told["License-Expression"])
    kinds = [line.rpartition(" :: ")[2] for line in told.get_all("Classifier") or () if line.startswith("License ::")]
    kinds = [kind for kind in kinds if kind != "OSI Approved"]
    return " OR ".join(kinds) or next(iter((told.get_all("License") or [""])[0].strip().splitlines()), "")


def judged(name: str, version: str, licence: str) -> Licensed:
    if name in EXAMINED:
        return Licensed(name, version, EXAMINED[name])
    if not licence or licence.upper() == "UNKNOWN":
        return Licensed(name, version, licence, "tells no licence")
    parts = re.split(r"\s+(?:AND|OR|WITH)\s+|[,;()/]", licence)
    if strangers := [part.strip() for part in parts if part.strip() and not ALLOWED.fullmatch(part.strip())]:
        return Licensed(name, version, licence, f"not on the list: {', '.join(strangers)}")
    return Licensed(name, version, licence)


def installed() -> Iterator[Licensed]:
    """Everything that is installed for reportqa to run, what is for its development left out."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for pin in pinned(project["dependencies"]):
        name = pin.partition("==")[0]
        package = distribution(name)
        yield judged(name, package.version, licence_of(package))


def audit_weaknesses() -> str:
    """What pip-audit says of what is installed, or why it could not be asked."""
    if find_spec("pip_audit") is None:
        return "known weaknesses: not looked for, since pip-audit is not installed (pip install pip-audit)"
    command = [sys.executable, "-m", "pip_audit", "--progress-spinner", "off", "--skip-editable", "--timeout", "15"]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if "ConnectionError" in run.stderr or "Max retries" in run.stderr or "HTTPError" in run.stderr:
        return "known weaknesses: not looked for, since no feed could be reached"
    return f"known weaknesses:\n{run.stdout or run.stderr}".rstrip()


def main() -> int:
    packages = list(installed())
    for each in packages:
        print(f"{each.name} {each.version}: {each.licence}{f'   <-- {each.problem}' if each.problem else ''}")
    problems = [each for each in packages if each.problem]
    print(f"{len(packages)} packages, {len(problems)} to look at")
    weaknesses = audit_weaknesses()
    print(weaknesses)
    return 1 if problems or re.search(r"^Found [1-9]\d* known", weaknesses, re.M) else 0


if __name__ == "__main__":
    sys.exit(main())
