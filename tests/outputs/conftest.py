import pytest
from outputs_case import write_case

from marchland.case import load


@pytest.fixture
def files(tmp_path):
    return load(write_case(tmp_path / "two_banks"))
