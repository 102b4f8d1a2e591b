// Where: crossings by corridor and period. Vega draws the shapes; the flow layer is written here.
(function () {
  "use strict";
  var marchland = window.marchland;
  // The colours after the comma are Okabe and Ito's; the style has brighter ones for dark pages.
  var GROUPS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#7F7F7F", "#B58900"].map(function (colour, n) {
    return "var(--map-group-" + (n + 1) + ", " + colour + ")";
  });
  var DASHES = [[1, 0], [9, 4], [2, 3], [12, 4, 3, 4], [5, 5], [16, 4]];
  var LEAST_WIDTH = 1.5;
  var BEND = 0.17;
  // The order in which names take their room.
  var RANKS = { end: 0, contested: 1, crossing: 2, city: 3 };
  // Room below the map for the legends, which must cover nothing.
  var LEGENDS = 128;
  var LEVELS = ["q05", "q50", "q95"];
  var section = document.getElementById("view-where");
  var data = marchland.data("where");
  if (!section || !data || !data.flows.length) return;

  function find(selector) { return section.querySelector(selector); }

  // ---------------------------------------------------------------- the period

  function quarterOf(time) {
    var day = new Date(time);
    return 4 * day.getUTCFullYear() + Math.floor(day.getUTCMonth() / 3);
  }

  // Quarters of the chosen period, the end exclusive; the usual one where none is chosen.
  function chosen() {
    var period = marchland.period();
    if (!period) return [4 * data.period[0], 4 * data.period[1] + 4];
    var first = quarterOf(period[0]);
    return [first, Math.max(quarterOf(period[1]), first + 1)];
  }

  function inWords(span) {
    function name(quarter) { return Math.floor(quarter / 4) + "Q" + (quarter % 4 + 1); }
    var first = span[0] / 4, last = span[1] / 4 - 1;
    if (first % 1 || last % 1) return name(span[0]) + " to " + name(span[1] - 1);
    return first === last ? String(first) : first + " to " + last;
  }

  // Mean over the quarters that have a value. Quarters without one are left out, never zero.
  function mean(values, span) {
    var sum = 0, count = 0;
    for (var quarter = span[0]; quarter < span[1]; quarter += 1) {
      var value = values[quarter - data.quarter];
      if (value !== null && value !== undefined) { sum += value; count += 1; }
    }
    return { value: count ? sum / count : null, count: count };
  }

  function means(item, span) {
    var out = { quarters: mean(item.values.q50, span).count };
    LEVELS.forEach(function (level) { out[level] = mean(item.values[level], span).value; });
    return Object.assign(out, { key: item.key, label: item.label, group: item.group });
  }

  function flowsOf(span) {
    return data.flows.map(function (flow) {
      return Object.assign(means(flow, span), {
        unit: flow.unit, ends: flow.ends || null, beyond: flow.beyond
      });
    });
  }

  // Stocks of all groups in a place, against its residents.
  function stocksOf(span) {
    return data.stocks.map(function (stock) {
      var out = Object.assign(means(stock, span), { place: stock.place });
      var residents = mean(stock.residents, span).value;
      out.share = out.q50 === null || !residents ? null : 1000 * out.q50 / residents;
      return out;
    });
  }

  // ---------------------------------------------------------------- words and numbers

  function number(value) {
    if (value === null || value === undefined) return "";
    if (value === 0) return "0";
    var digits = Math.max(2 - Math.floor(Math.log10(Math.abs(value))), 0);
    return Number(value.toPrecision(3)).toLocaleString("en", { maximumFractionDigits: Math.min(digits, 9) });
  }

  function groups() {
    return data.flows.map(function (flow) { return flow.group; })
      .filter(function (group, n, all) { return all.indexOf(group) === n; });
  }

  // ---------------------------------------------------------------- the flow layer

  // A flow bends to its left, so that two opposite ones do not lie on each other.
  function curve(flow) {
    var a = flow.ends[0], b = flow.ends[1];
    var dx = b[0] - a[0], dy = b[1] - a[1];
    var bend = flow.beyond[0] || flow.beyond[1] ? BEND / 2 : BEND;
    return {
      reach: Math.hypot(dx, dy), x0: a[0], y0: a[1], x1: b[0], y1: b[1],
      cx: (a[0] + b[0]) / 2 + bend * dy, cy: (a[1] + b[1]) / 2 - bend * dx
    };
  }

  function tooltip(flow, span) {
    var out = { title: flow.label, Group: flow.group };
    out["Median, " + flow.unit] = number(flow.q50);
    out["5 to 95 %"] = number(flow.q05) + " to " + number(flow.q95);
    out.Quarters = inWords(span) + ", " + flow.quarters + " with figures";
    return out;
  }

  function flowRows(flows, span) {
    return flows.filter(function (flow) { return flow.ends && flow.q50 > 0; }).map(function (flow) {
      return Object.assign(curve(flow), {
        key: flow.key, group: flow.group, median: flow.q50, high: flow.q95,
        from: flow.beyond[0], to: flow.beyond[1], tip: tooltip(flow, span)
      });
    }).sort(function (a, b) { return b.median - a.median; });
  }

  function edges(rows) {
    var out = [];
    rows.forEach(function (row) {
      if (row.to) out.push({ x: row.x1, y: row.y1, text: "to " + row.to });
      if (row.from) out.push({ x: row.x0, y: row.y0, text: "from " + row.from });
    });
    return out;
  }

  // Round numbers for the legend of widths: the largest, and tenths of it.
  function steps(most) {
    var power = Math.pow(10, Math.floor(Math.log10(most)));
    var top = [5, 2, 1].filter(function (n) { return n * power <= most; })[0] * power;
    return [top, top / 2, top / 10];
  }

  // ---------------------------------------------------------------- shares of residents

  function shares(stocks) {
    var out = {};
    stocks.forEach(function (stock) {
      if (stock.share !== null) out[stock.place] = (out[stock.place] || 0) + stock.share;
    });
    return out;
  }

  // Up to four class limits of the form 1, 2, 5 times a power of ten, between the extremes.
  function limits(values) {
    if (!values.length) return [];
    var low = Math.min.apply(null, values), high = Math.max.apply(null, values), out = [];
    for (var power = -3; power < 6; power += 1) {
      [1, 2, 5].forEach(function (n) {
        var limit = Number((n * Math.pow(10, power)).toPrecision(1));
        if (limit > low && limit <= high) out.push(limit);
      });
    }
    while (out.length > 4) out = out.filter(function (_, n) { return n % 2 === (out.length - 1) % 2; });
    return out;
  }

  function landRows(stocks) {
    var held = shares(stocks);
    return Object.keys(held).map(function (place) { return { place: place, share: held[place] }; });
  }

  // ---------------------------------------------------------------- the map

  var INK = "currentColor";
  var FONT = getComputedStyle(document.body).getPropertyValue("--sans").trim() || "sans-serif";
  var LAND = "var(--map-land, #f1efe6)";
  var SEA = "var(--map-sea, #dfe8ee)";
  var LINE = "var(--map-line, #b9b4a4)";
  var RIVER = "var(--map-river, #6c9dc0)";
  var MARK = "var(--map-contested, #8e1b12)";
  var TINTS = [0.16, 0.3, 0.45, 0.6, 0.78].map(function (part) { return "rgba(181, 137, 0, " + part + ")"; });

  function at(field, side) { return { signal: "datum." + field + " * width" + (side || "") }; }

  function shapeData(map, stocks) {
    return [
      { name: "shares", values: landRows(stocks) },
      {
        name: "land", values: map.shapes, format: { type: "topojson", feature: "land" },
        transform: [{ type: "lookup", from: "shares", key: "place", fields: ["properties.place"], values: ["share"] }]
      },
      { name: "borders", values: map.shapes, format: { type: "topojson", feature: "borders" } },
      { name: "courses", values: map.lines, format: { property: "features" } }
    ];
  }

  function flowData(rows) {
    var path = "'M' + datum.x0 * width + ' ' + datum.y0 * width + 'Q' + datum.cx * width + ' ' + " +
      "datum.cy * width + ' ' + datum.x1 * width + ' ' + datum.y1 * width";
    var angle = "atan2(datum.y1 - datum.cy, datum.x1 - datum.cx) * 180 / PI + 90";
    return [
      {
        name: "flows", values: rows, transform: [
          { type: "formula", as: "path", expr: path },
          { type: "formula", as: "angle", expr: angle }
        ]
      },
      { name: "edges", values: edges(rows) }
    ];
  }

  function geo(name, from, encode) {
    return {
      type: "shape", name: name, from: { data: from }, interactive: !!encode.tooltip,
      encode: { update: encode }, transform: [{ type: "geoshape", projection: "globe" }]
    };
  }

  function shapeMarks(classes) {
    var fill = classes
      ? [{ test: "isValid(datum.share)", scale: "tint", field: "share" }, { value: "transparent" }]
      : { value: "transparent" };
    var tip = "isValid(datum.share) ? {title: datum.properties.name, " +
      "'Migrants per 1,000 residents': format(datum.share, '.2~r')} : {title: datum.properties.name}";
    return [
      { type: "rect", interactive: false, encode: { update: { width: { signal: "width" }, height: { signal: "height" }, fill: { value: SEA } } } },
      geo("soil", "land", { fill: { value: LAND } }),
      geo("provinces", "land", { fill: fill, stroke: { value: LINE }, strokeWidth: { value: 0.6 }, tooltip: { signal: tip } }),
      geo("frontiers", "borders", { stroke: { value: INK }, strokeWidth: { value: 1.1 }, strokeOpacity: { value: 0.6 }, strokeJoin: { value: "round" } }),
      geo("courses", "courses", { stroke: { value: RIVER }, strokeWidth: { value: 1.7 }, strokeJoin: { value: "round" }, strokeCap: { value: "round" } })
    ];
  }

  function flowMarks() {
    var wide = { signal: "max(scale('w', datum.median), " + LEAST_WIDTH + ")" };
    var common = { path: { field: "path" }, stroke: { scale: "group", field: "group" }, fill: { value: null } };
    return [
      {
        type: "path", from: { data: "flows" }, interactive: false,
        encode: { update: Object.assign({}, common, {
          strokeWidth: { signal: "scale('w', datum.high)" }, strokeOpacity: { value: 0.16 }
        }) }
      },
      {
        type: "path", name: "streams", from: { data: "flows" },
        encode: { update: Object.assign({}, common, {
          strokeWidth: wide, strokeDash: { scale: "dash", field: "group" }, strokeOpacity: { value: 0.9 },
          tooltip: { field: "tip" }, cursor: { value: "pointer" }
        }) }
      },
      {
        type: "symbol", from: { data: "flows" },
        encode: { update: {
          x: at("x1"), y: at("y1"), angle: { field: "angle" }, shape: { value: "triangle-up" },
          size: { signal: "pow(min(7 + 1.7 * scale('w', datum.median), 0.6 * datum.reach * width), 2)" },
          fill: { scale: "group", field: "group" }, stroke: { value: LAND }, strokeWidth: { value: 0.8 },
          tooltip: { field: "tip" }, cursor: { value: "pointer" }
        } }
      }
    ];
  }

  function markRows(map) {
    return map.marks.map(function (mark) {
      return Object.assign({ rank: RANKS[mark.kind] }, mark);
    });
  }

  function pointMarks() {
    var shape = { signal: "{crossing: 'diamond', city: 'circle', end: 'circle', contested: 'square'}[datum.kind]" };
    var size = { signal: "{crossing: 62, city: 22, end: 40, contested: 190}[datum.kind]" };
    return [{
      type: "symbol", name: "points", from: { data: "marks" },
      encode: { update: {
        x: at("x"), y: at("y"), shape: shape, size: size,
        fill: { signal: "datum.kind === 'end' || datum.kind === 'city' ? 'currentColor' : '" + LAND + "'" },
        stroke: { signal: "datum.kind === 'contested' ? '" + MARK + "' : 'currentColor'" },
        strokeWidth: { value: 1.4 },
        tooltip: { signal: "datum.note ? {title: datum.name, '': datum.note} : {title: datum.name}" }
      } }
    }];
  }

  // Names give way to what is written already; Vega cannot give way to a mark of no items.
  function taken(map, rows) {
    var letters = map.marks.filter(function (mark) { return mark.letter; });
    var full = { statenames: map.states, rivernames: map.rivers, edgenames: edges(rows), letters: letters };
    return Object.keys(full).filter(function (name) { return full[name].length; });
  }

  function labelMarks(avoided) {
    var kind = "datum.datum.kind";
    return [
      {
        type: "text", from: { data: "rivers" }, interactive: false, name: "rivernames",
        encode: { update: {
          x: at("x"), y: at("y"), text: { field: "name" }, fill: { value: RIVER }, align: { value: "center" },
          fontStyle: { value: "italic" }, font: { value: FONT }, fontSize: { value: 12 }, dy: { value: -7 }
        } }
      },
      {
        type: "text", from: { data: "states" }, interactive: false, name: "statenames",
        encode: { update: {
          x: at("x"), y: at("y"), text: { signal: "upper(datum.name)" }, fill: { value: INK }, fillOpacity: { value: 0.5 },
          align: { value: "center" }, font: { value: FONT }, fontSize: { value: 13 }
        } }
      },
      {
        type: "text", from: { data: "lettered" }, interactive: false, name: "letters",
        encode: { update: {
          x: at("x"), y: at("y"), text: { field: "letter" }, fill: { value: MARK }, align: { value: "center" },
          baseline: { value: "middle" }, font: { value: FONT }, fontSize: { value: 11 }, fontWeight: { value: 600 }
        } }
      },
      {
        type: "text", from: { data: "edges" }, interactive: false, name: "edgenames",
        encode: { update: {
          x: at("x"), y: at("y"), text: { field: "text" }, fill: { value: INK }, fontSize: { value: 12 }, fontWeight: { value: 600 },
          align: { signal: "datum.x > 0.8 ? 'right' : 'left'" }, font: { value: FONT },
          dy: { signal: "datum.y < 0.1 ? 5 : -18" },
          dx: { signal: "(datum.y < 0.1 ? 12 : -10) * (datum.x > 0.8 ? -1 : 1)" }
        } }
      },
      {
        type: "text", from: { data: "points" }, interactive: false, name: "labels",
        encode: { update: {
          text: { signal: kind + " === 'contested' ? '' : datum.datum.name" }, font: { value: FONT }, fill: { value: INK },
          fontSize: { signal: kind + " === 'end' ? 12.5 : 11" },
          fontWeight: { signal: kind + " === 'end' ? 600 : 400" },
          fillOpacity: { signal: kind + " === 'crossing' ? 0.85 : 1" }
        } },
        transform: [{
          type: "label", size: { signal: "[width, height]" }, padding: 2,
          anchor: ["right", "left", "bottom", "top", "bottom-right", "top-right", "bottom-left", "top-left"],
          offset: [4, 4, 3, 3, 2, 2, 2, 2], avoidBaseMark: true, avoidMarks: avoided,
          sort: { field: "datum.rank" }
        }]
      }
    ];
  }

  function legends(rows, classes) {
    var look = { orient: "bottom", titleFontWeight: 600, titleLimit: 320, labelLimit: 240, titleFont: FONT, labelFont: FONT, labelFontSize: 11.5, titleColor: INK, labelColor: INK };
    var out = [];
    if (rows.length) {
      out.push(Object.assign({}, look, {
        strokeWidth: "w", title: "Crossings a year", symbolType: "stroke", symbolSize: 500,
        values: steps(rows[0].median), format: ",d", rowPadding: -2, symbolStrokeColor: INK, symbolOpacity: 0.75
      }));
      out.push(Object.assign({}, look, {
        stroke: "group", strokeDash: "dash", title: "Who crosses", symbolType: "stroke",
        symbolSize: 700, symbolStrokeWidth: 3.5, rowPadding: -6
      }));
    }
    if (classes) {
      out.push(Object.assign({}, look, {
        fill: "tint", title: "Migrants per 1,000 residents (plain: no figure)", type: "symbol", symbolType: "square", symbolSize: 200,
        symbolStrokeColor: LINE, symbolStrokeWidth: 1
      }));
    }
    return out;
  }

  function scales(rows, classes, found) {
    var most = rows.length ? rows[0].median : 1;
    var names = groups();
    // A line may not be wider than a third of the longest one's length.
    var reach = Math.max.apply(null, rows.map(function (row) { return row.reach; }).concat([0.01]));
    var widest = "min(clamp(width * 0.02, 10, 18), width * " + reach / 3 + ")";
    var out = [
      { name: "w", type: "linear", domain: [0, most], range: [0, { signal: widest }] },
      { name: "group", type: "ordinal", domain: names, range: GROUPS },
      { name: "dash", type: "ordinal", domain: names, range: DASHES }
    ];
    if (classes) out.push({ name: "tint", type: "threshold", domain: found, range: TINTS.slice(0, found.length + 1) });
    return out;
  }

  function specOf(map, flows, stocks, span) {
    var rows = flowRows(flows, span);
    var held = landRows(stocks).map(function (row) { return row.share; });
    var found = limits(held), classes = held.length > 0 && found.length > 0;
    return {
      $schema: "schema/vega/v6",
      width: "container", padding: { left: 0, right: 0, top: 0, bottom: LEGENDS }, autosize: { type: "none" },
      signals: [{ name: "height", update: "round(width * " + map.aspect + ")" }],
      projections: [{
        name: "globe", type: "azimuthalEqualArea", rotate: [-map.centre[0], -map.centre[1]], center: [0, 0],
        scale: { signal: "width * " + map.scale }, precision: 0.3,
        translate: [{ signal: "width * " + map.shift[0] }, { signal: "width * " + map.shift[1] }],
        clipExtent: { signal: "[[-5, -5], [width + 5, height + 5]]" }
      }],
      scales: scales(rows, classes, found),
      data: shapeData(map, stocks).concat(flowData(rows), [{ name: "marks", values: markRows(map) },
        { name: "lettered", values: markRows(map).filter(function (mark) { return mark.letter; }) }, { name: "rivers", values: map.rivers }, { name: "states", values: map.states }]),
      marks: [{
        type: "group", clip: true,
        encode: { update: { width: { signal: "width" }, height: { signal: "height" } } },
        marks: shapeMarks(classes).concat(flowMarks(), pointMarks(), labelMarks(taken(map, rows)))
      }],
      legends: legends(rows, classes)
    };
  }

  // ---------------------------------------------------------------- the tables

  function link(item) {
    var a = document.createElement("a");
    a.className = "figure";
    a.href = "#explain=" + encodeURIComponent(item.key);
    a.dataset.explain = item.key;
    a.textContent = item.label;
    return a;
  }

  function fill(body, items, cells) {
    body.textContent = "";
    items.forEach(function (item) {
      var row = body.insertRow();
      var head = document.createElement("th");
      head.scope = "row";
      head.appendChild(link(item));
      var who = document.createElement("span");
      who.className = "small";
      who.textContent = item.group + (item.unit && item.unit !== data.flows[0].unit ? ", " + item.unit : "");
      head.appendChild(who);
      row.appendChild(head);
      cells(item).forEach(function (value) {
        var cell = row.insertCell();
        cell.textContent = value;
        cell.className = "number";
      });
    });
  }

  function known(item) { return item.q50 !== null; }

  function tables(flows, stocks, span) {
    var words = inWords(span);
    section.querySelectorAll(".where-span").forEach(function (one) { one.textContent = words; });
    fill(find("#where-flows tbody"), flows.filter(known), function (flow) {
      return [number(flow.q50), number(flow.q05), number(flow.q95)];
    });
    fill(find("#where-stocks tbody"), stocks.filter(known), function (stock) {
      return [number(stock.q50), number(stock.q05), number(stock.q95), number(stock.share)];
    });
    find("#where-stocks").hidden = !stocks.some(known);
    var absent = flows.filter(function (flow) { return !known(flow); });
    var drawnless = flows.filter(function (flow) { return flow.q50 === 0; });
    var text = "";
    if (absent.length) text += "No figures in this period, and so not drawn: " + listed(absent) + ". ";
    if (drawnless.length) text += "A median of zero, and so not drawn: " + listed(drawnless) + ".";
    find("#where-absent").textContent = text;
    find("#where-absent").hidden = !text;
  }

  function listed(items) {
    return items.map(function (item) { return item.label + " (" + item.group + ")"; }).join("; ");
  }

  function column(name, heading, kind) { return { name: name, heading: heading, kind: kind || "text" }; }

  function csv(flows, stocks, span) {
    var words = inWords(span);
    var columns = [
      column("corridor", "Corridor"), column("group", "Group"), column("unit", "Unit"), column("period", "Period"),
      column("median", "Median", "number"), column("low", "5 %", "number"), column("high", "95 %", "number"), column("quarters", "Quarters", "number")
    ];
    function rounded(value) { return value === null ? null : Number(value.toPrecision(4)); }
    function row(item, unit) {
      return [item.label, item.group, unit, words, rounded(item.q50), rounded(item.q05), rounded(item.q95), item.quarters];
    }
    var people = columns.concat([column("per_1000_residents", "Per 1,000 residents", "number")]);
    people[0] = column("place", "Place");
    return [
      { name: "crossings", caption: "Crossings by corridor, " + words, columns: columns, rows: flows.map(function (flow) { return row(flow, flow.unit); }) },
      { name: "migrants", caption: "Migrants by place, " + words, columns: people, rows: stocks.map(function (stock) { return row(stock, "persons").concat([rounded(stock.share)]); }) }
    ];
  }

  // ---------------------------------------------------------------- drawing, and the control

  function draw() {
    var span = chosen();
    var flows = flowsOf(span), stocks = stocksOf(span);
    tables(flows, stocks, span);
    var form = find("#where-period");
    form.elements.from.value = Math.floor(span[0] / 4);
    form.elements.to.value = Math.floor((span[1] - 1) / 4);
    var figure = document.getElementById("where-map");
    if (figure && data.map) {
      marchland.chart(figure, { spec: specOf(data.map, flows, stocks, span), data: {}, csv: csv(flows, stocks, span), steady: true });
    }
  }

  function control() {
    var form = find("#where-period");
    function apply() {
      var from = parseInt(form.elements.from.value, 10), to = parseInt(form.elements.to.value, 10);
      if (!(from > 0 && to > 0)) return;
      if (to < from) to = from;
      marchland.state.set({ period: from + "/" + to });
    }
    form.addEventListener("change", apply);
    form.addEventListener("submit", function (event) { event.preventDefault(); apply(); });
    form.querySelectorAll("button[data-period]").forEach(function (button) {
      button.addEventListener("click", function () { marchland.state.set({ period: button.dataset.period || null }); });
    });
  }

  // A mark keeps its item, whichever drawing is on the page.
  function clicked(event) {
    var item = event.target.__data__;
    var datum = item && (Array.isArray(item) ? item[0] : item).datum;
    if (datum && datum.key) marchland.explain(datum.key);
  }

  marchland.onView("where", function () {
    control();
    var figure = document.getElementById("where-map");
    if (figure) figure.querySelector(".drawing").addEventListener("click", clicked);
    draw();
    marchland.state.on(["period"], draw);
  });
})();
