import re

import bibtexparser

from marchland.outputs.citation import citation_bib, write_citation


def test_sources_and_the_run_can_be_read_back(files):
    library = bibtexparser.parse_string(citation_bib(files, version="0.1.0", seed=7, members=200))
    assert not library.failed_blocks
    entries = {entry.key: entry for entry in library.entries}
    assert set(entries) == {"adams1999", "smith2001", "marchland_two_banks"}
    assert entries["smith2001"]["author"] == "Smith, A. and Jones, B."
    assert entries["adams1999"].entry_type == "techreport"
    run = entries["marchland_two_banks"]
    assert run["version"] == "0.1.0"
    assert "seed 7, 200 members" in run["note"]


def test_the_same_run_gives_the_same_bytes_and_no_date(files, tmp_path):
    one = write_citation(tmp_path / "1.bib", files, version="0.1.0", seed=7).read_bytes()
    two = write_citation(tmp_path / "2.bib", files, version="0.1.0", seed=7).read_bytes()
    assert one == two
    assert set(re.findall(r"\b(?:19|20)\d\d\b", one.decode())) == {"2001", "1999", "2003"}
