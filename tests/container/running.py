"""Runs an image as a container is run: its own user, a root that nobody can write, its volume."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.container.image import IMAGE, Image, run

PATIENCE_S = 60.0
# Everything below is mounted in a namespace of its own, which ends with the process.
ENTER = """
set -e
mount --bind "$0" "$0"
mount --bind "$1" "$0/data"
touch "$0/etc/hosts"
mount --bind "$2" "$0/etc/hosts"
mount --rbind /dev "$0/dev"
mount -t proc proc "$0/proc"
mount -t tmpfs -o mode=1777 tmpfs "$0/tmp"
mount -o remount,bind,ro "$0"
root=$0; user=$3; folder=$4; shift 4
exec chroot --userspec="$user" "$root" setpriv --no-new-privs env -i -C "$folder" "$@"
"""


@dataclass
class Container:
    """A process in its image."""

    image: Image
    process: subprocess.Popen[bytes]
    env: list[str]

    def inside(self, *command: str) -> int:
        """Run a program in the container, as the container's user; give its exit code."""
        user, group = self.image.user.split(":")
        enter = ["nsenter", f"--target={self.process.pid}", "--mount", "--root"]
        enter += [f"--setuid={user}", f"--setgid={group}", "env", "-i", *self.env, *command]
        return subprocess.run(enter, check=False, capture_output=True).returncode

    def until_healthy(self) -> float:
        """Ask as the image's health check does; give how many seconds it took."""
        begun = time.monotonic()
        while self.inside(*self.image.health[1:]):
            if self.process.poll() is not None:
                raise SystemExit(f"the container ended with {self.process.returncode}")
            if time.monotonic() - begun > PATIENCE_S:
                raise SystemExit("the container did not become healthy")
            time.sleep(0.2)
        return time.monotonic() - begun

    def stop(self) -> tuple[float, int]:
        """Stop it as the image asks; give the seconds it took, and the exit code."""
        begun = time.monotonic()
        self.process.send_signal(getattr(signal, self.image.stop))
        code = self.process.wait(PATIENCE_S)
        return time.monotonic() - begun, code


@contextmanager
def started(
    image: Image, data: Path, settings: dict[str, str], names: tuple[str, ...] = ()
) -> Iterator[Container]:
    """The container, with these settings, this folder as its volume, and these names for us."""
    made = run("buildah", "from", "--pull-never", IMAGE)
    try:
        root = run("buildah", "mount", made)
        # What every container runtime gives to a user that is only a number.
        env = ["HOME=/", *image.env, *(f"{name}={value}" for name, value in settings.items())]
        enter = ["unshare", "--mount", "--propagation=private", "sh", "-c", ENTER]
        with tempfile.TemporaryFile() as log, tempfile.NamedTemporaryFile("w") as hosts:
            print("127.0.0.1", "localhost", *names, file=hosts, flush=True)
            Path(hosts.name).chmod(0o644)
            about = [root, str(data), hosts.name, image.user, image.folder]
            whole = [*enter, *about, *env, *image.command]
            process = subprocess.Popen(whole, stdout=log, stderr=log)
            try:
                yield Container(image, process, env)
            finally:
                process.kill()
                process.wait()
                os.lseek(log.fileno(), 0, os.SEEK_SET)
                print("".join(f"    | {line}" for line in log.read().decode().splitlines(True)))
    finally:
        run("buildah", "rm", made)
