from __future__ import annotations

from pathlib import Path

import pytest
from scorecard_case import case_files

from marchland.case import CaseFiles


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> CaseFiles:
    return case_files(tmp_path_factory.mktemp("scorecard"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
