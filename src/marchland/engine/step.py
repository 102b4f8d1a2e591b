"""One quarter of the model: the mechanisms in the order that MODEL gives, nothing else."""

from __future__ import annotations

from marchland.engine.compile import compiled
from marchland.engine.draws import Luck
from marchland.engine.state import State
from marchland.engine.types import Record, Vector
from marchland.inputs import Inputs
from marchland.mechanisms import (
    arms,
    demography,
    dilemma,
    durability,
    events,
    migration,
    networks,
    observation,
    perception,
    regimes,
    settlement,
    threat,
    trade,
    trust,
)
from marchland.world import World, active


@compiled
def stand_still(corridor: Record) -> None:
    """Nobody moves along a corridor that is not used: the flows of the quarter are 0."""
    corridor.irregular_entries = 0.0
    corridor.deaths = 0.0
    corridor.detained = 0.0
    corridor.detected = 0.0
    corridor.sent_back = 0.0
    corridor.ended = 0.0
    corridor.joined = 0.0
    corridor.removed = 0.0
    corridor.returned = 0.0
    corridor.recorded = 0.0
    corridor.trips = 0.0


@compiled
def people(
    state: State, world: World, inputs: Inputs, p: Record, q: int, years: float, luck: Luck
) -> None:
    """Push, flows and changes of status: steps 2 to 4."""
    for c in range(state.corridor.shape[0]):
        if not active(world.corridor[c], q):
            stand_still(state.corridor[c])
    migration.push(state, inputs, p, q)
    networks.communities(state, world)
    regimes.take_effect(state, inputs, p, q)
    migration.flows(state, world, inputs, p, q, luck)
    regimes.without_papers(state, world, p, q, years, luck)
    regimes.protocol(state, world, inputs, p, q, luck)
    settlement.stays(state, world, inputs, p, q, luck)


@compiled
def societies(
    state: State, world: World, inputs: Inputs, p: Record, own: Vector, q: int, luck: Luck
) -> None:
    """Residents, trade, perception and the policy response: E8 of step 2, steps 5 to 7.

    Births, deaths and out-migration come after the flows of the quarter, since pools at home
    grow by them: nobody leaves in the quarter of birth.
    """
    demography.residents(state, world, inputs, p, q, luck)
    trade.turnover(state, world, inputs, p, own, q)
    perception.shares(state, world)
    perception.hostility(state, world, inputs, p, q)
    dilemma.practice(state, world, inputs, p, own, q)


@compiled
def states(state: State, world: World, inputs: Inputs, p: Record, q: int) -> None:
    """Threat, alignment, acts, trust, relation, arms and treaties: steps 8 to 11."""
    threat.outside_threat(state, inputs, p, q)
    threat.align(state, world, inputs, p, q)
    trust.update(state, world, inputs, p, q)
    events.relations(state, world, p)
    arms.transfers(state, world, inputs, p, q)
    durability.stages(state, world, inputs, p, q)


@compiled
def observe(state: State, world: World, inputs: Inputs, p: Record, q: int) -> None:
    """What statistics see: step 12."""
    dilemma.as_practised(state, inputs, q)
    observation.recorded(state, world, p, q)
    observation.officially(state, p)
    observation.trips(state, p)
