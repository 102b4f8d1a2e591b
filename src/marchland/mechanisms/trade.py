"""Trade between the pair and of border regions (E7)."""

from __future__ import annotations

from math import exp

from marchland.engine.compile import compiled


@compiled
def border_shock(state, inputs, p, q, d, b):
    """Log change of trade for one unit of exposure to the border (E7).

    - visa x restriction - quality x gap - ban + supplies lost

    Restriction is that of the rules and of practice, at once. Carries B01, D03, E02, E08.
    Distrust its parts: visas, quality and corruption share one date and one exposure.
    """
    visa = max(inputs.visa[q, b] + state.practice[b], 0.0)
    return (
        -p.trade_visa * visa
        - p.trade_quality * inputs.quality[q, d]
        - p.trade_ban * inputs.ban[q, d]
    )


@compiled
def common_demand(state, inputs, p, q, d):
    """Log trade of a pair before what passes in people's hands (E7).

    y1 ln Y1 + y2 ln Y2 + g ln(real exchange rate) + trust

    Output in billion USD, the rate up where the second state's money is weaker; centred.
    Carries E03, E06, E07, E09.
    """
    trust = 0.5 * (state.trust_first[d] + state.trust_second[d]) - p.trust_initial
    return (
        p.trade_income_first * inputs.output_first[q, d]
        + p.trade_income_second * inputs.output_second[q, d]
        + p.trade_devaluation * inputs.devaluation[q, d]
        + p.trade_trust * trust
    )


@compiled
def turnover(state, world, inputs, p, own, q):
    """Goods trade both ways, of pairs and of border regions (E7).

    ln T = a + common demand + exposure x (border shock + supplies lost)

    Billion USD a year. A pair's exposure is unknown and free; a region's is given.
    Carries B01, D03, D10, E02, E03, E06, E07, E08, E09.
    Distrust a fall's causes: one shock and two exposures give one sum.
    """
    for d in range(state.trade.shape[0]):
        b = world.pair_border[d]
        shock = border_shock(state, inputs, p, q, d, b) if b >= 0 else 0.0
        demand = common_demand(state, inputs, p, q, d)
        if world.pair_trade[d] >= 0:
            at_border = shock + p.trade_supplies * inputs.supplies[q, d]
            state.trade[d] = own[world.pair_trade[d]] * exp(demand + p.trade_exposure * at_border)
        for r in range(state.regional_trade.shape[0]):
            if world.region_trade[r] >= 0 and b >= 0 and world.region_border[r] == b:
                at_border = shock + p.trade_supplies * inputs.regional_supplies[q, r]
                state.regional_trade[r] = own[world.region_trade[r]] * exp(
                    demand + inputs.exposure[q, r] * at_border
                )
