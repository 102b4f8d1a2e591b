// What was assumed: a chart of what moves an answer most, the values of drivers, tables to sort.
(function () {
  "use strict";
  var marchland = window.marchland;
  var MOST = 15;
  // Classes differ by name in the label as well, so colour is never alone.
  var COLOURS = {
    "driver, D": "#D55E00", "driver, C": "#B58900", "driver, B": "#0072B2", "driver, A": "#009E73",
    "prior, not informed": "#CC79A7", "prior, informed": "#7F7F7F"
  };
  var island = null;

  function by(id) { return document.getElementById(id); }

  function classOf(kind, quality) {
    if (kind === "driver") return "driver, " + quality;
    return quality === "open" ? "prior, not informed" : "prior, informed";
  }

  function movesOf(key) {
    var informed = by("assumed-informed").checked;
    var chance = by("assumed-chance").checked;
    return (island.moves[key] || []).map(function (cells) {
      var row = {};
      island.columns.forEach(function (name, n) { row[name] = cells[n]; });
      row.class = classOf(row.kind, row.class);
      row.text = row.label + "  [" + row.class + "]";
      row.way = row.move === "trend" ? "falling, rising" : row.kind === "driver" ? "all low, all high" : "lowest, highest fifth";
      return row;
    }).filter(function (row) {
      if (!informed && row.class === "prior, informed") return false;
      return chance || row.noise === null || row.relative > row.noise;
    }).slice(0, MOST);
  }

  function tornado(figure, rows) {
    var y = { field: "text", type: "nominal", sort: rows.map(function (row) { return row.text; }), axis: { title: null, labelLimit: 330, domain: false, ticks: false } };
    var used = Object.keys(COLOURS).filter(function (name) {
      return rows.some(function (row) { return row.class === name; });
    });
    var colour = { field: "class", type: "nominal", legend: null,
      scale: { domain: used, range: used.map(function (name) { return COLOURS[name]; }) } };
    var tooltip = [
      { field: "label", title: "Assumption" }, { field: "class", title: "Class" },
      { field: "way", title: "Moved" },
      { field: "low", type: "quantitative", title: "Change, low end", format: "+,.3~r" },
      { field: "high", type: "quantitative", title: "Change, high end", format: "+,.3~r" },
      { field: "relative", type: "quantitative", title: "Swing, of its interval", format: ".2f" },
      { field: "noise", type: "quantitative", title: "By chance", format: ".2f" }
    ];
    function x(field) {
      return { field: field, type: "quantitative", axis: { title: "change of the figure, " + figure.unit, format: ",~f", tickCount: 6 } };
    }
    function mark(kind, field, more) {
      return { transform: [{ filter: "datum.kind === '" + kind + "'" }], mark: more,
        encoding: Object.assign({ y: y, color: colour, tooltip: tooltip }, field) };
    }
    var span = { x: x("low"), x2: { field: "high" } };
    // Drivers are filled bars; priors are outlines, since their fifths only go together with it.
    return {
      $schema: "https://vega.github.io/schema/vega-lite/v5.json",
      width: "container", height: 24 * Math.max(rows.length, 1), data: { name: "moves" },
      layer: [
        { mark: { type: "rule", color: "currentColor", opacity: 0.55 }, encoding: { x: { datum: 0 } } },
        mark("driver", span, { type: "bar", height: 13 }),
        mark("prior", Object.assign({ stroke: colour }, span), { type: "bar", height: 13, fillOpacity: 0.12, strokeWidth: 1.6, strokeDash: [4, 2] }),
        { mark: { type: "point", shape: "circle", size: 45, filled: true, opacity: 1 },
          encoding: { x: x("low"), y: y, color: colour, tooltip: tooltip } },
        { mark: { type: "point", shape: "triangle-right", size: 75, filled: true, opacity: 1 },
          encoding: { x: x("high"), y: y, color: colour, tooltip: tooltip } }
      ]
    };
  }

  function legend(place, items) {
    place.textContent = "";
    items.forEach(function (text) {
      var li = document.createElement("li");
      li.textContent = text;
      place.appendChild(li);
    });
  }

  function drawTornado() {
    var select = by("assumed-answer");
    var known = island.figures.map(function (one) { return one.key; });
    var key = known.indexOf(marchland.state.get("answer")) >= 0 ? marchland.state.get("answer") : known[0];
    select.value = key;
    var figure = island.figures[known.indexOf(key)];
    var rows = movesOf(key);
    var place = by("assumed-tornado");
    place.querySelector("figcaption strong").textContent = figure.question + " " + figure.label;
    legend(place.querySelector(".legend"), rows.length
      ? ["filled bar: driver", "dashed outline: prior", "● at the low end", "▶ at the high end",
        "median " + told(figure.value) + ", interval " + told(figure.low) + " to " + told(figure.high) + " " + figure.unit]
      : ["Nothing moves this figure by more than chance explains."]);
    place.querySelector(".drawing").hidden = !rows.length;
    var heads = [["label", "Assumption"], ["class", "Class"], ["way", "Moved"], ["low", "Change, low end"],
      ["high", "Change, high end"], ["relative", "Swing, of its interval"], ["noise", "By chance"]];
    marchland.chart(place, {
      spec: tornado(figure, rows), data: { moves: rows }, steady: true,
      csv: [{
        name: "assumed-" + key, caption: figure.label + ", changes in " + figure.unit,
        columns: heads.map(function (h, n) { return { name: h[0], heading: h[1], kind: n > 2 ? "number" : "" }; }),
        rows: rows.map(function (row) { return heads.map(function (h) { return row[h[0]]; }); })
      }]
    });
    var view = place.querySelector(".drawing").marchlandView;
    if (view) {
      view.addEventListener("click", function (event, item) {
        var datum = item && item.datum;
        if (datum && datum.name && marchland.explain) {
          marchland.explain((datum.kind === "driver" ? "driver:" : "parameter:") + datum.name);
        }
      });
    }
  }

  function told(value) {
    return value === null || value === undefined ? "" : value.toLocaleString("en", { maximumSignificantDigits: 3 });
  }

  // ---------------------------------------------------------------- values of a driver

  function places() {
    var driver = island.drivers[by("driver-name").value];
    var select = by("driver-place");
    select.textContent = "";
    Object.keys(driver.places).forEach(function (name) {
      var option = document.createElement("option");
      option.textContent = name;
      select.appendChild(option);
    });
    drawDriver();
  }

  function drawDriver() {
    var name = by("driver-name").value;
    var place = by("driver-place").value;
    var driver = island.drivers[name];
    var rows = driver.places[place].map(function (cells) {
      return { period: cells[0], year: cells[1], value: cells[2], low: cells[3], high: cells[4], quality: cells[5] };
    });
    var figure = by("driver-chart");
    var shown = by("driver-name").selectedOptions[0].textContent;
    figure.querySelector("figcaption strong").textContent = shown + ", " + place;
    var shape = { field: "quality", type: "nominal", title: "quality",
      scale: { domain: ["A", "B", "C", "D"], range: ["circle", "square", "diamond", "triangle-up"] } };
    var colour = { field: "quality", type: "nominal", title: "quality",
      scale: { domain: ["A", "B", "C", "D"], range: ["#009E73", "#0072B2", "#B58900", "#D55E00"] } };
    var x = { field: "year", type: "quantitative", scale: { zero: false, nice: false, padding: 12 },
      axis: { title: "year", format: "d", tickMinStep: 1, tickCount: 8 } };
    var y = { type: "quantitative", scale: { zero: false }, axis: { title: driver.unit, format: ",~f" } };
    var tooltip = [{ field: "period", title: "Period" }, { field: "value", type: "quantitative", title: "Value", format: ",.4~g" },
      { field: "low", type: "quantitative", title: "Low", format: ",.4~g" },
      { field: "high", type: "quantitative", title: "High", format: ",.4~g" }, { field: "quality", title: "Quality" }];
    marchland.chart(figure, {
      spec: {
        $schema: "https://vega.github.io/schema/vega-lite/v5.json",
        width: "container", height: 220, data: { name: "rows" },
        layer: [
          { transform: [{ filter: "datum.low !== null && datum.high !== null" }], mark: { type: "rule", strokeWidth: 2, opacity: 0.55 },
            encoding: { x: x, y: Object.assign({ field: "low" }, y), y2: { field: "high" }, color: colour, tooltip: tooltip } },
          { mark: { type: "point", filled: true, size: 60, opacity: 1 },
            encoding: { x: x, y: Object.assign({ field: "value" }, y), color: colour, shape: shape, tooltip: tooltip } }
        ]
      },
      data: { rows: rows }, steady: true,
      csv: [{
        name: "driver-" + name, caption: shown + ", " + place + ", " + driver.unit,
        columns: [["period", "Period", "plain"], ["value", "Value", "number"], ["low", "Low", "number"], ["high", "High", "number"], ["quality", "Quality", ""]]
          .map(function (c) { return { name: c[0], heading: c[1], kind: c[2] }; }),
        rows: rows.map(function (row) { return [row.period, row.value, row.low, row.high, row.quality]; })
      }]
    });
  }

  // ---------------------------------------------------------------- tables

  function valueOf(row, n, kind) {
    var cell = row.cells[n];
    var text = cell.dataset.value === undefined ? cell.textContent.trim() : cell.dataset.value;
    if (kind !== "number") return text.toLowerCase();
    // What is absent is no number; it goes to the end either way.
    return text === "" ? null : parseFloat(text.replace("\u2212", "-").replace(/,/g, ""));
  }

  function sortBy(table, cell, down) {
    var n = cell.cellIndex;
    var kind = cell.dataset.order;
    var body = table.tBodies[0];
    var rows = Array.from(body.rows).map(function (row) { return { row: row, value: valueOf(row, n, kind) }; });
    rows.sort(function (a, b) {
      if (a.value === null || b.value === null) return (a.value === null) - (b.value === null);
      return (down ? -1 : 1) * (a.value < b.value ? -1 : a.value > b.value ? 1 : 0);
    });
    body.append.apply(body, rows.map(function (one) { return one.row; }));
    table.querySelectorAll("th[aria-sort]").forEach(function (one) { one.removeAttribute("aria-sort"); });
    cell.setAttribute("aria-sort", down ? "descending" : "ascending");
  }

  function sortable(table) {
    table.querySelectorAll("th[data-order]").forEach(function (cell) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = cell.textContent;
      cell.textContent = "";
      cell.appendChild(button);
      button.addEventListener("click", function () {
        var now = cell.getAttribute("aria-sort");
        sortBy(table, cell, now ? now === "ascending" : cell.dataset.order === "number");
      });
    });
  }

  function filters(bar) {
    var table = by(bar.dataset.for);
    function run() {
      var text = bar.querySelector("[data-text]").value.trim().toLowerCase();
      var fields = Array.from(bar.querySelectorAll("[data-field]"));
      var kept = 0;
      Array.from(table.tBodies[0].rows).forEach(function (row) {
        var here = row.textContent.toLowerCase().indexOf(text) >= 0 && fields.every(function (field) {
          return !field.value || (row.dataset[field.dataset.field] || "").split(" ").indexOf(field.value) >= 0;
        });
        row.hidden = !here;
        row.toggleAttribute("data-filtered", !here);
        kept += here ? 1 : 0;
      });
      bar.querySelector("output").textContent = kept + " of " + table.tBodies[0].rows.length;
    }
    bar.addEventListener("input", run);
    run();
  }

  var section = document.getElementById("view-assumed");
  if (!section) return;
  section.querySelectorAll("table.sorted").forEach(sortable);
  section.querySelectorAll(".filters").forEach(filters);

  marchland.onView("assumed", function () {
    island = marchland.data("assumed") || { figures: [], moves: {}, drivers: {} };
    if (by("assumed-answer") && island.figures.length) {
      by("assumed-answer").addEventListener("change", function () {
        marchland.state.set({ answer: by("assumed-answer").value });
      });
      ["assumed-informed", "assumed-chance"].forEach(function (id) { by(id).addEventListener("change", drawTornado); });
      marchland.state.on(["answer"], drawTornado);
      drawTornado();
    }
    if (by("driver-name") && by("driver-name").options.length) {
      by("driver-name").addEventListener("change", places);
      by("driver-place").addEventListener("change", drawDriver);
      section.querySelectorAll("button[data-driver]").forEach(function (one) {
        one.addEventListener("click", function () {
          by("driver-name").value = one.dataset.driver;
          places();
          by("driver-values").scrollIntoView({ block: "center" });
          by("driver-place").focus({ preventScroll: true });
        });
      });
      places();
    }
  });
})();
