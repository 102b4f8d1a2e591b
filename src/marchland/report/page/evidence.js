// The table of the evidence and the contradictions: search, facets, order and download.
(function () {
  "use strict";
  var marchland = window.marchland;
  var KEYS = ["kind", "source", "measure", "place", "quality", "use"];
  var DAY = 864e5;
  // Words that a sentence has and a record need not have.
  var SMALL = /^(a|an|and|at|by|for|from|in|is|of|on|or|the|to|was|were|with)$/i;
  var table = document.getElementById("evidence-table");
  var form = document.getElementById("evidence-filters");
  var rows = [];
  var byId = {};
  var wholes = {};
  var index = null;
  var order = { key: null, down: false };

  function time(day) { return Date.parse(day + "T00:00:00Z"); }

  function text(row, selector) {
    var found = row.querySelector(selector);
    return found ? found.textContent : "";
  }

  function load() {
    var island = marchland.data("sources");
    wholes = island.wholes;
    // Copies: the timeline has its own use of the same rows.
    rows = island.rows.map(function (row) { return Object.assign({}, row); });
    rows.forEach(function (row, n) {
      row.element = table.tBodies[0].rows[n];
      row.number = n;
      row.use = row.kind === "event" && row.use === "driver" ? "driver-event" : row.use;
      row.start = row.from || row.to ? time(row.from || row.to) : null;
      row.end = row.to || row.from ? time(row.to || row.from) + DAY : null;
      row.around = {};
      row.places.forEach(function (place) {
        (wholes[place] || [place]).forEach(function (one) { row.around[one] = true; });
      });
      byId[row.id] = row;
    });
  }

  // The index is built with the first search, so that the page opens at once.
  function search(query) {
    if (!index) {
      index = new window.MiniSearch({
        fields: ["id", "what", "more", "measure", "source"], storeFields: [],
        processTerm: function (term) { return SMALL.test(term) ? null : term.toLowerCase(); }
      });
      index.addAll(rows.map(function (row) {
        return {
          id: row.id, what: text(row.element, ".what"), measure: row.measure.replace(/_/g, " "),
          more: Array.from(row.element.querySelectorAll(".detail")).map(function (one) { return one.textContent; }).join(" ") + " " + row.places.join(" "),
          source: text(row.element, "td.source > a")
        };
      }).concat(Array.from(document.querySelectorAll("#disputes > details")).map(function (one) {
        return { id: one.id, what: text(one, ".subject"), more: one.textContent, measure: "", source: "" };
      })));
    }
    var found = {};
    index.search(query, { prefix: true, fuzzy: function (term) { return term.length > 4 ? 0.2 : 0; }, combineWith: "AND", boost: { id: 4, what: 2 } })
      .forEach(function (hit) { found[hit.id] = hit.score; });
    return found;
  }

  function chosen() {
    var out = {};
    KEYS.forEach(function (key) { out[key] = marchland.state.get(key); });
    return out;
  }

  function fits(row, wanted, period) {
    if (period && !(row.start !== null && row.end > period[0] && row.start < period[1])) return false;
    return KEYS.every(function (key) {
      if (!wanted[key]) return true;
      return key === "place" ? row.around[wanted.place] === true : row[key] === wanted[key];
    });
  }

  function found() {
    var query = (marchland.state.get("q") || "").trim();
    return query ? search(query) : null;
  }

  // ---------------------------------------------------------------- showing

  function count(wanted, hits, period) {
    Array.from(form.querySelectorAll("select[data-name]")).forEach(function (select) {
      var key = select.name;
      var others = Object.assign({}, wanted);
      others[key] = null;
      var counts = {};
      rows.forEach(function (row) {
        if ((hits && !(row.id in hits)) || !fits(row, others, period)) return;
        (key === "place" ? Object.keys(row.around) : [row[key]]).forEach(function (value) {
          counts[value] = (counts[value] || 0) + 1;
        });
      });
      Array.from(select.options).forEach(function (option) {
        if (!option.value) return;
        var n = counts[option.value] || 0;
        option.textContent = option.dataset.label + " (" + n + ")";
        option.disabled = n === 0 && option.value !== wanted[key];
      });
      select.value = wanted[key] || "";
    });
  }

  function announce(shown) {
    var figures = shown.filter(function (row) { return row.kind === "figure"; }).length;
    var period = marchland.period() ? " in " + marchland.state.get("period").replace("/", " to ") : "";
    document.getElementById("evidence-found").textContent = shown.length + " of " + rows.length + " records" + period +
      ": " + figures + (figures === 1 ? " figure, " : " figures, ") + (shown.length - figures) +
      (shown.length - figures === 1 ? " event." : " events.");
    document.getElementById("evidence-none").hidden = shown.length > 0;
    document.querySelector(".evidence-scroll").hidden = shown.length === 0;
  }

  function update() {
    var wanted = chosen();
    var hits = found();
    var period = marchland.period();
    var shown = rows.filter(function (row) {
      var here = (!hits || row.id in hits) && fits(row, wanted, period);
      row.element.hidden = !here;
      if (here) row.element.removeAttribute("data-filtered");
      else row.element.setAttribute("data-filtered", "");
      return here;
    });
    arrange(hits);
    count(wanted, hits, period);
    announce(shown);
    var box = form.elements.q;
    if (document.activeElement !== box) box.value = marchland.state.get("q") || "";
  }

  function compare(a, b) {
    if (order.key === "id") return a.id < b.id ? -1 : 1;
    if (order.key === "when") return (a.start === null) - (b.start === null) || a.start - b.start || a.end - b.end;
    // Values of one unit stand together; what has none comes last.
    return (a.value === null) - (b.value === null) || a.unit.localeCompare(b.unit) || a.value - b.value;
  }

  // By the chosen column; else the best hits of a search first; else as the case has them.
  function arrange(hits) {
    var sorted = rows.slice();
    if (order.key) sorted.sort(function (a, b) { return (order.down ? -1 : 1) * compare(a, b) || a.number - b.number; });
    else if (hits) sorted.sort(function (a, b) { return (hits[b.id] || 0) - (hits[a.id] || 0) || a.number - b.number; });
    else sorted.sort(function (a, b) { return a.number - b.number; });
    var body = table.tBodies[0];
    var same = sorted.every(function (row, n) { return body.rows[n] === row.element; });
    if (!same) body.append.apply(body, sorted.map(function (row) { return row.element; }));
  }

  function headings() {
    Array.from(table.querySelectorAll("th[data-sort]")).forEach(function (cell) {
      var button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.textContent = cell.textContent;
      cell.textContent = "";
      cell.appendChild(button);
      button.addEventListener("click", function () {
        // Up, down, and back to the order of the case.
        if (order.key !== cell.dataset.sort) order = { key: cell.dataset.sort, down: false };
        else if (!order.down) order.down = true;
        else order = { key: null, down: false };
        table.querySelectorAll("th[data-sort]").forEach(function (one) {
          if (one.dataset.sort === order.key) one.setAttribute("aria-sort", order.down ? "descending" : "ascending");
          else one.removeAttribute("aria-sort");
        });
        update();
      });
    });
  }

  function download() {
    var shown = Array.from(table.tBodies[0].rows).filter(function (one) { return !one.hidden; });
    var lines = shown.map(function (one) {
      var row = byId[one.dataset.id];
      var details = Array.from(one.querySelectorAll(".detail")).map(function (part) { return part.textContent.trim(); });
      return [row.id, row.kind, text(one, ".what"), row.when, text(one, ".stated b"), text(one, ".unit"), row.quality,
        text(one, ".use"), row.source, text(one, "td.source > a"), details.join("; ")];
    });
    var names = ["id", "kind", "what", "when_edtf", "stated", "unit", "quality", "use", "source", "locator", "note"];
    marchland.save("evidence.csv", "text/csv", marchland.csv(names, lines));
  }

  function controls() {
    form.hidden = false;
    document.getElementById("evidence-found").hidden = false;
    var waiting = 0;
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    form.elements.q.addEventListener("input", function () {
      clearTimeout(waiting);
      waiting = setTimeout(function () { marchland.state.set({ q: form.elements.q.value.trim() || null, at: null }); }, 150);
    });
    form.addEventListener("change", function (event) {
      if (event.target.tagName !== "SELECT") return;
      var change = { at: null };
      change[event.target.name] = event.target.value || null;
      marchland.state.set(change);
    });
    form.querySelector("[data-reset]").addEventListener("click", function () {
      var nothing = { q: null, period: null, clash: null, at: null };
      KEYS.forEach(function (key) { nothing[key] = null; });
      form.elements.q.value = "";
      marchland.state.set(nothing);
      update();
    });
    form.querySelector("[data-csv]").addEventListener("click", download);
  }

  // ---------------------------------------------------------------- contradictions

  function set(wanted) { return KEYS.filter(function (key) { return wanted[key]; }); }

  // They follow the search, the filters and the period of the evidence.
  function contradictions() {
    var list = document.getElementById("disputes");
    var form = document.getElementById("dispute-filters");
    var island = marchland.data("sources");
    if (!list || !form || !island) return;
    var all = island.disputes.map(function (one) {
      return Object.assign({ element: document.getElementById(one.anchor) }, one);
    });
    form.hidden = false;

    // A contradiction fits where it, or one of its records, is found; and where one of its records
    // passes the filters. Positions of sources have no date and no measure: a source is all they have.
    function passes(one, hits, wanted, period) {
      if (hits && !(one.anchor in hits) && !one.records.some(function (id) { return id in hits; })) return false;
      if (!period && !set(wanted).length) return true;
      if (one.records.some(function (id) { return (byId[id] && fits(byId[id], wanted, period)); })) return true;
      return !period && set(wanted).join() === "source" && one.sources.indexOf(marchland.state.get("source")) >= 0;
    }

    function update() {
      var hits = found();
      var wanted = chosen();
      var period = marchland.period();
      var kind = marchland.state.get("clash");
      var counts = {};
      var shown = 0;
      all.forEach(function (one) {
        var here = passes(one, hits, wanted, period);
        if (here) counts[one.kind] = (counts[one.kind] || 0) + 1;
        here = here && (!kind || one.kind === kind);
        one.element.hidden = !here;
        one.element.toggleAttribute("data-filtered", !here);
        shown += here ? 1 : 0;
      });
      Array.from(form.elements.clash.options).forEach(function (option) {
        if (option.value) option.textContent = option.dataset.label + " (" + (counts[option.value] || 0) + ")";
      });
      form.elements.clash.value = kind || "";
      document.getElementById("dispute-found").textContent = shown + " of " + all.length + " contradictions.";
      document.getElementById("dispute-none").hidden = shown > 0;
    }

    var toggle = form.querySelector("[data-open]");
    toggle.addEventListener("click", function () {
      var open = all.some(function (one) { return !one.element.hidden && !one.element.open; });
      all.forEach(function (one) { if (!one.element.hidden) one.element.open = open; });
      toggle.textContent = open ? "Fold all" : "Unfold all";
    });
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    form.addEventListener("change", function () {
      marchland.state.set({ clash: form.elements.clash.value || null, at: null });
    });
    marchland.state.on(KEYS.concat(["q", "period", "clash"]), update);
    update();
  }

  marchland.onView("sources", function () {
    if (!table || !form || !marchland.data("sources")) return;
    load();
    headings();
    controls();
    marchland.state.on(KEYS.concat(["q", "period"]), update);
    update();
  });
  marchland.onView("sources", contradictions);
})();
