"""A bias of a source is told in words, with its unit and its reason."""

from __future__ import annotations

from marchland.inference.biases import described
from marchland.inference.scored import Evidence, Item


def test_each_bias_is_described_once(quantity):
    name = "bias:an 1998 report:migrants_stock"
    other = "bias:b2000:recorded_compliance"
    items = [
        Item(quantity(value=100.0), 0, "one", 0.1, 1.0, bias=name),
        Item(quantity(id="Q2", value=90.0), 1, "one", 0.1, 1.0, bias=name),
        Item(quantity(id="Q3", value=0.5, unit="share"), 2, "two", 0.1, 1.0, bias=other),
        Item(quantity(id="Q4", value=80.0), 3, "one", 0.1, 1.0),
    ]
    evidence = Evidence([], [], items, [], None, biases={name: 0.3, other: 0.2})
    told = described(evidence)
    assert list(told) == [name, other]
    assert told[name].meaning == (
        "how far the figures of an 1998 report on migrants stock lie above what happened"
    )
    assert "deviation 0.3" in told[name].reason
    assert told[name].unit == "log of the figure"
    assert told[other].unit == "log odds"
