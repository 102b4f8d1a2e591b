// The strip of counts and the fields on which a period is chosen.
(function () {
  "use strict";
  var marchland = window.marchland;
  var timeline = marchland.timeline;
  var colours = timeline.colours;
  var DAY = 864e5;
  var YEAR = 365.25 * DAY;
  // A longer period is taken as whole years, a shorter one as whole months.
  var IN_YEARS = 3 * YEAR;
  var all = null;

  // ---------------------------------------------------------------- the strip

  // Counts by year; by quarter where the whole is short.
  function counts() {
    var quarters = all.to - all.from < 15 * YEAR;
    var found = {};
    all.rows.forEach(function (row) {
      var day = new Date(Math.max(row.start, all.from));
      if (row.start >= all.to) return;
      var year = day.getUTCFullYear();
      var part = quarters ? Math.floor(day.getUTCMonth() / 3) : 0;
      var key = year + "/" + part;
      if (!found[key]) {
        var start = quarters ? Date.UTC(year, part * 3, 1) : timeline.yearStart(year);
        var end = quarters ? Date.UTC(year, part * 3 + 3, 1) : timeline.yearStart(year + 1);
        found[key] = { when: quarters ? year + "Q" + (part + 1) : String(year), start: start, end: end, events: 0, figures: 0 };
      }
      found[key][row.kind === "event" ? "events" : "figures"] += 1;
    });
    return Object.keys(found).sort().map(function (key) {
      var one = found[key];
      one.up = Math.sqrt(one.events);
      one.down = -Math.sqrt(one.figures);
      one.zero = 0;
      return one;
    });
  }

  function stripSpec(rows) {
    var most = Math.max.apply(null, rows.map(function (r) { return r.up; }).concat([1]));
    var deep = Math.min.apply(null, rows.map(function (r) { return r.down; }).concat([-1]));
    var peak = rows.filter(function (r) { return r.up === most && r.events > 1; }).slice(0, 1);
    var x = { field: "start", type: "temporal", scale: { type: "utc", nice: false }, axis: { title: null, format: "%Y", grid: false, labelOverlap: true, tickCount: 12 } };
    var y = function (name) { return { field: name, type: "quantitative", axis: null, scale: { domain: [deep * 1.25, most * 1.3], nice: false } }; };
    var tip = [{ field: "when", title: "Begin in" }, { field: "events", title: "Events" }, { field: "figures", title: "Figures" }];
    function bars(field, colour, over) {
      return { mark: { type: "rect", fill: colour, opacity: 0.9 }, encoding: { x: over, x2: { field: "end" }, y: y("zero"), y2: { field: field }, tooltip: tip } };
    }
    function word(text, value) {
      return { data: { values: [{ at: value }] }, mark: { type: "text", x: 2, align: "left", fontSize: 11.5, text: text, fill: "currentColor", opacity: 0.8 }, encoding: { y: y("at") } };
    }
    var events = bars("up", colours.events, x);
    events.params = [{
      name: "brush",
      select: { type: "interval", encodings: ["x"], mark: { fill: "#0072B2", fillOpacity: 0.16, stroke: "#0072B2", strokeWidth: 1.5, cursor: "grab" } }
    }];
    return {
      width: "container", height: 92, data: { name: "counts" },
      layer: [
        events, bars("down", colours.figures, { field: "start", type: "temporal" }),
        // The axis reaches over the whole, also where its first and last year have no bar.
        { mark: { type: "point", opacity: 0 }, data: { values: [{ at: all.from }, { at: all.to }] }, encoding: { x: { field: "at", type: "temporal" } } },
        { mark: { type: "rule", opacity: 0.4 }, data: { values: [{ at: 0 }] }, encoding: { y: y("at"), stroke: { value: "currentColor" } } },
        word("events", most * 0.9), word("figures", deep * 0.9),
        { data: { values: peak }, mark: { type: "text", dy: -7, fontSize: 11.5, fill: "currentColor" }, encoding: { x: { field: "start", type: "temporal", bandPosition: 0 }, y: y("up"), text: { field: "events" } } }
      ]
    };
  }

  var placing = false;
  var later = 0;

  // What a drawn interval means: whole years where it is long, else whole months.
  function snapped(from, to) {
    var first = new Date(Math.max(from, all.from));
    var last = new Date(Math.min(to, all.to));
    function two(n) { return (n < 10 ? "0" : "") + n; }
    function four(n) { return ("000" + n).slice(-4); }
    if (last - first > IN_YEARS) {
      var begin = new Date(first.getTime() + YEAR / 2).getUTCFullYear();
      var end = new Date(last.getTime() - YEAR / 2).getUTCFullYear();
      return four(begin) + "/" + four(Math.max(end, begin));
    }
    var a = new Date(first.getTime() + 15 * DAY);
    var b = new Date(last.getTime() - 15 * DAY);
    if (b < a) b = a = new Date((first.getTime() + last.getTime()) / 2);
    return four(a.getUTCFullYear()) + "-" + two(a.getUTCMonth() + 1) + "/" + four(b.getUTCFullYear()) + "-" + two(b.getUTCMonth() + 1);
  }

  function show(view) {
    var chosen = marchland.period();
    var scale = view.scale("x");
    placing = true;
    view.signal("brush_x", chosen ? chosen.map(scale) : []).run();
    placing = false;
  }

  function listen(view) {
    view.addSignalListener("brush_x", function (name, value) {
      if (placing) return;
      var scale = view.scale("x");
      var ends = (value || []).map(function (x) { return scale.invert(x).valueOf(); }).sort(function (a, b) { return a - b; });
      clearTimeout(later);
      later = setTimeout(function () {
        var text = ends.length === 2 && ends[1] > ends[0] ? snapped(ends[0], ends[1]) : null;
        marchland.state.set({ period: text, at: null });
        show(strip.view);
      }, 120);
    });
    show(view);
  }

  function strip() {
    var figure = document.getElementById("timeline-overview");
    var rows = counts();
    timeline.watch(figure, function (view) {
      strip.view = view;
      listen(view);
    });
    marchland.chart(figure, {
      spec: stripSpec(rows), data: { counts: rows }, steady: true,
      csv: [{
        name: "timeline-counts", caption: "Records by the time in which they begin",
        columns: [{ name: "when", heading: "Begin in", kind: "plain" }, { name: "events", heading: "Events", kind: "number" }, { name: "figures", heading: "Figures", kind: "number" }],
        rows: rows.map(function (row) { return [row.when, row.events, row.figures]; })
      }]
    });
  }

  // ---------------------------------------------------------------- the fields

  function fields() {
    var form = document.getElementById("period-form");
    var said = document.getElementById("period-said");
    form.hidden = false;
    function fill() {
      var parts = (marchland.period() ? marchland.state.get("period") : "/").split("/");
      form.from.value = parts[0];
      form.to.value = parts[1];
      said.textContent = marchland.period() ? "" : "No period is chosen: the whole is shown.";
    }
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      var from = form.from.value.trim() || String(all.island.first);
      var to = form.to.value.trim() || String(all.island.last);
      // Both ends in one grain: a month beside a year makes the year its first or last month.
      if (from.length !== to.length) {
        if (from.length === 4) from += "-01";
        else to += "-12";
      }
      if (from > to) {
        said.textContent = "The first date lies after the last.";
        return;
      }
      marchland.state.set({ period: from + "/" + to, at: null });
    });
    form.querySelector("[data-clear]").addEventListener("click", function () { marchland.state.set({ period: null }); });
    marchland.state.on(["period"], fill);
    fill();
    presets();
  }

  // Two periods that most readers want: the years of the case, and the year with most events.
  function presets() {
    var place = document.getElementById("period-presets");
    var crowded = {};
    all.rows.forEach(function (row) {
      var year = (row.from || row.to).slice(0, 4);
      if (row.kind === "event") crowded[year] = (crowded[year] || 0) + 1;
    });
    var busiest = Object.keys(crowded).sort(function (a, b) { return crowded[b] - crowded[a]; })[0];
    function add(text, from, to) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.addEventListener("click", function () { marchland.state.set({ period: from + "/" + to, at: null }); });
      place.appendChild(button);
    }
    if (all.island.case) add("Years of the case", all.island.case[0], all.island.case[1]);
    if (busiest && crowded[busiest] > 2) add(busiest + ", with most events", busiest, busiest);
  }

  marchland.onView("sources", function () {
    all = timeline.data();
    if (!all) return;
    fields();
    strip();
    marchland.state.on(["period"], function () {
      if (strip.view) show(strip.view);
    });
  });
})();
