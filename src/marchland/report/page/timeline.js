// The timeline: the events and figures of the chosen period, each as wide as its date.
(function () {
  "use strict";
  var marchland = window.marchland;
  var DAY = 864e5;
  var YEAR = 365.25 * DAY;
  // Up to so many marks of a kind have their names beside them.
  var MOST_LABELS = 80;
  var TOP = 20;
  var COLOURS = ["#0072B2", "#009E73", "#B58900", "#D55E00", "#7F7F7F"];
  var FIGURES = "#CC79A7";
  var ROLES = { act: "act of the pair", driver: "act of an outside power", context: "context" };
  var all = null;

  function time(day) { return Date.parse(day + "T00:00:00Z"); }

  function yearStart(year) {
    var day = new Date(0);
    day.setUTCFullYear(year, 0, 1);
    return day.getTime();
  }

  // ---------------------------------------------------------------- data

  function load() {
    var island = marchland.data("sources");
    var rows = island.rows.filter(function (row) { return row.from || row.to; });
    rows.forEach(function (row) {
      row.start = time(row.from || row.to);
      row.end = time(row.to || row.from) + DAY;
    });
    all = { island: island, rows: rows, from: yearStart(island.first), to: yearStart(island.last + 1) };
    all.beyond = rows.filter(function (row) { return row.start >= all.to; });
  }

  function reach() {
    var chosen = marchland.period();
    return chosen || [all.from, all.to];
  }

  // Figures of one measure, source and date make one mark; a click on many filters the table.
  function grouped(rows) {
    var found = {};
    var order = [];
    rows.forEach(function (row) {
      var key = row.kind === "event" ? row.id
        : [row.source, row.measure, row.from, row.to, row.about, row.open].join("|");
      if (!found[key]) {
        found[key] = { rows: [], first: row };
        order.push(found[key]);
      }
      found[key].rows.push(row);
    });
    return order;
  }

  function words(group) {
    var row = group.first;
    var n = group.rows.length;
    if (row.kind === "event") return row.label;
    return n > 1 ? row.label + ": " + n + " figures" : row.label + ", " + row.place + ": " + row.amount;
  }

  function cut(text, most) {
    return text.length > most ? text.slice(0, most - 1).replace(/\s+\S*$/, "") + "…" : text;
  }

  function whenOf(id) {
    var row = document.querySelector('tr[data-id="' + CSS.escape(id) + '"] .when');
    return row ? row.textContent : "";
  }

  // ---------------------------------------------------------------- laying out

  // The lowest row of a lane whose last mark has ended before this one begins.
  function place(rows, from, to) {
    for (var n = 0; n < rows.length; n += 1) {
      if (rows[n] <= from) {
        rows[n] = to;
        return n;
      }
    }
    rows.push(to);
    return rows.length - 1;
  }

  function lanes() {
    var out = all.island.lanes.map(function (name, n) {
      return { key: name, title: name, kind: "event", colour: COLOURS[n % COLOURS.length] };
    });
    all.island.order.forEach(function (key) {
      out.push({ key: key, title: "Figures of " + all.island.sources[key], kind: "figure", colour: FIGURES });
    });
    return out;
  }

  // Marks of the period, packed so that none covers another, with their places in pixels.
  function laidOut(width) {
    var span = reach();
    var scale = function (at) { return (at - span[0]) / (span[1] - span[0]) * width; };
    var inside = all.rows.filter(function (row) { return row.end > span[0] && row.start < span[1]; });
    var groups = grouped(inside);
    var named = {};
    ["event", "figure"].forEach(function (kind) {
      named[kind] = groups.filter(function (one) { return one.first.kind === kind; }).length <= MOST_LABELS;
    });
    var y = TOP;
    var out = { marks: [], heads: [], labelled: named.event && named.figure, span: span, shown: inside.length };
    lanes().forEach(function (lane) {
      var own = groups.filter(function (one) { return one.first.kind === lane.kind && one.first.lane === lane.key; });
      if (!own.length) return;
      var count = own.reduce(function (sum, one) { return sum + one.rows.length; }, 0);
      out.heads.push({ title: lane.title + " (" + count + ")", y: y + 12, line: y, x: span[0] });
      y += 22;
      own.sort(function (a, b) { return a.first.start - b.first.start || b.first.end - a.first.end; });
      var labelled = named[lane.kind];
      var taken = [];
      var marks = own.map(function (one) {
        var mark = markOf(one, lane, span, scale, width, labelled);
        mark.row = place(taken, mark.left, mark.right);
        return mark;
      });
      // A crowded lane stacks its marks closer.
      var step = labelled ? 18 : taken.length > 12 ? 6 : 9;
      marks.forEach(function (mark) {
        var half = labelled ? 6.5 : step / 2 - 1;
        mark.y = y + mark.row * step + step / 2;
        mark.top = mark.y - half;
        mark.bottom = mark.y + half;
        mark.size = labelled ? 62 : step === 6 ? 26 : 58;
        out.marks.push(mark);
      });
      y += taken.length * step + 8;
    });
    out.height = Math.max(y, 40);
    return out;
  }

  function markOf(group, lane, span, scale, width, labelled) {
    var row = group.first;
    var from = Math.max(row.start, span[0]);
    var to = Math.min(row.end, span[1]);
    var form = row.day && !row.about ? "dot" : "bar";
    var x1 = scale(from);
    var x2 = scale(to);
    if (form === "dot") {
      x1 = scale(row.start + DAY / 2) - 4.5;
      x2 = x1 + 9;
    } else if (x2 - x1 < 5) {
      // A bar keeps the width of its date, but never less than the eye needs.
      x1 = Math.max((x1 + x2) / 2 - 2.5, 0);
      x2 = x1 + 5;
    }
    var text = labelled ? cut(words(group), 46) : "";
    var size = text.length * 6.1 + 10;
    // A name that would run off the right edge stands to the left of its mark.
    var inside = text && form === "bar" && x2 - x1 > size - 4;
    var before = text && !inside && x2 + size > width && x1 - size > 0;
    var left = before ? x1 - size : x1;
    var right = before || inside || !text ? x2 : x2 + size;
    var many = group.rows.length > 1;
    return {
      key: (row.kind === "event" ? "event:" : "record:") + row.id, many: many ? group.rows.length : 0,
      measure: row.measure, source: row.source, id: many ? group.rows.length + " figures" : row.id,
      form: form, role: row.kind === "event" ? row.use : "figure", about: row.about ? "about" : "as stated",
      what: words(group), when: whenOf(row.id), from: all.island.sources[row.source] || row.source,
      lane: lane.title, as: row.kind === "event" ? ROLES[row.use] || row.use : "figure",
      colour: lane.colour, x1: x1, x2: x2, middle: (x1 + x2) / 2, left: left - 3, right: right + 3,
      text: text, textX: inside ? x1 + 6 : before ? x1 - 4 : x2 + 4, align: before ? "right" : "left",
      openLeft: row.open[0], openRight: row.open[1]
    };
  }

  // ---------------------------------------------------------------- the records of the period

  function tooltip() {
    return [
      { field: "what", title: "What" }, { field: "when", title: "When" },
      { field: "from", title: "Source" }, { field: "as", title: "As" }, { field: "id", title: "Record" }
    ];
  }

  function pixels(field, width) {
    return { field: field, type: "quantitative", axis: null, scale: { domain: [0, width], nice: false, zero: false } };
  }

  function height(field, all) {
    return { field: field, type: "quantitative", axis: null, scale: { domain: [0, all], reverse: true, nice: false } };
  }

  function detailSpec(laid, width) {
    var colour = { field: "colour", type: "nominal", scale: null, legend: null };
    var x = pixels("x1", width);
    var top = height("top", laid.height);
    function part(test, mark, encoding) {
      return {
        data: { name: "marks" }, transform: [{ filter: test }],
        mark: Object.assign({ clip: true, cursor: "pointer" }, mark),
        encoding: Object.assign({ tooltip: tooltip() }, encoding)
      };
    }
    var bar = { x: x, x2: { field: "x2" }, y: top, y2: { field: "bottom" } };
    var spot = { x: pixels("middle", width), y: height("y", laid.height) };
    var shape = {
      field: "role", type: "nominal", legend: null,
      scale: { domain: ["act", "driver", "context", "figure"], range: ["circle", "diamond", "square", "triangle-up"] }
    };
    function arrow(test, field, turn) {
      return part(test, { type: "point", shape: "triangle-left", size: 90, filled: true, opacity: 1, angle: turn },
        { x: pixels(field, width), y: height("y", laid.height), color: colour });
    }
    var names = function (align) {
      return part("datum.align === '" + align + "' && datum.text", { type: "text", align: align, baseline: "middle", fontSize: 11.5, limit: 330, fill: "currentColor" },
        { x: pixels("textX", width), y: height("y", laid.height), text: { field: "text" } });
    };
    return {
      width: width, height: laid.height, padding: { left: 2, right: 2, top: 2, bottom: 2 }, autosize: "pad",
      layer: [
        {
          data: { name: "ticks" }, mark: { type: "rule", opacity: 0.14, y: TOP - 4, y2: laid.height },
              encoding: { x: pixels("x", width), stroke: { value: "currentColor" } }
            },
        {
          data: { name: "ticks" }, mark: { type: "text", align: "left", baseline: "middle", fontSize: 11.5, y: 7, dx: -1, fill: "currentColor", opacity: 0.85 },
              encoding: { x: pixels("x", width), text: { field: "text" } }
            },
            {
              data: { name: "heads" }, mark: { type: "rule", opacity: 0.25 },
              encoding: { y: height("line", laid.height), stroke: { value: "currentColor" } }
            },
            {
              data: { name: "heads" }, mark: { type: "text", align: "left", baseline: "middle", fontSize: 12, fontWeight: 600, x: 2, fill: "currentColor" },
              encoding: { y: height("y", laid.height), text: { field: "title" } }
            },
            part("datum.form === 'bar' && datum.about === 'as stated'", { type: "rect", cornerRadius: 2, fillOpacity: 0.38, strokeWidth: 1.2 }, Object.assign({ fill: colour, stroke: colour }, bar)),
            part("datum.form === 'bar' && datum.about !== 'as stated'", { type: "rect", cornerRadius: 2, fillOpacity: 0.07, strokeWidth: 1.2, strokeDash: [3, 2] }, Object.assign({ fill: colour, stroke: colour }, bar)),
            part("datum.form === 'dot'", { type: "point", filled: true, opacity: 0.95 }, Object.assign({ fill: colour, shape: shape, size: { field: "size", type: "quantitative", scale: null, legend: null } }, spot)),
            arrow("datum.openLeft", "x1", 0), arrow("datum.openRight", "x2", 180), names("left"), names("right")
      ]
    };
  }

  // Years, or months where the period is short, as far apart as their words need.
  function ticks(span, width) {
    var months = (span[1] - span[0]) / (YEAR / 12);
    var room = Math.max(width / 62, 2);
    var every = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600].filter(function (step) { return months / step <= room; })[0] || 1200;
    var day = new Date(span[0]);
    var month = Math.ceil((day.getUTCFullYear() * 12 + day.getUTCMonth()) / every) * every;
    var out = [];
    for (; out.length < 200; month += every) {
      var at = new Date(0);
      at.setUTCFullYear(Math.floor(month / 12), month % 12, 1);
      if (at.getTime() >= span[1]) break;
      var name = every < 12 ? at.toLocaleString("en", { month: "short", timeZone: "UTC" }) + " " : "";
      out.push({ x: (at.getTime() - span[0]) / (span[1] - span[0]) * width, text: name + at.getUTCFullYear() });
    }
    return out;
  }

  function table(laid) {
    return [{
      name: "timeline", caption: "Events and figures of the period",
      columns: ["id", "lane", "what", "when", "about", "from", "as"].map(function (name) {
        return { name: name, heading: { id: "Record", lane: "Lane", what: "What", when: "When", about: "Date", from: "Source", as: "As" }[name], kind: "plain" };
      }),
      rows: laid.marks.map(function (m) { return [m.id, m.lane, m.what, m.when, m.about, m.from, m.as]; })
    }];
  }

  function detail() {
    var figure = document.getElementById("timeline-detail");
    var drawing = figure.querySelector(".drawing");
    // A printer asks before the view has a width.
    var width = Math.max((Math.floor(drawing.getBoundingClientRect().width) || 680) - 8, 240);
    var laid = laidOut(width);
    var note = laid.shown + " of " + all.rows.length + " dated records";
    if (all.beyond.length && !marchland.period()) {
      note += "; " + all.beyond.map(function (row) { return row.id + " (" + row.when + ")"; }).join(", ") +
        (all.beyond.length === 1 ? " lies" : " lie") + " beyond the strip";
    }
    note += laid.labelled ? "." : ". A shorter period shows names beside the marks.";
    document.getElementById("timeline-note").textContent = laid.marks.length ? note : "Nothing is dated within this period.";
    marchland.chart(figure, {
      spec: detailSpec(laid, width), steady: true, csv: table(laid),
      data: { marks: laid.marks, heads: laid.heads, ticks: ticks(laid.span, width) }
    });
    detail.width = drawing.getBoundingClientRect().width;
  }

  function clicked(event, item) {
    var datum = item && item.datum;
    if (!datum || !datum.key) return;
    if (!datum.many) {
      marchland.explain(datum.key);
      return;
    }
    var filters = { kind: "figure", source: datum.source, measure: datum.measure, at: "evidence" };
    marchland.state.set(Object.assign({ q: null, place: null, quality: null, use: null }, filters));
    marchland.go("evidence");
  }

  // A chart is drawn anew when the window or the period changes; each drawing is told what to do.
  function watch(figure, hook) {
    var drawing = figure.querySelector(".drawing");
    var known = null;
    function look() {
      if (!drawing.marchlandView || drawing.marchlandView === known) return;
      known = drawing.marchlandView;
      // The figure has a name in words and its data as a table; its marks need no names of their own.
      var svg = drawing.querySelector("svg");
      if (svg) svg.setAttribute("aria-hidden", "true");
      hook(known);
    }
    new MutationObserver(look).observe(drawing, { childList: true });
  }

  marchland.timeline = {
    colours: { events: COLOURS[0], figures: FIGURES },
    data: function () { return all; },
    yearStart: yearStart,
    watch: watch
  };

  marchland.onView("sources", function () {
    var figure = document.getElementById("timeline-detail");
    if (!figure || !marchland.data("sources")) return;
    load();
    watch(figure, function (view) { view.addEventListener("click", clicked); });
    detail();
    var waiting = 0;
    var stale = false;
    function redraw() {
      stale = document.getElementById("view-sources").hasAttribute("hidden");
      if (!stale) detail();
    }
    marchland.state.on(["period"], redraw);
    marchland.state.on(["view", "at"], function () { if (stale) redraw(); });
    window.addEventListener("resize", function () {
      clearTimeout(waiting);
      waiting = setTimeout(function () {
        var place = figure.querySelector(".drawing");
        if (Math.abs(place.getBoundingClientRect().width - detail.width) > 8) redraw();
      }, 250);
    });
  });
})();
