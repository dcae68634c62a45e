"""Builds the image from the Dockerfile, on a base made of Debian's packages."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
BASE = "localhost/python:3.12-slim"
IMAGE = "localhost/headwater:try"
MIRROR = "http://deb.debian.org/debian"
PACKAGES = "python3,python3-venv,python-is-python3,ca-certificates"
# What a slim image is without, too.
NOT_SLIM = (
    "var/cache/apt",
    "var/lib/apt/lists",
    "usr/share/doc",
    "usr/share/man",
    "usr/share/locale",
)
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
NEEDED = {
    "buildah": "buildah",
    "debootstrap": "debootstrap",
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "chroot": "coreutils",
}


@dataclass(frozen=True, slots=True)
class Image:
    """What the image says about running it."""

    size: int
    user: str
    env: list[str]
    command: list[str]
    folder: str
    health: list[str]
    stop: str


def missing() -> list[str]:
    """What is not here, in words."""
    lacking = {package for program, package in NEEDED.items() if not shutil.which(program)}
    said = [f"{', '.join(sorted(lacking))}: apt-get install {' '.join(sorted(lacking))}"]
    return (said if lacking else []) + ([] if os.geteuid() == 0 else ["the rights of root"])


def run(*command: str | Path) -> str:
    """Run a program that must succeed; give what it printed."""
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def make_base() -> None:
    """The image that the Dockerfile begins from: Debian with Python, under the name it asks for."""
    if run("buildah", "images", "--quiet", "--filter", f"reference={BASE}"):
        return
    with tempfile.TemporaryDirectory() as folder:
        run("debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", folder, MIRROR)
        for name in NOT_SLIM:
            shutil.rmtree(Path(folder) / name)
        made = run("buildah", "from", "scratch")
        run("buildah", "add", "--quiet", made, folder, "/")
        run("buildah", "commit", "--quiet", "--rm", made, BASE)


def build() -> Image:
    """The image itself, by its Dockerfile as it stands."""
    trusted = f"{CERTIFICATES}:{CERTIFICATES}:ro"
    volumes = ["--volume", trusted] if CERTIFICATES.exists() else []
    how = ["--isolation", "chroot", "--pull-never", "--format", "docker"]
    before = run("buildah", "images", "--quiet", "--filter", f"reference={IMAGE}")
    run("buildah", "bud", *how, *volumes, "--tag", IMAGE, str(ROOT))
    if before and before not in run(
        "buildah", "images", "--quiet", "--filter", f"reference={IMAGE}"
    ):
        run("buildah", "rmi", before)
    told = json.loads(run("buildah", "inspect", "--type", "image", IMAGE))["Docker"]
    config = told["config"]
    return Image(
        size=_size(),
        user=config["User"],
        env=config["Env"],
        command=config["Cmd"],
        folder=config["WorkingDir"],
        health=config["Healthcheck"]["Test"],
        stop=config["StopSignal"],
    )


def _size() -> int:
    found = json.loads(run("buildah", "images", "--json", IMAGE))
    return round(float(found[0]["size"].split()[0]))
