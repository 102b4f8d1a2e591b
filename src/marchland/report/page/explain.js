// The panel behind a figure: figure, equation, parameters, records, source and place in it.
(function () {
  "use strict";
  var marchland = window.marchland;
  var MOST = 6;
  var panel = document.getElementById("explain");
  var last = null;

  function el(name, text, attributes) {
    var out = document.createElement(name);
    if (text) out.textContent = text;
    Object.keys(attributes || {}).forEach(function (key) { out.setAttribute(key, attributes[key]); });
    return out;
  }

  function all() { return marchland.data("explain") || {}; }

  function known(kind, name) { return (all()[kind] || {})[name] || null; }

  function unique(list) { return Array.from(new Set(list.filter(Boolean))); }

  function parametersOf(codes) {
    var parameters = all().parameters || {};
    return Object.keys(parameters).filter(function (name) {
      return parameters[name].equations.some(function (code) { return codes.indexOf(code) >= 0; });
    });
  }

  // Records of the same figure, else of the same place, else of the measure.
  function recordsOf(measure, place, group, other) {
    var records = all().records || {};
    var same = Object.keys(records).filter(function (id) { return records[id].measure === measure; });
    var here = same.filter(function (id) { return !place || records[id].place === place; });
    var exact = here.filter(function (id) {
      return (!group || records[id].group === group) && (!other || records[id].other === other);
    });
    return { ids: exact.length ? exact : here.length ? here : same, exact: exact.length > 0 || here.length > 0 };
  }

  function ofMeasure(measure, place, group, other) {
    var m = known("measures", measure) || { words: measure, unit: "", meaning: "", equations: [] };
    var records = recordsOf(measure, place, group, other);
    return {
      meaning: m.meaning, unit: m.unit, equations: m.equations,
      parameters: parametersOf(m.equations), records: records.ids,
      note: records.exact || !records.ids.length ? "" : "No source states this figure for this place; these state it elsewhere."
    };
  }

  var ways = {
    record: function (id) {
      var r = known("records", id);
      if (!r) return null;
      var way = ofMeasure(r.measure, r.place, r.group, r.other);
      way.title = r.what + ", " + r.period + ": " + r.value;
      way.kicker = "Record " + id;
      way.text = ["Quality " + r.quality + ", " + r.use + (r.by ? ", reported by " + r.by : "") + ".", r.note];
      way.prediction = known("compared", id);
      way.records = [id];
      way.others = recordsOf(r.measure, r.place, "", "").ids.filter(function (one) { return one !== id; });
      way.anchor = "record-" + id;
      return way;
    },
    event: function (id) {
      var e = known("events", id);
      return e && {
        title: e.period + ": " + (e.note || e.what), kicker: "Event " + id,
        text: [[e.who, e.what].filter(Boolean).join("; "), "Role: " + e.role + "."],
        equations: [], parameters: [], records: [], sources: [[e.source, e.locator]], anchor: "event-" + id,
        quiet: "An event is a dated act, not a figure: no equation computes it."
      };
    },
    assertion: function (id) {
      var a = known("assertions", id);
      return a && {
        title: a.cause + " → " + a.effect + (a.sign ? " (" + a.sign + ")" : ""), kicker: "Assertion " + id,
        text: ["The evidence: " + a.support + (a.probability ? "; chance of the asserted sign " + a.probability : "") + "."],
        equations: a.equations, parameters: a.parameters, records: [],
        sources: [[a.source, a.locator]].concat(a.positions.map(function (p) { return [p[0], p[2]]; })),
        said: a.positions.map(function (p) { return p[0] + " " + p[1] + " it" + (p[3] ? ": " + p[3] : ""); }),
        anchor: "assertion-" + id
      };
    },
    parameter: function (name) {
      var p = known("parameters", name);
      return p && {
        title: name.replace(/_/g, " "), kicker: "Parameter", text: [p.meaning, "Prior: " + p.reason],
        equations: p.equations, parameters: [name], records: recordsOfEquations(p.equations), anchor: "parameter-" + name
      };
    },
    equation: function (code) {
      if (!known("equations", code)) return null;
      return {
        title: code, kicker: "Equation", text: [], equations: [code], parameters: parametersOf([code]),
        records: recordsOfEquations([code]), anchor: "equation-" + code
      };
    },
    measure: function (name) {
      var way = ofMeasure(name, "", "", "");
      way.title = (known("measures", name) || { words: name }).words;
      way.kicker = "Measure";
      way.text = [way.meaning];
      return way;
    },
    line: function (text) {
      var parts = text.split("|");
      var way = ofMeasure(parts[0], parts[1], parts[2], (parts[3] || "").replace(/^(term|status):.*/, ""));
      var label = (marchland.data("labels") || {})[text];
      way.title = label || parts.filter(Boolean).join(", ").replace(/_/g, " ");
      way.kicker = "A figure of the model" + (way.unit ? ", in " + way.unit : "");
      var corridor = parts[0] === "border_crossings" && parts[2] && parts[3];
      way.text = [corridor ? "Trips both ways by this group along this corridor." : way.meaning, way.note];
      return way;
    },
    answer: function (id) {
      var a = known("answers", id);
      return a && {
        title: a.title + ": " + a.value, kicker: a.of,
        text: [a.told ? "The evidence narrowed this figure." : "The evidence did not narrow this figure: it is what was assumed."],
        equations: a.equations, parameters: a.parameters, records: a.records, others: a.informing,
        assertions: a.assertions, anchor: "figure-" + id
      };
    },
    driver: function (name) {
      var d = known("drivers", name);
      return d && {
        title: name.replace(/_/g, " "), kicker: "Driver, in " + d.unit,
        text: ["Enters " + (d.enters || "the model") + ".", d.rows + " rows, from: " + d.sources.slice(0, 5).join("; ") + (d.sources.length > 5 ? " and " + (d.sources.length - 5) + " more" : "") + "."],
        equations: d.equations, parameters: [], records: [], anchor: "driver-" + name,
        quiet: "A driver is given to the model; no record is compared with it."
      };
    },
    source: function (key) {
      var title = known("sources", key);
      return title && {
        title: title, kicker: "Source " + key, text: [], equations: [], parameters: [],
        records: Object.keys(all().records || {}).filter(function (id) { return all().records[id].source === key; }),
        sources: [[key, ""]], anchor: "source-" + key
      };
    }
  };

  function recordsOfEquations(codes) {
    var measures = all().measures || {};
    var compared = all().compared || {};
    var records = all().records || {};
    return Object.keys(compared).filter(function (id) {
      var m = records[id] && measures[records[id].measure];
      return m && m.equations.some(function (code) { return codes.indexOf(code) >= 0; });
    });
  }

  // ---------------------------------------------------------------- what the panel shows

  // A part that this case does not have is named, not linked to.
  function link(kind, name, text) {
    var id = kind + "-" + name.replace(/[^A-Za-z0-9_.-]/g, "_");
    return document.getElementById(id) ? el("a", text || name, { href: "#" + id }) : el("b", text || name);
  }

  function step(title, body) {
    var li = el("li");
    li.appendChild(el("h3", title));
    body.forEach(function (one) { li.appendChild(one); });
    return li;
  }

  function some(items, make) {
    var list = el("ul");
    items.slice(0, MOST).forEach(function (item) { list.appendChild(make(item)); });
    if (items.length <= MOST) return [list];
    var more = el("details");
    more.appendChild(el("summary", (items.length - MOST) + " more"));
    var rest = el("ul");
    items.slice(MOST).forEach(function (item) { rest.appendChild(make(item)); });
    more.appendChild(rest);
    return [list, more];
  }

  function equation(code) {
    var li = el("li");
    li.appendChild(link("equation", code));
    (known("equations", code) || []).forEach(function (m) {
      li.appendChild(el("p", m.summary));
      if (m.formula) li.appendChild(el("pre", m.formula));
    });
    if (!(known("equations", code) || []).length) li.appendChild(el("p", "No mechanism of this version is named after it."));
    return li;
  }

  function parameter(name) {
    var p = known("parameters", name);
    var li = el("li");
    li.appendChild(link("parameter", name));
    if (!p) return li;
    li.append(p.meaning ? " " + p.meaning + ". " : " ");
    li.appendChild(el("span", p.fixed ? "Held at " + p.before : p.after + "; before the evidence " + p.before, { class: "small" }));
    return li;
  }

  function passage(id) {
    var at = document.getElementById(id);
    var found = at && at.querySelector("details.passage blockquote");
    return found ? found.cloneNode(true) : null;
  }

  function record(id) {
    var r = known("records", id);
    var li = el("li");
    li.appendChild(known("events", id) ? link("event", id) : link("record", id));
    if (!r) return li;
    li.append(" " + r.what + ", " + r.period + ": ");
    li.appendChild(el("b", r.value));
    li.append(" ");
    li.appendChild(link("source", r.source, r.locator));
    return li;
  }

  function sourcesOf(way) {
    var pairs = (way.sources || []).slice();
    way.records.concat(way.others || []).forEach(function (id) {
      var r = known("records", id);
      if (r) pairs.push([r.source, r.locator]);
    });
    (way.assertions || []).forEach(function (id) {
      var a = known("assertions", id);
      if (a) pairs.push([a.source, a.locator]);
    });
    var by = {};
    pairs.forEach(function (pair) {
      if (pair[0]) (by[pair[0]] = by[pair[0]] || []).push(pair[1]);
    });
    return Object.keys(by).map(function (key) { return [key, unique(by[key])]; });
  }

  function source(pair) {
    var li = el("li");
    li.appendChild(link("source", pair[0]));
    li.append(" " + (known("sources", pair[0]) || ""));
    if (pair[1].length) {
      var text = pair[1].slice(0, 12).join(", ") + (pair[1].length > 12 ? " and " + (pair[1].length - 12) + " more places" : "");
      li.appendChild(el("div", text, { class: "small" }));
    }
    return li;
  }

  function predicted(way) {
    var p = way.prediction;
    if (!p) return null;
    function told(numbers) {
      return numbers[1].toLocaleString("en") + " (" + numbers[0].toLocaleString("en") + " to " + numbers[2].toLocaleString("en") + ") " + p.unit;
    }
    var text = p.posterior ? "The model expects " + told(p.posterior) : "";
    if (p.prior) text += (text ? "; before the evidence " : "Before the evidence ") + told(p.prior);
    return el("p", text + ".");
  }

  function fill(way, key) {
    var body = panel.querySelector(".way");
    body.textContent = "";
    panel.querySelector(".kicker").textContent = way.kicker;
    panel.querySelector("h2").textContent = way.title.charAt(0).toUpperCase() + way.title.slice(1);
    var steps = el("ol");
    var first = unique(way.text || []).map(function (text) { return el("p", text); });
    (way.said || []).forEach(function (text) { first.push(el("p", text + ".")); });
    var own = way.anchor && passage(way.anchor);
    if (own) first.push(own, el("p", "The passage, from your copy of the text.", { class: "small" }));
    var expected = predicted(way);
    if (expected) first.push(expected);
    if (way.anchor && document.getElementById(way.anchor.replace(/[^A-Za-z0-9_.-]/g, "_"))) {
      var where = el("p");
      where.appendChild(el("a", "Show it in its table", { href: "#" + way.anchor.replace(/[^A-Za-z0-9_.-]/g, "_") }));
      first.push(where);
    }
    steps.appendChild(step(/^(record|answer|line|measure):/.test(key) ? "Figure" : "What it is", first));
    var none = function (text) { return [el("p", text, { class: "small" })]; };
    // An equation that this version does not compute says nothing, unless there is no other.
    var computed = way.equations.filter(function (code) { return (known("equations", code) || []).length; });
    if (computed.length) way.equations = computed;
    steps.appendChild(step("Equation", way.equations.length ? some(way.equations, equation)
      : none(way.quiet || "No equation of the model computes it: it is evidence or context.")));
    steps.appendChild(step("Parameters", way.parameters.length ? some(way.parameters, parameter)
      : none("No parameter enters it.")));
    var records = unique(way.records);
    var body2 = records.length ? some(records, record) : none("No source states a figure of it.");
    var others = unique(way.others || []);
    if (others.length) {
      var more = el("details");
      more.appendChild(el("summary", others.length + " other records that speak to it"));
      some(others, record).forEach(function (one) { more.appendChild(one); });
      body2.push(more);
    }
    steps.appendChild(step("Records", body2));
    var sources = sourcesOf(way);
    steps.appendChild(step("Source and place in it", sources.length ? some(sources, source)
      : none("It rests on no source: it follows from the assumptions.")));
    body.appendChild(steps);
  }

  function explain(key) {
    var cut = key.indexOf(":");
    var make = ways[key.slice(0, cut)];
    var way = make && make(key.slice(cut + 1));
    if (!way || !panel) return false;
    fill(way, key);
    panel.dataset.key = key;
    if (!panel.open) {
      last = document.activeElement;
      panel.show();
    }
    panel.scrollTop = 0;
    panel.querySelector("h2").focus();
    marchland.state.set({ explain: key });
    return true;
  }

  function close() {
    if (!panel || !panel.open) return;
    panel.close();
    if (marchland.state.get("explain")) marchland.state.set({ explain: null });
    if (last && document.contains(last)) last.focus({ preventScroll: true });
  }

  if (panel) {
    panel.querySelector("button").addEventListener("click", close);
    document.addEventListener("keydown", function (event) {
      if (event.key === "Escape" && panel.open) close();
    });
    // A link inside the panel leads to the page behind it; the panel makes way.
    panel.addEventListener("click", function (event) {
      if (event.target.closest("a[href^='#']")) panel.close();
    });
    marchland.state.on(["explain"], function () {
      var key = marchland.state.get("explain");
      if (!key && panel.open) panel.close();
      else if (key && key !== panel.dataset.key) explain(key);
      else if (key && !panel.open) explain(key);
    });
  }

  marchland.explain = explain;
})();
