"""The server itself: a socket on the loopback address, and the browser."""

from __future__ import annotations

import secrets
import socket
import threading
import webbrowser
from collections.abc import Callable

import uvicorn

from marchland.errors import MarchlandError
from marchland.serving.app import application
from marchland.serving.finished import FinishedRun

LOOPBACK = "127.0.0.1"


def serve(
    finished: FinishedRun,
    *,
    port: int = 0,
    workers: int = 1,
    browser: bool = True,
    say: Callable[[str], None] | None = None,
) -> None:
    """Serve a finished run until Ctrl-C.

    Parameters
    ----------
    finished : FinishedRun
        The run.
    port : int
        Port on the loopback address; 0 takes a free one.
    workers : int
        Threads of a rerun.
    browser : bool
        Whether to open the page in the browser.
    say : function, optional
        Told the address as soon as it answers.

    Raises
    ------
    MarchlandError
        Where the port cannot be had.
    """
    with bound(port) as listener:
        token = secrets.token_urlsafe(32)
        taken = listener.getsockname()[1]
        app = application(finished, token, port=taken, workers=workers)
        address = f"http://{LOOPBACK}:{taken}/{token}/"
        if say is not None:
            say(address)
        if browser:
            # A browser of the terminal would hold the server up until it is closed.
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        config = uvicorn.Config(
            app,
            access_log=False,  # it would print the token
            log_level="warning",
            lifespan="off",
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=5,
        )
        try:
            uvicorn.Server(config).run(sockets=[listener])
        except KeyboardInterrupt:
            return  # how a reader ends it


def bound(port: int) -> socket.socket:
    """Give a socket that listens on the loopback address only."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        listener.listen(64)  # a browser that comes early waits instead of being refused
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise MarchlandError(
            f"port {port} of {LOOPBACK} cannot be had: {reason}; leave out --port for a free one."
        ) from error
    return listener
