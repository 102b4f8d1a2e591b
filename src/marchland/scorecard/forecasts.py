"""Verdicts on the sources' forecasts; docs/scorecard.md has the same rules as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from marchland.case import CaseFiles, Forecast
from marchland.evidence.words import number_words
from marchland.scorecard.outcomes import CONDITION, Outcomes
from marchland.scorecard.sightings import (
    Sighting,
    Stated,
    accepted,
    agrees,
    figures_of,
    judgements_of,
    told,
)

HIT, MISS, EARLY, LATE = "hit", "miss", "early", "late"
NOT_YET, CANNOT_TELL = "not yet", "cannot tell"
VERDICTS = (HIT, MISS, EARLY, LATE, NOT_YET, CANNOT_TELL)
PASSING = ("reach", "event")
CHANGES = ("rise", "fall")


@dataclass(frozen=True)
class Verdict:
    """What became of a forecast.

    Parameters
    ----------
    forecast : Forecast
        The forecast.
    verdict : str
        One of `VERDICTS`.
    reason : str
        Why, in a sentence.
    seen : tuple of Sighting
        What bears on it, in the order of time.
    """

    forecast: Forecast
    verdict: str
    reason: str
    seen: tuple[Sighting, ...] = ()


def judge(forecast: Forecast, files: CaseFiles, outcomes: Outcomes) -> Verdict:
    """Give the verdict on a forecast.

    Parameters
    ----------
    forecast : Forecast
        The forecast.
    files : CaseFiles
        The case, as of its vintage: its own figures of after the forecast speak too.
    outcomes : Outcomes
        What came later.

    Notes
    -----
    Distrust a verdict on a statement that others would put in other words: `kind`, `place` and
    the figure are a reading of the source's sentence, and stand in evidence/forecasts.csv.
    """
    if forecast.judged == "open" or forecast.stance == "question":
        return Verdict(forecast, CANNOT_TELL, "the source leaves it open: nothing could refute it")
    seen, why = sightings_of(forecast, files, outcomes)
    found = _verdict(forecast, seen, why, outcomes)
    if forecast.condition is None:
        return found
    return _conditional(forecast, found, outcomes, seen)


def sightings_of(
    forecast: Forecast, files: CaseFiles, outcomes: Outcomes
) -> tuple[list[Sighting], str]:
    """What bears on a forecast, and where nothing does, why."""
    judged = judgements_of(forecast, outcomes)
    if judged:
        return judged, ""
    give = f"judge it in the outcomes file: forecast={forecast.id}, value 1 or 0"
    if forecast.place is None or forecast.judged == "event":
        return [], f"no figure carries it; {give}"
    if forecast.judged == "stay" and not forecast.number:
        return [], f"it names no figure; {give}"
    made_start, made_end = forecast.made.start, forecast.made.end
    # The case's own figures of the year in which it was made may be those it was made from.
    figures = [
        figure
        for figure in figures_of(forecast, files, outcomes)
        if (made_end is None or figure.end > made_end)
        or (figure.later and (made_start is None or figure.end >= made_start))
    ]
    if forecast.judged in CHANGES:
        base = base_of(forecast, files)
        if base is None:
            return [], f"no figure of the case says how it stood when it was made; {give}"
        return [_change(forecast, figure, base) for figure in figures], _nothing(forecast)
    wanted = accepted(forecast, files)
    seen = [
        Sighting(
            figure.start,
            figure.end,
            _holds(forecast, figure, wanted),
            figure.by,
            told(figure, forecast),
            figure.low,
        )
        for figure in figures
    ]
    return seen, _nothing(forecast)


def _nothing(forecast: Forecast) -> str:
    return f"no outcome speaks of {forecast.measure} at {forecast.place}"


def _holds(forecast: Forecast, figure: Stated, wanted: tuple[float, float, bool]) -> bool | None:
    """Whether a figure agrees; what is to be reached is also passed from beyond."""
    if forecast.judged == "reach" and wanted[0] > float("-inf"):
        return agrees(figure, (wanted[0], float("inf"), wanted[2]))
    return agrees(figure, wanted)


def base_of(forecast: Forecast, files: CaseFiles) -> Stated | None:
    """How the forecast's figure stood when it was made: the case's last figure until then."""
    until = forecast.made.end
    before = [
        figure
        for figure in figures_of(forecast, files, None)
        if until is not None and figure.end <= until and figure.low > float("-inf")
    ]
    return before[-1] if before else None


def _change(forecast: Forecast, figure: Stated, base: Stated) -> Sighting:
    """Whether a figure stands above (rise) or below (fall) the base, clear of both intervals."""
    above, below = figure.low > base.high, figure.high < base.low
    level = figure.low == figure.high == base.low == base.high
    rises = True if above else False if below or level else None
    falls = True if below else False if above or level else None
    holds = rises if forecast.judged == "rise" else falls
    text = f"{told(figure, forecast)}, against {told(base, forecast)} ({base.by})"
    return Sighting(figure.start, figure.end, holds, figure.by, text)


# ------------------------------------------------------------------ rules


def _verdict(forecast: Forecast, seen: Sequence[Sighting], why: str, outcomes: Outcomes) -> Verdict:
    horizon = forecast.horizon
    opens = (horizon.start if horizon else None) or forecast.made.start or date.min
    closes = horizon.end if horizon else None
    kind = forecast.judged
    if not seen:
        if closes is not None and closes > outcomes.last_day:
            return Verdict(forecast, NOT_YET, f"the horizon is open until {closes}; {why}")
        return Verdict(forecast, CANNOT_TELL, why)
    if all(one.holds is None for one in seen):
        reason = f"what was seen is too wide to say: {seen[-1].told}"
        return Verdict(forecast, CANNOT_TELL, reason, tuple(seen))
    if kind in PASSING or (kind == "level" and closes is None):
        verdict, reason = _passing(seen, opens, closes, outcomes.last_day)
        verdict, reason = _overshot(forecast, seen, verdict, reason)
    elif kind == "stay":
        verdict, reason = _staying(seen, opens, closes, outcomes.last_day)
    elif closes is None:
        verdict, reason = _changed(seen)
    else:
        verdict, reason = _at_horizon(seen, opens, closes, outcomes.last_day)
    return Verdict(forecast, verdict, reason, tuple(seen))


def _year_before(day: date) -> date:
    return date(day.year - 1, day.month, min(day.day, 28))


def _passing(
    seen: Sequence[Sighting], opens: date, closes: date | None, last: date
) -> tuple[str, str]:
    """What is to come to pass by a horizon: events, and values to be reached."""
    passed = next((one for one in seen if one.holds), None)
    refuted = [one for one in seen if one.holds is False]
    if passed is None:
        latest = refuted[-1]
        if closes is None or last < closes:
            until = f"the horizon is open until {closes}" if closes else "it has no end"
            return NOT_YET, f"not until {latest.end} ({latest.told}); {until}"
        if latest.end > _year_before(closes):
            return MISS, f"it had not come by the horizon: {latest.told}"
        return CANNOT_TELL, f"what speaks of it ends on {latest.end}, before the horizon does"
    if closes is None:
        return HIT, f"it came: {passed.told}"
    if passed.end < opens:
        return EARLY, f"it came before the horizon: {passed.told}"
    if passed.start <= closes:
        return HIT, f"it came within the horizon: {passed.told}"
    if any(one.end > _year_before(closes) for one in refuted if one.end < passed.end):
        return LATE, f"it came after the horizon: {passed.told}"
    return CANNOT_TELL, f"it had come ({passed.told}); nothing says whether by the horizon"


def _overshot(
    forecast: Forecast, seen: Sequence[Sighting], verdict: str, reason: str
) -> tuple[str, str]:
    """A range that was only ever seen on its near side and beyond its far side was not met."""
    if verdict != HIT or forecast.judged != "reach" or forecast.high is None:
        return verdict, reason
    if forecast.bound not in ("range", "between", None) or forecast.low is None:
        return verdict, reason
    beyond = [one for one in seen if one.holds and _beyond(one, forecast.high)]
    inside = [one for one in seen if one.holds and one not in beyond]
    if beyond and not inside:
        return (
            MISS,
            f"it went beyond {number_words(forecast.high, forecast.unit)}: {beyond[-1].told}",
        )
    return verdict, reason


def _beyond(one: Sighting, high: float) -> bool:
    return one.low is not None and one.low > high


def _staying(
    seen: Sequence[Sighting], opens: date, closes: date | None, last: date
) -> tuple[str, str]:
    """What is to stay as it says, throughout the horizon."""
    within = [one for one in seen if one.end >= opens and (closes is None or one.start <= closes)]
    broken = next((one for one in within if one.holds is False), None)
    if broken is not None:
        return MISS, f"it did not last: {broken.told}"
    kept = [one for one in within if one.holds]
    if not kept:
        return CANNOT_TELL, "nothing that was seen falls within the horizon"
    so_far = f"it held so far: {kept[-1].told}"
    if closes is None:
        return NOT_YET, f"{so_far}; the horizon has no end"
    if kept[-1].end > _year_before(closes) and last >= closes:
        return HIT, f"it held to the end of the horizon: {kept[-1].told}"
    if last < closes:
        return NOT_YET, f"{so_far}; the horizon is open until {closes}"
    return CANNOT_TELL, f"{so_far}; nothing speaks of the end of the horizon"


def _at_horizon(seen: Sequence[Sighting], opens: date, closes: date, last: date) -> tuple[str, str]:
    """A figure, or a change, at the horizon: the latest figure within it decides."""
    if last < closes:
        return NOT_YET, f"the horizon is open until {closes}; so far: {seen[-1].told}"
    within = [one for one in seen if one.end >= opens and one.start <= closes]
    if not within:
        return CANNOT_TELL, "nothing that was seen falls within the horizon"
    latest = [one for one in within if one.end == within[-1].end]
    answers = {one.holds for one in latest}
    if answers == {True}:
        return HIT, f"at the horizon: {latest[-1].told}"
    if answers == {False}:
        return MISS, f"at the horizon: {latest[-1].told}"
    return CANNOT_TELL, f"what was seen at the horizon disagrees or is too wide: {latest[-1].told}"


def _changed(seen: Sequence[Sighting]) -> tuple[str, str]:
    """A rise or fall without a date by which: the latest figure decides, as of its date."""
    latest = [one for one in seen if one.end == seen[-1].end]
    answers = {one.holds for one in latest}
    if answers == {True}:
        return HIT, f"as of {latest[-1].end}: {latest[-1].told}"
    if answers == {False}:
        return NOT_YET, f"not so as of {latest[-1].end}: {latest[-1].told}; it has no end"
    return CANNOT_TELL, f"the latest that was seen disagrees or is too wide: {latest[-1].told}"


# ------------------------------------------------------------------ conditions


def _conditional(
    forecast: Forecast, found: Verdict, outcomes: Outcomes, seen: Sequence[Sighting]
) -> Verdict:
    """A conditional forecast says nothing where its condition did not hold."""
    judged = judgements_of(forecast, outcomes, condition=True)
    name = forecast.id + CONDITION
    if not judged:
        give = f"whether it held has to be judged: forecast={name}, value 1 or 0"
        alone = f"the statement alone: {found.verdict} ({found.reason})"
        reason = f"it speaks only of the case that {forecast.condition}; {give}; {alone}"
        open_still = found.verdict == NOT_YET and not seen
        return replace(found, verdict=NOT_YET if open_still else CANNOT_TELL, reason=reason)
    held = [one for one in judged if one.holds]
    if not held:
        reason = f"its condition did not hold ({judged[-1].told}), so it says nothing"
        return Verdict(forecast, CANNOT_TELL, reason, tuple(judged))
    first, final = min(one.start for one in held), max(one.end for one in held)
    kept = [
        one
        for one in seen
        if one.end >= first and (forecast.judged != "stay" or one.start <= final)
    ]
    when = "while" if forecast.judged == "stay" else "after"
    why = f"nothing was seen {when} its condition held" if seen else found.reason
    again = _verdict(forecast, kept, why, outcomes)
    reason = f"{again.reason}; its condition was {held[-1].told}"
    return replace(again, reason=reason, seen=(*again.seen, *judged))
