"""An S3-compatible store of our own on this machine, for tests that keep evidence in one."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import s3fs

LOGIN = ("key", "secret")


@contextmanager
def s3_store(bucket: str) -> Iterator[str]:
    """Run a store with an empty bucket and give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(f"{url}/moto-api/")
        s3fs.S3FileSystem(endpoint_url=url, key=LOGIN[0], secret=LOGIN[1]).mkdir(bucket)
        yield url
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(url: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            build_opener(ProxyHandler({})).open(url, timeout=5).close()
            return
        except (URLError, OSError):
            time.sleep(0.1)
    raise TimeoutError(url)
