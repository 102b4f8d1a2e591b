"""What the server answers, and to whom: one page, the run's files, and one rerun at a time."""

from __future__ import annotations

import mimetypes
import secrets
import threading
from typing import Annotated

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictFloat,
    StrictInt,
    StrictStr,
    ValidationError,
)
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from marchland.case.editing import edited, scenario_of
from marchland.errors import MarchlandError
from marchland.serving.finished import FinishedRun
from marchland.serving.page import served_page
from marchland.serving.rerun import COLUMNS, rerun

LARGEST_REQUEST_BYTES = 16 * 1024
CLOSED = "default-src 'none'; frame-ancestors 'none'"
BUSY = "Another scenario is running; wait until it is done and press Run again."
CHANGED = "Another run has written to this folder since; start `marchland serve` again."
HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Edit(BaseModel):
    """One value of a scenario's changes, as a reader wants it."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    change: Annotated[StrictInt, Field(ge=0, lt=1000)]
    field: Annotated[StrictStr, Field(max_length=40)]
    value: StrictFloat | StrictInt | Annotated[StrictStr, Field(max_length=40)]


class Asked(BaseModel):
    """A request for a rerun: without an edit it gives the scenario as the run has it."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    scenario: Annotated[StrictStr, Field(max_length=100)]
    edit: Edit | None = None
    lines: list[Annotated[StrictStr, Field(max_length=400)]] | None = None


class Guard:
    """Lets through only what has the token, the own host and the own origin.

    A page of another site can send requests to the loopback address, and a name can be made to
    point there; neither knows the token, and the names of host and origin give both away.
    """

    def __init__(self, app: ASGIApp, *, token: str, port: int) -> None:
        self.app = app
        self.token = token.encode()
        names = ("127.0.0.1", "localhost")
        self.hosts = {f"{name}:{port}" for name in names} | ({*names} if port == 80 else set())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on, and put the headers of safety on every answer."""
        if scope["type"] != "http":
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                known = {name.lower() for name, _ in message["headers"]}
                extra = {**HEADERS, "Content-Security-Policy": CLOSED}
                pairs = [(name.lower().encode(), text.encode()) for name, text in extra.items()]
                message["headers"] = [
                    *message["headers"],
                    *(pair for pair in pairs if pair[0] not in known),
                ]
            await send(message)

        refused = self._refused(scope)
        app = refused or self.app
        await app(scope, receive, sending)

    def _refused(self, scope: Scope) -> Response | None:
        token = str(scope["path"]).split("/")[1] if "/" in scope["path"] else ""
        if not secrets.compare_digest(token.encode("utf-8", "surrogatepass"), self.token):
            return problem(404, "There is nothing here.")
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if host not in self.hosts or len(headers.getlist("host")) != 1:
            return problem(403, "This address is not that of the server.")
        origin = headers.get("origin")
        if origin is not None and origin != f"http://{host}":
            return problem(403, "Another site asks; only the served page may.")
        return None


def problem(status: int, sentence: str) -> JSONResponse:
    """An answer that says in one sentence what is wrong."""
    return JSONResponse({"error": sentence}, status_code=status)


class Desk:
    """Handles the requests for one finished run.

    Parameters
    ----------
    finished : FinishedRun
        The run.
    token : str
        Secret of the address.
    workers : int
        Threads of a rerun.
    """

    def __init__(self, finished: FinishedRun, token: str, workers: int) -> None:
        self.finished = finished
        self.workers = workers
        self.root = f"/{token}/"
        self.page, self.policy = served_page(finished, self.root)
        # The compiled model must not run twice at once in one process.
        self.busy = threading.Lock()

    async def report(self, request: Request) -> Response:
        """Give the page."""
        return HTMLResponse(self.page, headers={"Content-Security-Policy": self.policy})

    async def slash(self, request: Request) -> Response:
        """Lead an address without its last slash to the page."""
        return RedirectResponse(self.root)

    async def download(self, request: Request) -> Response:
        """Give one of the run's own files."""
        name = request.path_params["name"]
        path = self.finished.file(name)
        if path is None:
            return problem(404, "The run has no such file.")
        if self.finished.changed():
            return problem(409, CHANGED)
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return FileResponse(path, media_type=kind, filename=path.name)

    async def rerun(self, request: Request) -> Response:
        """Run an edited scenario and give its rows."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            return problem(415, "Send the edit as application/json.")
        body = await _body(request)
        if body is None:
            return problem(413, f"A request holds at most {LARGEST_REQUEST_BYTES:,} bytes.")
        try:
            asked = Asked.model_validate_json(body)
        except ValidationError as error:
            return problem(422, _sentence(error))
        if self.finished.changed():
            return problem(409, CHANGED)
        return await run_in_threadpool(self._run, asked)

    def _run(self, asked: Asked) -> Response:
        # The thread itself takes the lock: it goes on even if the reader has left.
        if not self.busy.acquire(blocking=False):
            return problem(429, BUSY)
        try:
            files, edit = self.finished.files, asked.edit
            scenario = scenario_of(files, asked.scenario)
            if edit is not None:
                scenario = edited(files, asked.scenario, edit.change, edit.field, edit.value)
            done = rerun(self.finished, scenario, asked.lines, self.workers)
        except MarchlandError as error:
            return problem(422, str(error.args[0]))
        finally:
            self.busy.release()
        content = {"name": done.name, "title": done.title, "columns": COLUMNS, "rows": done.rows}
        return JSONResponse(content)


async def _body(request: Request) -> bytes | None:
    """Body of a request, or None where it is too long; it is never read further than that."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_REQUEST_BYTES:
            return None
    return body


def _sentence(error: ValidationError) -> str:
    """The first thing wrong with a request, in a sentence."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "the request"
    return f"{where}: {first['msg']}."


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse(
        {"error": str(error.detail)}, status_code=error.status_code, headers=error.headers
    )


def application(finished: FinishedRun, token: str, *, port: int, workers: int = 1) -> ASGIApp:
    """Give the ASGI application that serves one finished run.

    Parameters
    ----------
    finished : FinishedRun
        The run.
    token : str
        First part of every path; whoever does not have it finds nothing.
    port : int
        Port of the server, which requests must name as their host's.
    workers : int
        Threads of a rerun.
    """
    desk = Desk(finished, token, workers)
    routes = [
        Route(f"/{token}", desk.slash),
        Route(desk.root, desk.report),
        Route(f"{desk.root}files/{{name:path}}", desk.download),
        Route(f"{desk.root}rerun", desk.rerun, methods=["POST"]),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _http_error})
    app.router.redirect_slashes = False
    return Guard(app, token=token, port=port)
