"""A small invented case with forecasts, and invented outcomes; nothing in them ever happened."""

from __future__ import annotations

from pathlib import Path

from marchland.case import CaseFiles, Forecast, load, new
from marchland.scorecard import Outcomes, read_outcomes

HEADER = "measure,statistic,place,group,counterpart,start,end,value,low,high,unit,source,forecast"
FIGURE = "migrants_stock,level,east,westerners,,{year},{year},{value},,,persons,invented,"
FILES = {
    "measures.csv": (
        "measure,unit,dimension,place_kind,group,counterpart,statistics,meaning,equation\n"
        "migrants_stock,persons,stock,region,yes,no,level,People away from home,E1-E6\n"
        "border_crossings,trips_per_year,flow,region,optional,no,mean;sum,Trips,E1\n"
        "mood,index,index,region,no,no,level;mean,Nothing computes it,none\n"
    ),
    "sources.bib": "@book{a, title = {A}, author = {B}, year = {2000}}\n",
    "drivers.csv": (
        "driver,place,start,end,value,unit,quality,source\n"
        "income,east,1990,2003,2,index,A,a\n"
        "income,west,1990,2003,1,index,A,a\n"
    ),
    "evidence/quantities.csv": (
        "id,measure,statistic,place,group,start,value,unit,source,locator,quality,use\n"
        "Q1,migrants_stock,level,east,westerners,1995,500,persons,a,a:1,A,context\n"
        "Q6,migrants_stock,level,east,westerners,1996,560,persons,a,a:6,B,check\n"
        "Q2,migrants_stock,level,east,westerners,1998,700,persons,a,a:2,B,check\n"
        "Q3,migrants_stock,level,east,westerners,2001,900,persons,a,a:3,B,check\n"
        "Q4,border_crossings,mean,east,,1995,4000,trips_per_year,a,a:4,B,check\n"
        "Q5,border_crossings,mean,east,,1999,4400,trips_per_year,a,a:5,B,check\n"
    ),
    "evidence/forecasts.csv": (
        "id,who,made,horizon,statement,kind,stance,condition,measure,statistic,place,group,"
        "value,low,high,unit,bound,source,locator\n"
        "F1,B,2000,2010,a thousand come,reach,,,migrants_stock,level,east,westerners,"
        "1000,,,persons,at_least,a,a:1\n"
        "F2,B,2000,2000/..,a war,event,fear,trust fails,,,,,,,,,,a,a:2\n"
        "F3,B,2000,2000/..,their number grows,rise,,,migrants_stock,level,east,westerners,"
        ",,,persons,,a,a:3\n"
        "F4,B,2000,,who knows,open,question,,,,,,,,,,,a,a:4\n"
    ),
}


def write_case(folder: Path) -> Path:
    """Write the case."""
    made = new(folder / "valley")
    (made / "evidence").mkdir()
    for name, text in FILES.items():
        (made / name).write_text(text, encoding="utf-8")
    return made


def case_files(folder: Path) -> CaseFiles:
    """Write the case and load it."""
    return load(write_case(folder))


def write_outcomes(folder: Path, *rows: str, header: str = HEADER) -> Path:
    """Write a file of outcomes."""
    path = folder / "outcomes.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def stock(year: int | str, value: float | str) -> str:
    """A row with an invented stock."""
    return FIGURE.format(year=year, value=value)


def judged(forecast: str, start: object, end: object, value: int) -> str:
    """A row that judges a forecast."""
    return f",,,,,{start},{end},{value},,,,a judge,{forecast}"


def told(folder: Path, files: CaseFiles, *rows: str) -> Outcomes:
    """Outcomes of rows, read and checked."""
    return read_outcomes(write_outcomes(folder, *rows), files)


def forecast(**given: object) -> Forecast:
    """A forecast of the stock in the east, made in 2000 for 2010, unless told otherwise."""
    base: dict[str, object] = {"id": "F1", "who": "B", "made": "2000", "horizon": "2010"}
    base |= {"statement": "it comes", "source": "a", "locator": "a:1"}
    if given.get("kind") not in ("event", "open"):
        base |= {"measure": "migrants_stock", "statistic": "level", "place": "east"}
        base |= {"group": "westerners", "unit": "persons"}
    return Forecast.model_validate(base | given)
