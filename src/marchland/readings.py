"""From the words of the evidence to cells of the model: which state makes up a figure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from math import ceil

from marchland.case import CaseFiles, Period
from marchland.case.schema import Quantity
from marchland.engine.state import Layout
from marchland.grid import Axis
from marchland.packing import Cells, Figure, Reading, build_answers, pack
from marchland.world import KINDS, Index, World

__all__ = [
    "AWAY",
    "HOSTILITY_TERMS",
    "WISH_TERMS",
    "Atlas",
    "Cells",
    "Figure",
    "Reading",
    "pack",
]

AWAY = ("legal", "overstay", "paid", "irregular", "settled")
HOSTILITY_TERMS = ("share", "deprivation", "dispute", "region", "unauthorised")
WISH_TERMS = ("threat", "arms", "trust", "dispute", "bandwagon")
SOCIETY = ("trade", "relation")
THRESHOLDS = {"trust_building_time": 0.75, "alliance_duration": 0.5}


class Atlas:
    """Where everything is: places of the evidence in regions and cells of the model.

    Parameters
    ----------
    files : CaseFiles
        The case.
    index : Index
        Names of what the model counts over.
    world : World
        Its index arrays.
    axis : Axis
        The time axis.
    """

    def __init__(self, files: CaseFiles, index: Index, world: World, axis: Axis) -> None:
        self.files, self.index, self.world, self.axis = files, index, world, axis
        self.layout = Layout(index.sizes)
        self.surveys, self.answers = build_answers(files, index.own)
        self._makers: dict[str, Callable[[Quantity | Figure], Reading | None]] = {
            "population": self._population,
            "migrants_stock": self._stock,
            "migrants_official": self._official,
            "border_crossings": self._crossings,
            "irregular_entries": lambda q: self._corridor_flow(q, {"irregular_entries": 4.0}),
            "detentions": lambda q: self._corridor_flow(q, {"detained": 4.0}),
            "crossers_detected": lambda q: self._corridor_flow(q, {"detected": 4.0}),
            "crossers_stayed": lambda q: self._corridor_flow(
                q, {"detected": 4.0, "sent_back": -4.0}
            ),
            "crossing_deaths": lambda q: self._corridor_flow(q, {"deaths": 4.0}),
            "removals": self._removals,
            "recorded_compliance": self._compliance,
            "survey_share": self._opinion,
            "hostility": self._hostility,
            "trade_turnover": self._trade,
            "restrictiveness": lambda q: self._border(q, "restrictiveness"),
            "paid_share": lambda q: self._border(q, "paid_share"),
            "relation": lambda q: self._pair(q, "relation"),
            "alignment": self._alignment,
            "downgrade_hazard": lambda q: self._pair(q, "downgrade_hazard"),
            "unravelling_time": lambda q: self._pair(q, "unravelling_time"),
            "alliance_duration": lambda q: self._duration(q, "first_alliance", "falls_to"),
            "trust_building_time": self._trust_building,
            "trust": self._trust,
            "threat": self._threat,
            "arms_orders": lambda q: self._arms(q, "orders"),
            "arms_deliveries": lambda q: self._arms(q, "deliveries"),
            "arms_backlog": lambda q: self._arms(q, "backlog"),
        }

    # places -----------------------------------------------------------------------------

    def ancestors(self, place: str) -> set[str]:
        """A place and all it is part of."""
        found: set[str] = set()
        queue = [place]
        while queue:
            name = queue.pop()
            if name not in found:
                found.add(name)
                known = self.files.places.get(name)
                queue.extend(known.part_of if known else [])
        return found

    def regions(self, place: str, *, stand_in: bool = False) -> list[int]:
        """Model regions that make up a place, each once; with `stand_in`, a city's region."""
        inside = [
            n for n, region in enumerate(self.index.regions) if place in self.ancestors(region)
        ]
        if inside or not stand_in:
            return inside
        known = self.files.places.get(place)
        if known is None or not known.weight:
            return []
        return [n for n, name in enumerate(self.index.regions) if name in known.part_of]

    def corridors(
        self, place: str | None, group: str | None, *, border: str | None = None
    ) -> list[int]:
        """Corridors into a place, of a group (all but residents' own trips where none)."""
        hosts = set(range(len(self.index.regions))) if place is None else set(self.regions(place))
        found = []
        for n, corridor in enumerate(self.files.config.corridors):
            if int(self.world.corridor[n].destination) not in hosts:
                continue
            if border is not None and corridor.border != border:
                continue
            if group in (None, "foreigners"):
                if self.world.corridor[n].kind == KINDS["visitors"]:
                    continue
            elif corridor.group != group:
                continue
            found.append(n)
        return found

    def cell(self, block: str, n: int) -> int:
        """Position in the state vector of the n-th value of a block."""
        return self.layout.cell(block, n)

    def residents(self, place: str) -> Cells:
        """Residents of a place."""
        return [(self.cell("residents", r), 1.0) for r in self.regions(place)]

    # time -------------------------------------------------------------------------------

    def window(
        self, start: Period | None, end: Period | None
    ) -> tuple[int, int, float, float] | None:
        """Quarters of a period, and the parts of the first and the last that it covers."""
        if start is None or start.start is None:
            return None
        last_day = end.end if end is not None and end.end is not None else start.end
        if last_day is None:
            return None
        a = self.axis.position(start.start)
        b = self.axis.position(last_day + timedelta(days=1))
        if a < 0.0 or b > self.axis.quarters + 1e-9:
            return None
        first, last = int(a + 1e-9), min(ceil(b - 1e-9) - 1, self.axis.quarters - 1)
        if b - a < 0.5 or last == first:
            return first, first, 1.0, 1.0
        return first, last, first + 1.0 - a, b - last

    # figures ----------------------------------------------------------------------------

    def read(self, quantity: Quantity) -> Reading | None:
        """What makes up a figure of the evidence, or None where nothing in the model does."""
        maker = self._makers.get(quantity.measure)
        window = self.window(quantity.start, quantity.end)
        if maker is None or window is None:
            return None
        reading = maker(quantity)
        if reading is None:
            return None
        return self._with_statistic(quantity, replace(reading, window=window))

    def line(
        self, measure: str, place: str, group: str | None = None, counterpart: str | None = None
    ) -> Reading | None:
        """What makes up a measure in every quarter, or None where nothing in the model does."""
        maker = self._makers.get(measure)
        reading = maker(Figure(measure, place, group, counterpart)) if maker else None
        if reading is None:
            return None
        first, last = self._lifetime(reading)
        return replace(reading, window=(first, last, 1.0, 1.0))

    def _lifetime(self, reading: Reading) -> tuple[int, int]:
        """Quarters in which the cells of a reading mean something."""
        corridors = [
            int(c)
            for c in range(len(self.index.corridors))
            for cell, _ in reading.cells
            if self.layout.owner(cell) == ("corridor", c)
        ]
        if corridors:
            routes = self.world.corridor[corridors]
            return max(int(routes.first.min()), 0), int(routes.last.max())
        blocks = {self.layout.block(cell) for cell, _ in reading.cells}
        society = any(b.dimension in ("region", "border") or b.name in SOCIETY for b in blocks)
        return (self.world.society_start if society else 0), self.axis.quarters - 1

    def _with_statistic(self, quantity: Quantity, reading: Reading) -> Reading | None:
        if reading.form in ("rises_to", "falls_to"):
            first, _, part, _ = reading.window
            return replace(reading, window=(first, self.axis.quarters - 1, part, 1.0))
        if reading.form in ("choice", "without", "item", "complement"):
            return reading
        if quantity.statistic in ("change_pct", "ratio"):
            base = self.window(quantity.base_start, quantity.base_end)
            if base is None:
                return None
            return replace(reading, form=quantity.statistic, base=base)
        if quantity.statistic == "sum":
            return replace(reading, form="sum")
        if quantity.statistic in ("level", "mean") or reading.below:
            return reading
        return None

    def _population(self, q: Quantity | Figure) -> Reading | None:
        cells = self.residents(q.place) if q.group in (None, "russians") else []
        whole = self._complete(q.place)
        return self._make(q, cells) if cells and whole else None

    def _complete(self, place: str) -> bool:
        """Whether the model's regions make up a place, and their people are followed."""
        known = self.files.places.get(place)
        if known is not None and known.kind in ("city", "region", "group_of_states", "world"):
            return False
        if place in self.files.observation.structure.get("not_covered", []):
            return False
        followed = {row.place for row in self.files.drivers if row.driver == "birth_rate"}
        names = [self.index.regions[r] for r in self.regions(place)]
        return not followed or all(name in followed for name in names)

    def _away(self, corridors: list[int], statuses: tuple[str, ...] = AWAY) -> Cells:
        return [(self.cell(status, c), 1.0) for c in corridors for status in statuses]

    def _stock(self, q: Quantity | Figure) -> Reading | None:
        corridors = self.corridors(q.place, q.group)
        counterpart = q.counterpart or ""
        if counterpart.startswith("status:"):
            return self._make(q, self._away(corridors, (counterpart.removeprefix("status:"),)))
        below = self.residents(q.place) if getattr(q, "statistic", "") == "share" else []
        return self._make(q, self._away(corridors), below=below) if corridors else None

    def _official(self, q: Quantity | Figure) -> Reading | None:
        corridors = self.corridors(q.place, q.group)
        cells = [(self.cell("official", c), 1.0) for c in corridors]
        return self._make(q, cells) if cells else None

    def _crossings(self, q: Quantity | Figure) -> Reading | None:
        if isinstance(q, Figure) and q.counterpart:
            return self._corridor_trips(q)
        regions = set(self.regions(q.place))
        cells = []
        for n, corridor in enumerate(self.files.config.corridors):
            ends = {int(self.world.corridor[n].origin), int(self.world.corridor[n].destination)}
            at_border = corridor.border == q.place
            if (ends & regions or at_border) and (q.group is None or corridor.group == q.group):
                cells.append((self.cell("trips", n), 4.0))
        return self._make(q, cells) if cells else None

    def _corridor_trips(self, q: Figure) -> Reading | None:
        """Trips from one region to another: the place is the origin, the counterpart the host."""
        cells = [
            (self.cell("trips", n), 4.0)
            for n, corridor in enumerate(self.files.config.corridors)
            if (corridor.origin, corridor.destination) == (q.place, q.counterpart)
            and q.group in (None, corridor.group)
        ]
        return self._make(q, cells) if cells else None

    def _corridor_flow(self, q: Quantity | Figure, blocks: dict[str, float]) -> Reading | None:
        corridors = self.corridors(q.counterpart, q.group, border=q.place)
        if set(blocks) & {"detected", "deaths"}:
            crossers = KINDS["crossers"]
            corridors = [c for c in corridors if self.world.corridor[c].kind == crossers]
        cells = [(self.cell(b, c), w) for c in corridors for b, w in blocks.items()]
        return self._make(q, cells) if cells else None

    def _removals(self, q: Quantity | Figure) -> Reading | None:
        cells = [(self.cell("removed", c), 4.0) for c in self.corridors(q.place, q.group)]
        return self._make(q, cells) if cells and not q.counterpart else None

    def _compliance(self, q: Quantity | Figure) -> Reading | None:
        corridors = self.corridors(q.place, q.group)
        recorded = [(self.cell("recorded", c), 1.0) for c in corridors]
        ended = [(self.cell("ended", c), 1.0) for c in corridors]
        return self._make(q, recorded, below=ended, form="complement") if corridors else None

    def _hostility(self, q: Quantity | Figure) -> Reading | None:
        regions = self.regions(q.place, stand_in=True)
        if len(regions) != 1 or regions[0] not in self.world.corridor.destination:
            return None
        term = (q.counterpart or "").removeprefix("term:")
        block = f"hostility_{term}" if term else "hostility"
        return self._make(q, [(self.cell(block, regions[0]), 1.0)])

    def _opinion(self, q: Quantity | Figure) -> Reading | None:
        if q.counterpart == "stay:under_1_year":
            return self._short_stays(q)
        if q.counterpart not in self.surveys:
            return None
        regions = self.regions(q.place, stand_in=True)
        if len(regions) != 1:
            return None
        survey, answer, form = self.surveys[q.counterpart]
        reading = self._make(q, [(self.cell("hostility", regions[0]), 1.0)], form=form)
        return replace(reading, survey=survey, answer=answer)

    def _short_stays(self, q: Quantity | Figure) -> Reading | None:
        regions = self.regions(q.place, stand_in=True)
        if len(regions) != 1:
            return None
        corridors = self.corridors(self.index.regions[regions[0]], q.group)
        recent = ("legal", "arrived_now", "arrived_1", "arrived_2", "arrived_3")
        cells = self._away(corridors, recent)
        return self._make(q, cells, below=self._away(corridors)) if corridors else None

    def _trade(self, q: Quantity | Figure) -> Reading | None:
        if q.counterpart:
            return None
        if q.place in self.index.pairs:
            n = self.index.pairs.index(q.place)
            known = self.world.pair[n].trade >= 0
            return self._make(q, [(self.cell("trade", n), 1.0)]) if known else None
        if q.place in self.index.regions:
            n = self.index.regions.index(q.place)
            known = self.world.region[n].trade >= 0
            return self._make(q, [(self.cell("regional_trade", n), 1.0)]) if known else None
        return None

    def _border(self, q: Quantity | Figure, block: str) -> Reading | None:
        if q.place not in self.index.borders:
            return None
        return self._make(q, [(self.cell(block, self.index.borders.index(q.place)), 1.0)])

    def _pair(self, q: Quantity | Figure, block: str) -> Reading | None:
        if q.place not in self.index.pairs:
            return None
        return self._make(q, [(self.cell(block, self.index.pairs.index(q.place)), 1.0)])

    def _alignment(self, q: Quantity | Figure) -> Reading | None:
        term = (q.counterpart or "").removeprefix("term:")
        return self._pair(q, f"wish_{term}" if term else "alignment")

    def _duration(self, q: Quantity | Figure, block: str, form: str) -> Reading | None:
        reading = self._pair(q, block)
        if reading is None or self.world.pair[self.index.pairs.index(q.place)].stage == 0:
            return None
        return replace(reading, form=form, threshold=THRESHOLDS[q.measure])

    def _trust(self, q: Quantity | Figure) -> Reading | None:
        pair = "-".join(sorted([q.place, q.counterpart or ""]))
        if pair not in self.index.pairs:
            return None
        block = "trust_first" if pair.startswith(q.place) else "trust_second"
        return self._make(q, [(self.cell(block, self.index.pairs.index(pair)), 1.0)])

    def _trust_building(self, q: Quantity | Figure) -> Reading | None:
        reading = self._trust(q)
        if reading is None:
            return None
        return replace(reading, form="rises_to", threshold=THRESHOLDS[q.measure])

    def _threat(self, q: Quantity | Figure) -> Reading | None:
        if q.place not in self.index.states or q.counterpart:
            return None
        return self._make(q, [(self.cell("threat", self.index.states.index(q.place)), 1.0)])

    def _arms(self, q: Quantity | Figure, block: str) -> Reading | None:
        pair = "-".join(sorted([q.place, q.counterpart or ""]))
        if pair not in self.index.pairs or getattr(q, "statistic", "") == "share":
            return None
        n = self.index.pairs.index(pair)
        supplier = pair.split("-")[int(self.world.pair[n].supplier)]
        if self.world.pair[n].supplier < 0 or supplier != q.place:
            return None
        return self._make(q, [(self.cell(block, n), 1.0)])

    def _make(
        self, q: Quantity | Figure, cells: Cells, *, below: Cells | None = None, form: str = "mean"
    ) -> Reading:
        return Reading(q.measure, q.place, q.group, q.counterpart, form, cells, below or [])
