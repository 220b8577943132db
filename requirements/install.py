"""Fill .venv with exactly what the hashed lists name, fast. Needs nothing but Python and its own pip.

The lists are complete, so nothing is resolved; the work is shared out among as many pips as there are cores.
It does not decide what is needed: that is `run.in` and `test.in`.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
import venv
import zipfile
from pathlib import Path

LISTS = Path(__file__).resolve().parent
ROOT = LISTS.parent
REQUIREMENT = re.compile(r"^[A-Za-z0-9].*\\\n(?:    --hash=.*\n)+", re.MULTILINE)


def main(folder: Path, names: list[str]) -> None:
    """Make the environment `folder` when it is missing and install the lists `names` into it."""
    print(f"Installing {' and '.join(names)} into {folder.name} (once, under a minute)", flush=True)
    make_environment(folder)
    run_pip(folder, [LISTS / "pip.txt"])
    with tempfile.TemporaryDirectory() as scratch:
        run_pip(folder, write_shares(names, Path(scratch)))
    compile_modules(folder)
    link_this_project(folder)


def make_environment(folder: Path) -> None:
    """Create the environment; unpacking the interpreter's own pip is 30 times as fast as `ensurepip`."""
    if works(python_of(folder)):
        return
    wheel = bundled_pip() or install_bundled_pip()
    venv.EnvBuilder(clear=True, symlinks=True).create(folder)
    zipfile.ZipFile(wheel).extractall(modules_of(folder))


def works(python: Path) -> bool:
    """Tell whether this interpreter starts and finds pip."""
    try:
        return subprocess.run([python, "-m", "pip", "--version"], capture_output=True).returncode == 0
    except OSError:
        return False


def bundled_pip() -> Path | None:
    """Find the wheel of pip that comes with Python, or with Debian's python3-venv."""
    ensurepip = importlib.util.find_spec("ensurepip")
    if ensurepip is None or ensurepip.origin is None:
        return None
    folders = (sysconfig.get_config_var("WHEEL_PKG_DIR"), Path(ensurepip.origin).parent / "_bundled")
    wheels = [wheel for folder in folders if folder for wheel in sorted(Path(folder).glob("pip-*.whl"))]
    return wheels[-1] if wheels else None


def install_bundled_pip() -> Path:
    """Get the missing part of a Debian Python; exit with a sentence where we may not."""
    package = f"python3.{sys.version_info.minor}-venv"
    if os.geteuid() == 0 and shutil.which("apt-get"):
        install = ("-y", "install", "--no-install-recommends", package)
        for arguments in (("update",), install):
            subprocess.run(["apt-get", "-qq", *arguments], stdout=subprocess.DEVNULL)
        importlib.invalidate_caches()
    wheel = bundled_pip()
    if wheel is None:
        sys.exit(f"{sys.executable} comes without pip. On Debian and Ubuntu: sudo apt install {package}")
    return wheel


def write_shares(names: list[str], scratch: Path) -> list[Path]:
    """Deal the requirements out evenly; each hash is a file to choose from, so their number is the work."""
    wanted = {line for name in names for line in REQUIREMENT.findall((LISTS / name).read_text())}
    shares = [""] * min(os.cpu_count() or 1, 4, len(wanted))
    for line in sorted(wanted, key=lambda line: (-line.count("--hash="), line)):
        lightest = min(range(len(shares)), key=lambda number: shares[number].count("--hash="))
        shares[lightest] += line
    files = [scratch / f"share-{number}.txt" for number in range(len(shares))]
    for file, share in zip(files, shares, strict=True):
        file.write_text(share)
    return files


def run_pip(folder: Path, files: list[Path]) -> None:
    """Run one pip for each file at the same time; exit when one fails, after its own message."""
    options = ("-qq", "--no-deps", "--no-compile", "--require-hashes", "--disable-pip-version-check")
    command = (python_of(folder), "-m", "pip", "install", *options, "--root-user-action=ignore")
    running = [subprocess.Popen((*command, "--requirement", file)) for file in files]
    codes = [process.wait() for process in running]
    if any(codes):
        sys.exit("pip could not install everything, see above; run the same command again to go on.")


def compile_modules(folder: Path) -> None:
    """Compile the modules on all cores, so that no start has to; some packages carry files that cannot be."""
    options = ("-qq", "-j0", "-x", "/(pip|mypy|mypyc|pygments|testing|tests)/")
    subprocess.run([python_of(folder), "-m", "compileall", *options, modules_of(folder)])


def link_this_project(folder: Path) -> None:
    """Make the project importable where it stands, with its commands: an editable install without a build."""
    (modules_of(folder) / "tsudoi.pth").write_text(f"{ROOT}\n")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for name, target in project["scripts"].items():
        module, function = target.split(":")
        # A shell line instead of a plain #! line: that one breaks on blanks and beyond 127 characters.
        start = f"#!/bin/sh\n'''exec' \"{python_of(folder)}\" \"$0\" \"$@\"\n' '''\n"
        script = folder / "bin" / name
        script.write_text(f"{start}import sys\nfrom {module} import {function}\nsys.exit({function}())\n")
        script.chmod(0o755)


def python_of(folder: Path) -> Path:
    """Return the environment's interpreter."""
    return folder / "bin" / "python"


def modules_of(folder: Path) -> Path:
    """Return where the environment keeps its modules."""
    return Path(sysconfig.get_path("purelib", "venv", {"base": str(folder), "platbase": str(folder)}))


if __name__ == "__main__":
    main(ROOT / sys.argv[1], sys.argv[2:])
