"""Trade between the pair and of border regions (E7)."""

from __future__ import annotations

from math import exp

from marchland.engine.compile import compiled
from marchland.engine.state import State
from marchland.engine.types import Record, Vector
from marchland.inputs import Inputs
from marchland.world import World


@compiled
def border_shock(practice: float, rule: Record, x: Record, p: Record) -> float:
    """Log change of trade for one unit of exposure to the border (E7).

    - visa x restriction - quality x gap - ban

    Restriction is that of the rules and of practice, at once. Carries D03, E02, E08.
    Distrust its parts: visas, quality and corruption share one date and one exposure.
    """
    restriction = max(rule.visa + practice, 0.0)
    return -p.trade_visa * restriction - p.trade_quality * x.quality - p.trade_ban * x.ban


@compiled
def common_demand(pair: Record, x: Record, p: Record) -> float:
    """Log trade of a pair before what passes in people's hands (E7).

    y1 ln Y1 + y2 ln Y2 + g ln(real exchange rate) + t (trust - p0)

    Output in billion USD, the rate up where the second state's money is weaker; centred.
    Carries E03, E06, E07, E09.
    """
    trust = 0.5 * (pair.trust_first + pair.trust_second) - p.trust_initial
    return (
        p.trade_income_first * x.output_first
        + p.trade_income_second * x.output_second
        + p.trade_devaluation * x.devaluation
        + p.trade_trust * trust
    )


@compiled
def turnover(state: State, world: World, inputs: Inputs, p: Record, own: Vector, q: int) -> None:
    """Goods trade both ways, of pairs and of border regions (E7).

    ln T = a + common demand + exposure x (border shock + supplies lost)

    Billion USD a year. A pair's exposure is unknown and free; a region's is given.
    Carries B01, D03, D10, E02, E03, E06, E07, E08, E09.
    Distrust a fall's causes: one shock and two exposures give one sum.
    """
    for d in range(state.pair.shape[0]):
        b = world.pair[d].border
        x = inputs.pair[q, d]
        if b < 0:
            continue
        shock = border_shock(state.border[b].practice, inputs.border[q, b], x, p)
        demand = common_demand(state.pair[d], x, p)
        if world.pair[d].trade >= 0:
            at_border = shock + p.trade_supplies * x.supplies
            level = own[world.pair[d].trade]
            state.pair[d].trade = level * exp(demand + p.trade_exposure * at_border)
        for r in range(state.region.shape[0]):
            if world.region[r].trade >= 0 and world.region[r].border == b:
                y = inputs.region[q, r]
                at_border = shock + p.trade_supplies * y.regional_supplies
                level = own[world.region[r].trade]
                state.region[r].regional_trade = level * exp(demand + y.exposure * at_border)
