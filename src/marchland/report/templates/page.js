// Charts from the tables of the page, downloads of the tables, and links into folded parts.
(function () {
  "use strict";
  var root = document.documentElement;

  function quarter(text) {
    var m = /^(\d+)Q([1-4])$/.exec(text);
    // The middle of the quarter, as a time in UTC; years below 100 need setUTCFullYear.
    if (!m) return null;
    var day = new Date(0);
    day.setUTCFullYear(+m[1], 3 * (m[2] - 1) + 1, 15);
    return day.getTime();
  }

  // An empty cell is an absent value: null, never zero.
  function value(text, kind) {
    if (text === "") return null;
    if (kind === "number") return Number(text.replace(/,/g, ""));
    if (kind === "quarter") return quarter(text);
    if (kind === "date") return Date.parse(text + "T00:00:00Z");
    return text;
  }

  function columns(table) {
    return Array.from(table.tHead.rows[0].cells, function (c) {
      return { name: c.dataset.field, kind: c.dataset.kind };
    });
  }

  function rows(table) {
    var heads = columns(table);
    return Array.from(table.tBodies[0].rows, function (row) {
      var out = {};
      heads.forEach(function (head, n) {
        var text = row.cells[n].textContent.trim();
        out[head.name] = value(text, head.kind);
        if (head.kind === "quarter") out.quarter = text;
      });
      return out;
    });
  }

  // A quarter that is missing ends a stretch: nothing is drawn across a gap.
  function segments(data) {
    var part = 0;
    data.forEach(function (row, n) {
      var last = data[n - 1];
      if (last && (last.line !== row.line || row.time - last.time > 100 * 864e5)) part += 1;
      row.segment = part;
    });
    return data;
  }

  function observed(data) {
    data.forEach(function (row) {
      if (row.start !== null && row.end !== null) row.middle = (row.start + row.end) / 2;
      else row.middle = row.start !== null ? row.start : row.end;
      if (row.start === null) row.start = row.end;
      if (row.end === null) row.end = row.start;
      row.href = "#record-" + row.record;
    });
    return data;
  }

  function dataOf(id) {
    var out = {};
    document.querySelectorAll('table[data-chart="' + id + '"]').forEach(function (table) {
      var data = rows(table);
      if (/-observed$/.test(table.id)) out.observed = observed(data);
      else out.lines = data.length && data[0].quarter ? segments(data) : data;
    });
    return out;
  }

  var font = getComputedStyle(document.body).getPropertyValue("--sans");
  var config = {
    background: null,
    font: font,
    view: { stroke: null },
    axis: {
      labelColor: "currentColor", titleColor: "currentColor", domainColor: "currentColor",
      tickColor: "currentColor", gridColor: "currentColor", gridOpacity: 0.13, domainOpacity: 0.4,
      tickOpacity: 0.4, labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal"
    },
    legend: { labelColor: "currentColor", titleColor: "currentColor", labelFontSize: 12 }
  };

  function draw(place) {
    var id = place.dataset.spec.replace(/-spec$/, "");
    var spec = JSON.parse(document.getElementById(place.dataset.spec).textContent);
    spec.datasets = dataOf(id);
    spec.autosize = { type: "fit-x", contains: "padding", resize: true };
    var options = { mode: "vega-lite", renderer: "svg", actions: false, ast: true, config: config };
    return window.vegaEmbed(place, spec, options).then(function () {
      place.setAttribute("data-drawn", "");
    });
  }

  function text(cell) {
    var t = cell.textContent.trim();
    if (cell.dataset.plain !== undefined) t = cell.dataset.plain;
    return /[",\n]/.test(t) ? '"' + t.replace(/"/g, '""') + '"' : t;
  }

  function csv(table) {
    var heads = columns(table);
    var lines = [heads.map(function (h) { return h.name; }).join(",")];
    Array.from(table.tBodies[0].rows).forEach(function (row) {
      lines.push(Array.from(row.cells, function (cell, n) {
        if (heads[n].kind === "number") return cell.textContent.trim().replace(/,/g, "");
        return text(cell);
      }).join(","));
    });
    return lines.join("\n") + "\n";
  }

  document.querySelectorAll("button[data-csv]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      var link = document.createElement("a");
      var blob = new Blob([csv(document.getElementById(button.dataset.csv))], { type: "text/csv" });
      link.href = URL.createObjectURL(blob);
      link.download = button.dataset.csv + ".csv";
      link.click();
      setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
    });
  });

  // A link may lead into a folded part: unfold it, then go there.
  function unfold() {
    var name = decodeURIComponent(location.hash.slice(1));
    var target = name && document.getElementById(name);
    if (!target) return;
    for (var at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    target.scrollIntoView();
  }
  window.addEventListener("hashchange", unfold);
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll(".boundary details, details.passage").forEach(function (d) {
      d.open = true;
    });
  });
  unfold();

  var places = Array.from(document.querySelectorAll(".drawing"));
  places.reduce(function (before, place) {
    return before.then(function () { return draw(place); });
  }, Promise.resolve()).then(function () { root.setAttribute("data-ready", places.length); });
})();
