"""The server: to whom it answers, what it gives, and that a rerun is the run again."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from starlette.testclient import TestClient

from marchland.case import Scenario
from marchland.case.editing import edited
from marchland.errors import MarchlandError
from marchland.outputs.tables import QUANTILES
from marchland.serving import FinishedRun, application, why_unfinished
from marchland.serving import app as serving_app
from marchland.serving.finished import DOWNLOADS
from marchland.serving.rerun import COLUMNS, Rerun, rerun
from marchland.serving.server import bound
from serve_case import serve_case, serve_run

TOKEN = "a-token_of-the-test"
PORT = 8765
HOST = f"127.0.0.1:{PORT}"
RERUN = f"/{TOKEN}/rerun"
INCOME = {"change": 0, "field": "scale", "value": 0.25}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> FinishedRun:
    return serve_run(tmp_path_factory.mktemp("serve"))


@pytest.fixture(scope="module")
def client(finished: FinishedRun) -> TestClient:
    app = application(finished, TOKEN, port=PORT)
    return TestClient(app, base_url=f"http://{HOST}", follow_redirects=False)


def everything(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


# ---------------------------------------------------------------- who gets an answer


@pytest.mark.parametrize(
    "path", ["/", "", "/x/", f"/{TOKEN[:-1]}/", f"/{TOKEN}x/", f"/{TOKEN.upper()}/", "//", "/é/"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_without_the_token_there_is_nothing(client, path, method):
    answer = client.request(method, path)
    assert answer.status_code == 404
    assert answer.json() == {"error": "There is nothing here."}
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "host", ["example.org", f"example.org:{PORT}", "127.0.0.1", f"127.0.0.1:{PORT + 1}", "[::1]"]
)
def test_another_name_of_the_address_is_refused(client, host):
    assert client.get(f"/{TOKEN}/", headers={"Host": host}).status_code == 403


@pytest.mark.parametrize("origin", ["https://example.org", "null", f"https://{HOST}", ""])
def test_another_origin_is_refused(client, origin):
    for answer in (
        client.get(f"/{TOKEN}/", headers={"Origin": origin}),
        client.post(RERUN, json={"scenario": "poorer"}, headers={"Origin": origin}),
    ):
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("host", [HOST, f"localhost:{PORT}"])
def test_both_names_of_the_loopback_address_are_served(client, host):
    answer = client.get(f"/{TOKEN}/", headers={"Host": host, "Origin": f"http://{host}"})
    assert answer.status_code == 200


def test_every_answer_carries_the_headers_of_safety(client):
    for path in ("/", f"/{TOKEN}/", f"/{TOKEN}/files/series.csv", f"/{TOKEN}/no", RERUN):
        headers = client.get(path).headers
        assert headers["cache-control"] == "no-store", path
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "default-src 'none'" in headers["content-security-policy"]


# ---------------------------------------------------------------- the page and the files


def test_the_page_is_the_report_with_a_form(client, finished):
    answer = client.get(f"/{TOKEN}/")
    assert answer.headers["content-type"].startswith("text/html")
    (meta,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', answer.text)
    assert "connect-src 'self'" in meta
    header = answer.headers["content-security-policy"]
    assert header == f"{meta}; frame-ancestors 'none'"
    assert "connect-src" not in finished.page
    (island,) = re.findall(r'id="data-serve">(.*?)</script>', answer.text)
    found = json.loads(island)
    assert found["path"] == f"/{TOKEN}/"
    assert list(found["scenarios"]) == ["poorer", "shut", "wages_do_nothing"]
    poorer, shut, off = (found["scenarios"][name]["changes"][0] for name in found["scenarios"])
    assert [(v["field"], v["value"]) for v in poorer["values"]] == [("scale", 0.5)]
    assert [(d["field"], d["value"]) for d in shut["dates"]] == [("from", "1996"), ("to", "")]
    assert [v["field"] for v in shut["values"]] == ["closure", "restrictiveness"]
    assert off["values"] == off["dates"] == []
    assert found["scenarios"]["shut"]["title"] == "The border <shut> & sealed"
    assert "<shut>" not in island
    # Nothing else differs from what was written.
    start = answer.text.index('<script type="application/json" id="data-serve">')
    end = answer.text.index("</script>", start) + len("</script>")
    bare = answer.text[:start] + "<!-- serve -->" + answer.text[end:]
    assert bare.replace("; connect-src 'self'", "") == finished.page


def test_an_address_without_its_slash_leads_to_the_page(client):
    answer = client.get(f"/{TOKEN}")
    assert answer.status_code == 307
    assert answer.headers["location"] == f"/{TOKEN}/"


@pytest.mark.parametrize("name", DOWNLOADS)
def test_files_of_the_run_can_be_had(client, finished, name):
    answer = client.get(f"/{TOKEN}/files/{name}")
    assert answer.status_code == 200
    assert answer.content == (finished.folder / name).read_bytes()
    assert answer.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "name",
    [
        *("../valley/case.yaml", "..%2fvalley%2fcase.yaml", "%2e%2e/valley/case.yaml", "", "."),
        *("/etc/passwd", "draws", "draws/", "draws/../series.csv", "draws%2f..%2fseries.csv"),
        *("./series.csv", "series.csv/", "series.csv%00", "SERIES.CSV", "secret.txt", "link.csv"),
        *("..\\valley\\case.yaml", "....//valley/case.yaml"),
    ],
)
def test_no_other_file_can_be_had(client, finished, name):
    secret = finished.folder / "secret.txt"
    secret.write_text("mine")
    try:
        # The client itself would tidy a path up; the server must not depend on that.
        answer = client.get(f"http://{HOST}/{TOKEN}/files/{name}")
        assert answer.status_code in (404, 200)
        if answer.status_code == 200:
            assert answer.content == (finished.folder / "series.csv").read_bytes()
    finally:
        secret.unlink()


def test_a_link_that_leads_out_of_the_folder_is_not_followed(finished, tmp_path):
    outside = tmp_path / "outside.csv"
    outside.write_text("mine")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "series.csv").symlink_to(outside)
    moved = FinishedRun(**{**vars(finished), "folder": folder})
    assert moved.file("series.csv") is None
    assert moved.file("../outside.csv") is None


# ---------------------------------------------------------------- a rerun


def written(finished: FinishedRun, scenario: str) -> pd.DataFrame:
    table = pd.read_csv(finished.folder / "series.csv", keep_default_na=False)
    return table[table["scenario"].isin([scenario, f"{scenario} - baseline"])]


def frame(rows: list[list[object]], columns: list[str], scenario: str) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=columns).fillna("")
    return table.assign(scenario=table["scenario"].str.replace("edited", scenario, regex=False))


@pytest.mark.parametrize("scenario", ["poorer", "shut", "wages_do_nothing"])
def test_without_an_edit_a_rerun_is_the_run(client, finished, scenario):
    answer = client.post(RERUN, json={"scenario": scenario})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["name"] == "edited"
    assert found["title"] == f"Rerun: {finished.files.scenarios[scenario].title}"
    assert found["columns"] == list(COLUMNS)
    keys = ["scenario", "measure", "place", "group", "counterpart", "time", "unit"]
    again = frame(found["rows"], found["columns"], scenario).sort_values(keys, ignore_index=True)
    before = written(finished, scenario).sort_values(keys, ignore_index=True)
    assert len(again) == len(before) > 1000
    assert (again[keys] == before[keys]).all(axis=None)
    numbers = ["mean", *QUANTILES]
    # Both are nine digits of the same number, so they are equal, not nearly equal.
    assert (again[numbers].astype(float) == before[numbers].astype(float)).all(axis=None)


def test_an_edit_moves_what_it_should(client, finished):
    line = "migrants_stock|east|westerners|"
    asked = {"scenario": "poorer", "edit": INCOME, "lines": [line]}
    found = client.post(RERUN, json=asked).json()
    assert found["title"] == "Edited: A poorer west (income, scale 0.5 → 0.25)"
    table = pd.DataFrame(found["rows"], columns=found["columns"])
    assert set(table["scenario"]) == {"edited", "edited - baseline"}
    assert set(table["measure"]) == {"migrants_stock"}
    assert table["counterpart"].isna().all()
    difference = table[table["scenario"] == "edited - baseline"].set_index("time")
    assert (difference[difference.index < "1998Q1"][list(QUANTILES)] == 0.0).all(axis=None)
    as_written = written(finished, "poorer")
    as_written = as_written[
        (as_written["scenario"] == "poorer - baseline")
        & (as_written["measure"] == "migrants_stock")
        & (as_written["place"] == "east")
        & (as_written["counterpart"] == "")
    ].set_index("time")
    assert difference.loc["2003Q4", "q50"] > as_written.loc["2003Q4", "q50"] > 0.0


def test_one_edit_leaves_no_trace_in_the_next(client, finished):
    before = everything(finished.folder)
    one = client.post(RERUN, json={"scenario": "poorer", "edit": INCOME}).json()
    other = client.post(RERUN, json={"scenario": "poorer", "edit": {**INCOME, "value": 0.9}}).json()
    again = client.post(RERUN, json={"scenario": "poorer", "edit": INCOME}).json()
    assert one["rows"] == again["rows"]
    assert one["rows"] != other["rows"]
    assert everything(finished.folder) == before


def test_workers_change_no_figure(finished):
    scenario = finished.files.scenarios["poorer"]
    assert rerun(finished, scenario, workers=1).rows == rerun(finished, scenario, workers=2).rows


def test_another_date_is_an_edit(client):
    lines = ["border_crossings|east||"]
    edit = {"change": 0, "field": "from", "value": "2000-07"}
    found = client.post(RERUN, json={"scenario": "shut", "edit": edit, "lines": lines}).json()
    assert "EST-WST, from 1996 → 2000-07" in found["title"]
    table = pd.DataFrame(found["rows"], columns=found["columns"])
    moved = table[(table["scenario"] == "edited - baseline") & (table["q50"] != 0.0)]
    assert moved["time"].min() == "2000Q3"


@pytest.mark.parametrize(
    ("scenario", "edit", "told"),
    [
        ("porer", None, 'unknown scenario "porer"; did you mean "poorer"?'),
        (
            "poorer",
            {**INCOME, "value": 0},
            "income must be above 0, but scale=0 makes it 0 in west",
        ),
        ("poorer", {**INCOME, "value": -1.5}, "income must be above 0"),
        ("poorer", {**INCOME, "value": 1e308}, None),
        ("poorer", {**INCOME, "value": "0.5"}, "scale must be a number"),
        ("poorer", {**INCOME, "field": "set"}, '"set" is not a value of this change'),
        ("poorer", {**INCOME, "field": "driver", "value": "x"}, '"driver" is not a value'),
        ("poorer", {**INCOME, "change": 1}, "there is none of 1"),
        ("poorer", {"change": 0, "field": "from", "value": "1980"}, "from must lie in the period"),
        ("poorer", {"change": 0, "field": "to", "value": "2010"}, "to must lie in the period"),
        ("poorer", {"change": 0, "field": "to", "value": "1997"}, "the end is before the start"),
        ("poorer", {"change": 0, "field": "from", "value": "soon"}, '"soon" is not a date'),
        ("poorer", {"change": 0, "field": "from", "value": 1998}, "from must be a date such as"),
        ("shut", {"change": 0, "field": "closure", "value": 1.5}, "closure <= 1 must hold"),
        ("shut", {"change": 0, "field": "closure", "value": -0.1}, "closure >= 0 must hold"),
        ("shut", {"change": 0, "field": "visa", "value": 0.1}, '"visa" is not a value'),
        ("wages_do_nothing", {"change": 0, "field": "set", "value": 1}, "it has nothing to edit"),
    ],
)
def test_what_cannot_be_run_is_told_in_a_sentence(client, scenario, edit, told):
    lines = ["population|EST||"]
    answer = client.post(RERUN, json={"scenario": scenario, "edit": edit, "lines": lines})
    if told is None:
        assert answer.status_code in (200, 422)
        return
    assert answer.status_code == 422
    assert told in answer.json()["error"]
    assert "scenarios.yaml" not in answer.json()["error"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"[]", 422),
        (b'{"scenario": 1}', 422),
        (b'{"scenario": "poorer", "more": 1}', 422),
        (b'{"scenario": "poorer", "edit": {"change": 0, "field": "scale", "value": NaN}}', 422),
        (b'{"scenario": "poorer", "edit": {"change": 0, "field": "scale", "value": true}}', 422),
        (b'{"scenario": "poorer", "edit": {"change": -1, "field": "scale", "value": 1}}', 422),
        (b'{"scenario": "poorer", "lines": ["population|nowhere||"]}', 422),
        (b'{"scenario": "poorer", "lines": "population"}', 422),
        (b"\xff\xfe", 422),
        (b'{"scenario": "poorer", "lines": []}', 200),
        (b'{"scenario": "' + b"x" * 20_000 + b'"}', 413),
    ],
)
def test_a_request_that_is_none(client, body, status):
    answer = client.post(RERUN, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert status == 200 or answer.json()["error"].endswith((".", "?"))


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_only_json_is_taken(client, kind):
    body = json.dumps({"scenario": "poorer"})
    assert client.post(RERUN, content=body, headers={"Content-Type": kind}).status_code == 415


def test_methods(client):
    assert client.get(RERUN).status_code == 405
    assert client.post(f"/{TOKEN}/").status_code == 405
    assert client.put(RERUN, json={}).status_code == 405


def test_one_rerun_at_a_time(finished, monkeypatch):
    began, go_on = threading.Event(), threading.Event()

    def slow(run: FinishedRun, scenario: Scenario, lines: object, workers: int) -> Rerun:
        began.set()
        assert go_on.wait(30)
        return Rerun("edited", "t", [])

    monkeypatch.setattr(serving_app, "rerun", slow)
    app = application(finished, TOKEN, port=PORT)
    first: list[int] = []

    def ask() -> None:
        other = TestClient(app, base_url=f"http://{HOST}")
        first.append(other.post(RERUN, json={"scenario": "poorer"}).status_code)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        assert began.wait(30)
        other = TestClient(app, base_url=f"http://{HOST}")
        second = other.post(RERUN, json={"scenario": "poorer"})
        assert other.get(f"/{TOKEN}/").status_code == 200
        assert second.status_code == 429
        assert "Another scenario is running" in second.json()["error"]
    finally:
        go_on.set()
        thread.join(30)
    assert first == [200]
    monkeypatch.undo()
    asked = {"scenario": "poorer", "lines": ["population|EST||"]}
    assert other.post(RERUN, json=asked).status_code == 200


def test_a_name_that_is_taken_gives_way(finished):
    scenarios = {**finished.files.scenarios, "edited": finished.files.scenarios["shut"]}
    files = type(finished.files)(**{**vars(finished.files), "scenarios": scenarios})
    done = rerun(
        FinishedRun(**{**vars(finished), "files": files}), scenarios["shut"], ["population|EST||"]
    )
    assert done.name == "edited_"
    assert {row[0] for row in done.rows} == {"edited_", "edited_ - baseline"}


def test_an_edit_changes_one_value_and_keeps_the_rest(finished):
    files = finished.files
    new = edited(files, "shut", 0, "closure", 0.5)
    assert new.changes[0].set == {"closure": 0.5, "restrictiveness": 0.5}
    assert new.changes[0].start == files.scenarios["shut"].changes[0].start
    assert new.title == files.scenarios["shut"].title
    assert files.scenarios["shut"].changes[0].set["closure"] == 1.0
    open_end = edited(files, "poorer", 0, "to", "")
    assert open_end.changes[0].end is None


# ---------------------------------------------------------------- the run's folder


def test_a_run_of_other_files_is_not_taken_for_this_case(finished, tmp_path):
    folder = finished.folder
    assert why_unfinished(folder, finished.files) is None
    assert why_unfinished(tmp_path / "nowhere", finished.files).endswith("holds no finished run")
    other = serve_case(tmp_path)
    assert why_unfinished(folder, other.files) is None, "the same bytes are the same case"
    path = other.files.path / "scenarios.yaml"
    path.write_text(path.read_text() + "# a word\n")
    changed = type(other).open(other.files.path)
    assert "the case has changed since" in why_unfinished(folder, changed.files)
    with pytest.raises(MarchlandError, match="run the case again"):
        FinishedRun.open(folder, changed.files)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("summary.json", "{", "cannot be read"),
        ("summary.json", "[]", "is not of this program"),
        ("summary.json", '{"seed": 1, "members": 2, "version": "0"}', "made by version 0"),
        ("draws/parameters.parquet", None, "lacks draws/parameters.parquet"),
        ("report.html", None, "lacks report.html"),
    ],
)
def test_a_folder_that_is_not_whole(finished, tmp_path, name, text, told):
    for path in finished.folder.rglob("*"):
        if path.is_file():
            copy = tmp_path / path.relative_to(finished.folder)
            copy.parent.mkdir(exist_ok=True)
            copy.write_bytes(path.read_bytes())
    if text is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_text(text)
    assert told in why_unfinished(tmp_path, finished.files)


def test_another_run_in_the_folder_is_noticed(finished, tmp_path):
    (tmp_path / "summary.json").write_text("{}")
    (tmp_path / "series.csv").write_text("new")
    moved = FinishedRun(**{**vars(finished), "folder": tmp_path})
    client = TestClient(application(moved, TOKEN, port=PORT), base_url=f"http://{HOST}")
    for answer in (
        client.get(f"/{TOKEN}/files/series.csv"),
        client.post(RERUN, json={"scenario": "poorer"}),
    ):
        assert answer.status_code == 409
        assert "start `marchland serve` again" in answer.json()["error"]


def test_draws_are_read_as_they_were_written(finished):
    assert finished.names == ["departures_default", "income", "opening"]
    assert finished.values.shape[1] == 3
    assert np.isfinite(finished.values).all()
    assert (finished.values[:, 1] == 1.0).all()


# ---------------------------------------------------------------- a socket, and the command


def test_the_socket_listens_on_the_loopback_address_alone():
    with bound(0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
        with pytest.raises(MarchlandError, match="leave out --port for a free one"):
            bound(listener.getsockname()[1])


@pytest.fixture(scope="module")
def process(finished: FinishedRun) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "marchland.cli", "serve", str(finished.files.path)]
    served = subprocess.Popen(
        [*command, "--out", str(finished.folder), "--no-browser"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"NO_COLOR": "1"},
    )
    assert served.stdout is not None
    yield served, served.stdout.readline().strip()
    if served.poll() is None:
        served.kill()
        served.wait()


def test_the_command_serves_a_finished_run_and_ends_on_ctrl_c(process, finished):
    before = everything(finished.folder.parent)
    served, address = process
    found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/([\w-]{43})/", address)
    assert found, address
    with urllib.request.urlopen(address, timeout=30) as answer:
        assert b'id="data-serve"' in answer.read()
        assert answer.headers["Server"] is None
    asked = json.dumps({"scenario": "poorer", "edit": INCOME}).encode()
    request = urllib.request.Request(
        f"{address}rerun", data=asked, headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert json.loads(answer.read())["title"].startswith("Edited")
    for path in (f"/{found[2][:-1]}/", f"/{found[2]}/../{found[2]}/no", "/"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"http://127.0.0.1:{found[1]}{path}", timeout=30)
        assert refused.value.code == 404
    with socket.create_connection(("127.0.0.1", int(found[1])), timeout=30) as raw:
        raw.sendall(
            f"GET /{found[2]}/files/../../valley/case.yaml HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{found[1]}\r\nConnection: close\r\n\r\n".encode()
        )
        assert b" 404 " in raw.recv(100)
    assert everything(finished.folder.parent) == before
    served.send_signal(2)
    told_out, told = served.communicate(timeout=60)
    assert served.returncode == 0, told
    assert "Traceback" not in told
    assert "Stopped." in told
    assert found[2] not in told + told_out


def test_a_case_without_a_run_is_run_first(tmp_path):
    case = serve_case(tmp_path)
    command = [sys.executable, "-m", "marchland.cli", "serve", str(case.files.path)]
    served = subprocess.Popen(
        [*command, "--out", str(tmp_path / "out"), "--no-browser", "--quick"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"NO_COLOR": "1"},
    )
    assert served.stdout is not None and served.stderr is not None
    try:
        address = served.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:")
        assert why_unfinished(tmp_path / "out", case.files) is None
        time.sleep(0.5)
        served.send_signal(2)
        _, told = served.communicate(timeout=60)
        assert served.returncode == 0, told
        assert "holds no finished run, so the case is run first" in " ".join(told.split())
    finally:
        served.kill()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "valley"]
