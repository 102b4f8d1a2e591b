// Scenarios: a fan against the baseline, a fan of the difference, and a switch between them.
(function () {
  "use strict";
  var marchland = window.marchland;
  var BLUE = "#0072B2";
  var ORANGE = "#D55E00";
  var island = null;

  function what() {
    if (!island) island = marchland.data("whatif");
    return island;
  }

  function quarterAt(first, n) {
    var count = 4 * first.slice(0, 4) + +first[5] - 1 + n;
    return Math.floor(count / 4) + "Q" + (count % 4 + 1);
  }

  // A scenario that leaves a line as it was has no rows of its own: the line is the baseline's.
  function rows(kind, n, name) {
    var series = what().series;
    var fan = (series[kind] || [])[n];
    if (!fan && kind in what().titles) fan = series.baseline[n];
    var same = !fan && /- baseline$/.test(kind) && series.baseline[n];
    if (!fan && !same) return [];
    var out = [];
    (fan || same).q50.forEach(function (value, i) {
      if (value === null) return;
      var quarter = quarterAt((fan || same).first, i);
      var row = { line: name, quarter: quarter, time: marchland.quarter(quarter) };
      what().quantiles.forEach(function (q) { row[q] = fan ? fan[q][i] : 0; });
      out.push(row);
    });
    return marchland.segments(out);
  }

  function x() {
    return { field: "time", type: "temporal", scale: { type: "utc", nice: false },
      axis: { title: "year", format: "%Y", labelOverlap: true, tickCount: 8 } };
  }

  function y(field, line, heading) {
    return { field: field, type: "quantitative", scale: { zero: false },
      axis: { title: heading, format: line.share ? "~%" : ",~f" } };
  }

  function fan(data, colour, line, heading, dash) {
    var tooltip = [{ field: "line", title: "Line" }, { field: "quarter", title: "Quarter" }].concat(
      ["q05", "q25", "q50", "q75", "q95"].map(function (q) {
        return { field: q, type: "quantitative", title: (+q.slice(1)) + " %", format: ",.4~g" };
      }));
    var detail = { field: "segment" };
    function band(low, high, opacity) {
      return { data: { name: data }, mark: { type: "area", opacity: opacity, color: colour },
        encoding: { x: x(), y: y(low, line, heading), y2: { field: high }, detail: detail } };
    }
    return [band("q05", "q95", 0.16), band("q25", "q75", 0.22), {
      data: { name: data },
      mark: { type: "line", color: colour, strokeWidth: 2.2, strokeDash: dash, point: false },
      encoding: { x: x(), y: y("q50", line, heading), detail: detail, tooltip: tooltip }
    }];
  }

  function tables(id, parts, line) {
    var columns = [["line", "Line"], ["quarter", "Quarter"], ["q05", "5 %"], ["q25", "25 %"], ["q50", "Median"], ["q75", "75 %"], ["q95", "95 %"]];
    return [{
      name: id, caption: line.label + ", in " + line.unit,
      columns: columns.map(function (c) { return { name: c[0], heading: c[1], kind: c[0][0] === "q" && c[0] !== "quarter" ? "number" : "" }; }),
      rows: parts.map(function (row) { return columns.map(function (c) { return row[c[0]]; }); })
    }];
  }

  function unitOf(line) { return line.share ? "share" : line.unit; }

  function chosen() {
    var titles = what().titles;
    var name = marchland.state.get("scenario");
    if (!titles[name]) name = Object.keys(titles)[0];
    var key = marchland.state.get("line");
    var n = what().lines.findIndex(function (line) { return line.key === key; });
    if (n < 0) n = best(name);
    return { name: name, n: n };
  }

  // Without a choice: the first line that the scenario moves.
  function best(name) {
    var found = (what().series[name + " - baseline"] || []).findIndex(function (fan) {
      return fan && fan.q50.some(function (value) { return value; });
    });
    return Math.max(found, 0);
  }

  function legend(figure, entries) {
    var list = figure.querySelector(".legend");
    list.textContent = "";
    entries.forEach(function (entry) {
      var li = document.createElement("li");
      li.innerHTML = '<svg width="30" height="8" aria-hidden="true"><path d="M1 4h28" stroke="' + entry[1] +
        '" stroke-width="3"' + (entry[2] ? ' stroke-dasharray="' + entry[2] + '"' : "") + "/></svg> ";
      li.append(entry[0]);
      list.appendChild(li);
    });
  }

  function draw() {
    if (!what() || !what().lines.length) return;
    var pick = chosen();
    var line = what().lines[pick.n];
    var title = what().titles[pick.name];
    var base = rows("baseline", pick.n, "As it was");
    var other = rows(pick.name, pick.n, title);
    var difference = rows(pick.name + " - baseline", pick.n, title + ", less as it was");
    var first = document.getElementById("whatif-fan");
    var second = document.getElementById("whatif-difference");
    first.querySelector("strong").textContent = line.label;
    second.querySelector("strong").textContent = "Difference: " + line.label;
    legend(first, [["As it was", ORANGE, "7 3"], [title, BLUE, ""]]);
    legend(second, [[title + ", less as it was", BLUE, ""]]);
    marchland.chart(first, {
      spec: { width: "container", height: 300, layer: fan("base", ORANGE, line, unitOf(line), [7, 3]).concat(fan("other", BLUE, line, unitOf(line), [1, 0])) },
      data: { base: base, other: other }, csv: tables("whatif-" + pick.name, base.concat(other), line)
    });
    var none = { data: { values: [{}] }, mark: { type: "rule", opacity: 0.6, strokeDash: [2, 2] },
      encoding: { y: { datum: 0 }, stroke: { value: "currentColor" } } };
    marchland.chart(second, {
      spec: { width: "container", height: 300, layer: [none].concat(fan("difference", BLUE, line, "difference, " + (line.share ? "share" : line.unit), [1, 0])) },
      data: { difference: difference }, csv: tables("whatif-" + pick.name + "-difference", difference, line)
    });
    [first, second].forEach(function (figure) {
      figure.querySelector("a.figure").dataset.explain = "line:" + line.key;
      figure.querySelector("a.figure").href = "#explain=line:" + line.key;
    });
    controls(pick);
  }

  function controls(pick) {
    document.querySelectorAll('input[name="scenario"]').forEach(function (one) {
      one.checked = one.value === pick.name;
    });
    document.getElementById("whatif-line").value = what().lines[pick.n].key;
    document.querySelectorAll("[data-scenario]").forEach(function (one) {
      one.hidden = one.dataset.scenario !== pick.name;
    });
  }

  function listen(input) {
    input.addEventListener("change", function () { marchland.state.set({ scenario: input.value }); });
  }

  marchland.onView("whatif", function () {
    if (!document.getElementById("whatif-fan")) return;
    document.querySelectorAll('input[name="scenario"]').forEach(listen);
    var select = document.getElementById("whatif-line");
    select.addEventListener("change", function () { marchland.state.set({ line: select.value }); });
    draw();
    marchland.state.on(["scenario", "line"], draw);
  });

  // What a reader's own rerun found joins the written scenarios.
  function add(name, title, found) {
    var lines = what().lines;
    what().titles[name] = title;
    [name, name + " - baseline"].forEach(function (kind) {
      what().series[kind] = lines.map(function (line) {
        var own = found.filter(function (row) {
          return row.scenario === kind && row.measure === line.measure && row.place === line.place &&
            (row.group || "") === line.group && (row.counterpart || "") === line.counterpart;
        });
        if (!own.length) return null;
        own.sort(function (a, b) { return a.time < b.time ? -1 : 1; });
        var out = { first: own[0].time };
        var at = {};
        own.forEach(function (row) { at[row.time] = row; });
        what().quantiles.forEach(function (q) {
          out[q] = [];
          for (var n = 0, time = out.first; time <= own[own.length - 1].time; time = quarterAt(out.first, ++n)) {
            out[q].push(at[time] ? at[time][q] : null);
          }
        });
        return out;
      });
    });
    if (!document.querySelector('input[name="scenario"][value="' + name + '"]')) {
      var label = document.createElement("label");
      var input = document.createElement("input");
      input.type = "radio";
      input.name = "scenario";
      input.value = name;
      listen(input);
      label.append(input, " ", document.createElement("span"));
      document.querySelector(".scenarios").appendChild(label);
    }
    document.querySelector('input[name="scenario"][value="' + name + '"]').parentElement.querySelector("span").textContent = title;
    if (marchland.state.get("scenario") === name) draw();
    else marchland.state.set({ scenario: name });
  }

  marchland.whatif = {
    add: add,
    keys: function () {
      return (what() || { lines: [] }).lines.map(function (line) {
        return { measure: line.measure, place: line.place, group: line.group, counterpart: line.counterpart };
      });
    }
  };
})();
