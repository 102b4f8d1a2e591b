// Charts: drawn from the page's data with Vega, each with its data as table, CSV and SVG.
(function () {
  "use strict";
  var marchland = window.marchland;
  var DAY = 864e5;
  var drawn = [];

  function config() {
    var soft = {
      labelColor: "currentColor", titleColor: "currentColor", domainColor: "currentColor",
      tickColor: "currentColor", gridColor: "currentColor", gridOpacity: 0.13, domainOpacity: 0.4,
      tickOpacity: 0.4, labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal"
    };
    return {
      background: null,
      font: getComputedStyle(document.body).getPropertyValue("--sans").trim(),
      view: { stroke: null },
      axis: soft,
      header: { labelColor: "currentColor", titleColor: "currentColor", labelFontSize: 13 },
      legend: { labelColor: "currentColor", titleColor: "currentColor", labelFontSize: 12 },
      title: { color: "currentColor", fontWeight: "normal", fontSize: 13, anchor: "start" },
      text: { color: "currentColor" }
    };
  }

  // The middle of a quarter as a time in UTC; years below 100 need setUTCFullYear.
  function quarter(text) {
    var found = /^(\d+)Q([1-4])$/.exec(text);
    if (!found) return null;
    var day = new Date(0);
    day.setUTCFullYear(+found[1], 3 * (found[2] - 1) + 1, 15);
    return day.getTime();
  }

  function after(quarter) {
    var cut = quarter.indexOf("Q");
    var n = +quarter.slice(cut + 1);
    return n < 4 ? quarter.slice(0, cut) + "Q" + (n + 1) : (+quarter.slice(0, cut) + 1) + "Q1";
  }

  // Stretches of quarters, written once each, as rows again.
  function unpacked(table) {
    if (!table.rows) {
      table.rows = [];
      table.stretches.forEach(function (one) {
        var time = one.first;
        one.values.forEach(function (values) {
          table.rows.push([one.line, time].concat(values));
          time = after(time);
        });
      });
    }
    return table;
  }

  function rowsOf(table) {
    return table.rows.map(function (cells) {
      var out = {};
      table.columns.forEach(function (column, n) {
        var value = cells[n] === undefined ? null : cells[n];
        if (column.kind === "quarter") {
          out.quarter = value;
          value = quarter(value);
        } else if (column.kind === "date" && value) {
          value = Date.parse(value + "T00:00:00Z");
        }
        out[column.name] = value;
      });
      return out;
    });
  }

  // A quarter that is missing ends a stretch: nothing is drawn across a gap.
  function segments(rows) {
    var part = 0;
    rows.forEach(function (row, n) {
      var last = rows[n - 1];
      if (last && (last.line !== row.line || row.time - last.time > 100 * DAY)) part += 1;
      row.segment = part;
    });
    return rows;
  }

  function observed(rows) {
    rows.forEach(function (row) {
      if (row.start !== null && row.end !== null) row.middle = (row.start + row.end) / 2;
      else row.middle = row.start !== null ? row.start : row.end;
      if (row.start === null) row.start = row.end;
      if (row.end === null) row.end = row.start;
    });
    return rows;
  }

  function prepared(table) {
    var rows = rowsOf(table);
    if (table.role === "lines") return segments(rows);
    if (table.role === "observed") return observed(rows);
    return rows;
  }

  // A chosen period cuts what lies outside it; `draw` sets the reach of the axes of time.
  function within(spec, reach) {
    if (!reach || !spec || typeof spec !== "object") return spec;
    if (Array.isArray(spec)) return spec.map(function (one) { return within(one, reach); });
    var out = {};
    Object.keys(spec).forEach(function (key) { out[key] = within(spec[key], reach); });
    if (out.encoding && out.encoding.x && out.encoding.x.type === "temporal") {
      // Within a few years a year alone would stand below many ticks.
      if (reach[1] - reach[0] < 5 * 366 * DAY && out.encoding.x.axis) {
        out.encoding = Object.assign({}, out.encoding);
        out.encoding.x = Object.assign({}, out.encoding.x);
        out.encoding.x.axis = Object.assign({}, out.encoding.x.axis, { format: "%Y-%m", title: "month" });
      }
      if (out.mark) out.mark = Object.assign({}, typeof out.mark === "string" ? { type: out.mark } : out.mark, { clip: true });
    }
    return out;
  }

  function widthOf(place) {
    return Math.max(Math.floor(place.getBoundingClientRect().width), 0);
  }

  // Draws a Vega-Lite (or Vega) specification at once and gives the view. Layers share a scale of
  // time: its reach is set once, after Vega-Lite has joined them.
  function draw(place, spec, data, reach) {
    var shown = marchland.projected ? marchland.projected(spec, data, reach) : spec;
    var whole = Object.assign({}, shown, { datasets: data });
    if (!whole.autosize) whole.autosize = { type: "fit-x", contains: "padding", resize: true };
    var lite = !/\/vega\/v\d/.test(whole.$schema || "");
    var program = lite ? window.vegaLite.compile(whole, { config: config() }).spec : whole;
    if (reach) {
      (program.scales || []).forEach(function (scale) {
        if (scale.type === "time" || scale.type === "utc") scale.domain = reach;
      });
    }
    var runtime = window.vega.parse(program, lite ? null : config(), { ast: true });
    var view = new window.vega.View(runtime, {
      expr: window.vegaInterpreter.expressionInterpreter,
      renderer: "svg",
      hover: true,
      tooltip: new window.vegaTooltip.Handler({ theme: "custom" }).call
    });
    if (place.marchlandView) place.marchlandView.finalize();
    place.textContent = "";
    view.initialize(place).run();
    // The drawing as a whole is an image with a name, and its data are a table: marks add nothing.
    place.querySelector("svg").setAttribute("aria-hidden", "true");
    place.marchlandView = view;
    place.setAttribute("data-drawn", "");
    return view;
  }

  // ---------------------------------------------------------------- data, CSV, SVG

  function button(text, run) {
    var one = document.createElement("button");
    one.type = "button";
    one.textContent = text;
    one.addEventListener("click", run);
    return one;
  }

  function cell(value) {
    if (value === null || value === undefined) return "";
    if (typeof value === "number") {
      return Math.abs(value) >= 1e4 || Number.isInteger(value)
        ? Math.round(value).toLocaleString("en")
        : String(+value.toPrecision(4));
    }
    return String(value);
  }

  function tableOf(table) {
    var out = document.createElement("div");
    out.className = "scroll data";
    out.tabIndex = 0;
    out.setAttribute("role", "region");
    out.setAttribute("aria-label", table.caption);
    var element = document.createElement("table");
    element.createCaption().textContent = table.caption;
    var head = element.createTHead().insertRow();
    table.columns.forEach(function (column) {
      var th = document.createElement("th");
      th.scope = "col";
      th.textContent = column.heading || column.name;
      if (column.kind === "number") th.className = "number";
      head.appendChild(th);
    });
    var body = element.createTBody();
    table.rows.forEach(function (row) {
      var tr = body.insertRow();
      row.forEach(function (value, n) {
        var td = tr.insertCell();
        var column = table.columns[n] || {};
        if (column.kind === "number" || typeof value === "number") td.className = "number";
        if (column.explain && value) {
          var link = document.createElement("a");
          link.href = "#explain=" + column.explain + ":" + value;
          link.dataset.explain = column.explain + ":" + value;
          link.textContent = value;
          td.appendChild(link);
        } else {
          td.textContent = column.kind === "plain" ? String(value) : cell(value);
        }
      });
    });
    out.appendChild(element);
    return out;
  }

  function plainTables(figure, data) {
    return Object.keys(data).filter(function (name) { return Array.isArray(data[name]) && data[name].length; })
      .map(function (name) {
        var first = data[name][0];
        var keys = Object.keys(first).filter(function (key) { return typeof first[key] !== "object" || first[key] === null; });
        return {
          name: (figure.id || "chart") + "-" + name,
          caption: name,
          columns: keys.map(function (key) { return { name: key, heading: key }; }),
          rows: data[name].map(function (row) { return keys.map(function (key) { return row[key]; }); })
        };
      });
  }

  function escaped(text) {
    return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  }

  // Lines of text no longer than so many letters.
  function folded(text, most) {
    var out = [];
    text.split(/\s+/).forEach(function (word) {
      var last = out.length - 1;
      if (last >= 0 && (out[last] + " " + word).length <= most) out[last] += " " + word;
      else out.push(word);
    });
    return out;
  }

  // Title, note and legend of a figure as SVG above the drawing, and below it where it is from.
  function headOf(figure, width) {
    var name = figure.querySelector("figcaption strong");
    var note = figure.querySelector("figcaption > .small:not(a)");
    var parts = [];
    var y = 8;
    function line(text, more, x) {
      parts.push('<text x="' + (x || 8) + '" y="' + y + '" ' + more + ' fill="#1b1d21">' + escaped(text) + "</text>");
    }
    if (name) folded(name.textContent, width / 7.5).forEach(function (text) { y += 17; line(text, 'font-weight="bold" font-size="14"'); });
    if (note) folded(note.textContent, width / 5.6).forEach(function (text) { y += 14; line(text, 'font-size="11"'); });
    figure.querySelectorAll(".legend li").forEach(function (item) {
      var stroke = item.querySelector("path");
      y += 15;
      if (stroke) {
        parts.push('<path d="M8 ' + (y - 4) + 'h26" stroke="' + stroke.getAttribute("stroke") + '" stroke-width="3" stroke-dasharray="' + (stroke.getAttribute("stroke-dasharray") || "none") + '"/>');
      }
      line(item.textContent.trim(), 'font-size="11"', stroke ? 40 : 8);
    });
    return { text: parts.join(""), height: y + 8 };
  }

  // An SVG that stands alone: title, note, legend and origin, its inks named, on white.
  function svgOf(view, figure) {
    return view.toSVG().then(function (text) {
      var size = /^<svg [^>]*?width="([\d.]+)"[^>]*?height="([\d.]+)"/.exec(text);
      var width = size ? +size[1] : 600;
      var head = figure ? headOf(figure, width) : { text: "", height: 0 };
      var height = (size ? +size[2] : 400) + head.height + 20;
      var inner = text.replace(/^<svg /, '<svg y="' + head.height + '" ');
      var from = document.title + "; " + (document.querySelector('meta[name="generator"]') || { content: "" }).content;
      return ('<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="' + width + '" height="' + height +
        '" viewBox="0 0 ' + width + " " + height + '" font-family="sans-serif" style="background:#fff">' + head.text + inner +
        '<text x="8" y="' + (height - 6) + '" font-size="10" fill="#565b64">' + escaped(from) + "</text></svg>")
        .replace(/var\(--[\w-]+,\s*(#[0-9a-f]+)\)/gi, "$1").replace(/currentColor/g, "#1b1d21").replace(/var\(--after\)/g, "#0072b2");
    });
  }

  function tools(figure, place, tables) {
    var bar = figure.querySelector(".tools");
    if (!bar || bar.childElementCount) return;
    var holder = null;
    var toggle = button("Data", function () {
      if (!holder) {
        holder = document.createElement("div");
        tables().forEach(function (table) { holder.appendChild(tableOf(table)); });
        bar.after(holder);
      } else {
        holder.hidden = !holder.hidden;
      }
      toggle.setAttribute("aria-expanded", String(!holder.hidden));
    });
    toggle.setAttribute("aria-expanded", "false");
    figure.marchlandRefresh = function () {
      if (!holder) return;
      var open = !holder.hidden;
      holder.remove();
      holder = null;
      if (open) toggle.click();
    };
    bar.append(
      toggle,
      button("CSV", function () {
        tables().forEach(function (table) {
          var names = table.columns.map(function (column) { return column.name; });
          marchland.save(table.name + ".csv", "text/csv", marchland.csv(names, table.rows));
        });
      }),
      button("SVG", function () {
        svgOf(place.marchlandView, figure).then(function (text) {
          marchland.save((figure.id || "chart") + ".svg", "image/svg+xml", text);
        });
      })
    );
    var name = figure.querySelector("figcaption strong");
    bar.querySelectorAll("button").forEach(function (one) {
      one.setAttribute("aria-label", one.textContent + (name ? ": " + name.textContent : ""));
    });
  }

  // Draws into a figure, and gives it its buttons. The drawing follows the window and the period.
  function chart(figure, what) {
    var place = figure.querySelector(".drawing");
    figure.marchlandTables = function () { return what.csv || plainTables(figure, what.data); };
    var again = function () {
      // Vega writes into what it is given: each drawing has copies.
      var copies = JSON.parse(JSON.stringify(what.data));
      var reach = what.steady ? null : marchland.period();
      var spec = JSON.parse(JSON.stringify(within(what.spec, reach)));
      if (spec.width === "container") spec.width = Math.max(widthOf(place), 240);
      return draw(place, spec, copies, reach);
    };
    var view = again();
    tools(figure, place, function () { return figure.marchlandTables(); });
    if (figure.marchlandRefresh) figure.marchlandRefresh();
    var known = drawn.filter(function (one) { return one.place === place; })[0];
    if (known) Object.assign(known, { again: again, steady: what.steady, width: widthOf(place) });
    else drawn.push({ place: place, again: again, steady: what.steady, width: widthOf(place) });
    return Promise.resolve(view);
  }

  function visible(place) {
    var view = place.closest("section.view");
    return !view || !view.hasAttribute("hidden");
  }

  function refresh(moved) {
    drawn.forEach(function (one) {
      if (moved && !one.steady) one.stale = true;
      if (!visible(one.place)) return;
      var width = widthOf(one.place);
      if (one.stale || Math.abs(width - one.width) > 8) {
        one.width = width;
        one.stale = false;
        one.again();
      }
    });
  }

  var later = 0;
  window.addEventListener("resize", function () {
    clearTimeout(later);
    later = setTimeout(function () { refresh(false); }, 150);
  });
  marchland.state.on(["period"], function () { refresh(true); });
  marchland.state.on(["view", "at"], function () { refresh(false); });

  // ---------------------------------------------------------------- the charts of the page

  function standing(figure) {
    var item = (marchland.data("charts") || {})[figure.id];
    if (!item || figure.querySelector("[data-drawn]")) return;
    var data = {};
    item.tables.forEach(function (table) { data[table.role] = prepared(unpacked(table)); });
    chart(figure, { spec: item.spec, data: data, csv: item.tables, steady: item.steady });
    var view = figure.querySelector(".drawing").marchlandView;
    view.addEventListener("click", function (event, mark) {
      var datum = mark && mark.datum;
      if (datum && datum.record) marchland.explain("record:" + datum.record);
    });
  }

  // Charts come into being as they come near the reader's eye, and all of them for a printer.
  function watch(name) {
    var section = document.querySelector('section.view[data-view="' + name + '"]');
    var figures = Array.from(section ? section.querySelectorAll("figure.chart[data-standing]") : []);
    if (!("IntersectionObserver" in window)) return figures.forEach(standing);
    var observer = new IntersectionObserver(function (entries) {
      entries.forEach(function (entry) {
        if (!entry.isIntersecting) return;
        observer.unobserve(entry.target);
        standing(entry.target);
      });
    }, { rootMargin: "600px 0px" });
    figures.forEach(function (figure) { observer.observe(figure); });
  }

  document.querySelectorAll("section.view").forEach(function (section) {
    marchland.onView(section.dataset.view, function () { watch(section.dataset.view); });
  });
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("figure.chart[data-standing]").forEach(standing);
  });

  marchland.chart = chart;
  marchland.quarter = quarter;
  marchland.segments = segments;
})();
