// How the system works: the diagram, laid out by dagre and drawn as SVG, and the filter of claims.
(function () {
  "use strict";
  var marchland = window.marchland;
  var SVG = "http://www.w3.org/2000/svg";
  var figure = document.getElementById("diagram");
  var all = figure ? marchland.data("system") : null;
  var quantities = {};
  var arrows = {};
  var loops = {};
  var round = marchland.layout.round;

  function el(name, attributes, children) {
    var out = document.createElementNS(SVG, name);
    Object.keys(attributes || {}).forEach(function (key) { out.setAttribute(key, attributes[key]); });
    (children || []).forEach(function (child) { out.appendChild(child); });
    return out;
  }

  function html(name, text, attributes) {
    var out = document.createElement(name);
    if (text) out.textContent = text;
    Object.keys(attributes || {}).forEach(function (key) { out.setAttribute(key, attributes[key]); });
    return out;
  }

  function text(content, x, y, kind) {
    var out = el("text", { x: x, y: y, "class": kind });
    out.textContent = content;
    return out;
  }

  var ruler = document.createElement("canvas").getContext("2d");

  function wide(content, size, weight) {
    var family = getComputedStyle(document.body).getPropertyValue("--sans").trim() || "sans-serif";
    ruler.font = weight + " " + size + "px " + family;
    return ruler.measureText(content).width;
  }

  // ---------------------------------------------------------------- what is drawn

  // The loops are the arrows that some loop passes; a part is what ends in it.
  function chosen(part) {
    var inLoops = {};
    all.loops.forEach(function (loop) { loop.arrows.forEach(function (id) { inLoops[id] = true; }); });
    return all.arrows.filter(function (arrow) {
      if (part === "all") return true;
      if (part === "loops") return inLoops[arrow.id] || (arrow.from === arrow.to && touched(inLoops, arrow.from));
      return quantities[arrow.to].part === part;
    });
  }

  function touched(inLoops, name) {
    return Object.keys(inLoops).some(function (id) { return arrows[id].from === name; });
  }

  function codeOf(quantity) {
    var count = quantity.without.length;
    if (quantity.outside) return "";
    return quantity.equation + (count ? " · " + count + " unmodelled" : "");
  }

  function verdictOf(arrow) {
    var state = all.states[arrow.state];
    if (arrow.held) return "held at 0";
    return arrow.assertions.length ? state.mark + " " + state.word : "";
  }

  // Wide enough for its words, and large enough for the lines that reach it side by side.
  function sizeOf(quantity, shown, across) {
    var code = codeOf(quantity);
    var room = Math.ceil(Math.max(wide(quantity.label, 13.5, 650), wide(code, 11, 400))) + 24;
    var height = code ? 42 : 30;
    var lines = ["from", "to"].map(function (end) {
      return shown.filter(function (arrow) { return arrow[end] === quantity.id && arrow.from !== arrow.to; }).length;
    });
    var most = Math.max(lines[0], lines[1]);
    return across ? { width: room, height: Math.max(height, 17 * most + 6) } : { width: Math.max(room, 28 * most + 10), height: height };
  }

  function labelSize(arrow) {
    var verdict = verdictOf(arrow);
    if (!verdict && !arrow.label) return { width: 0, height: 0 };
    var lines = (arrow.label ? 1 : 0) + (verdict ? 1 : 0);
    return { width: Math.ceil(Math.max(wide(arrow.label, 11.5, 400), wide(verdict, 11, 400))) + 10, height: 14 * lines + 4 };
  }

  function best(part, shown, room) {
    var what = { quantities: all.quantities, sizeOf: sizeOf, labelSize: labelSize };
    return marchland.layout.best(what, part, shown, room);
  }

  // ---------------------------------------------------------------- lines

  function head(path, length) {
    var tip = path.getPointAtLength(length);
    var back = path.getPointAtLength(Math.max(length - 13, 0));
    var size = Math.hypot(tip.x - back.x, tip.y - back.y) || 1;
    var dx = (tip.x - back.x) / size;
    var dy = (tip.y - back.y) / size;
    return el("path", {
      "class": "head",
      d: "M" + round(tip.x) + " " + round(tip.y) +
        "L" + round(tip.x - 10 * dx - 4.6 * dy) + " " + round(tip.y - 10 * dy + 4.6 * dx) +
        "L" + round(tip.x - 10 * dx + 4.6 * dy) + " " + round(tip.y - 10 * dy - 4.6 * dx) + "Z"
    });
  }

  function said(arrow) {
    var state = all.states[arrow.state];
    var name = quantities[arrow.from].label + (arrow.sign === "−" ? " lowers " : arrow.sign === "+" ? " raises " : " moves ") +
      (arrow.from === arrow.to ? "itself" : quantities[arrow.to].label);
    return name + ": " + state.word + (arrow.held ? ", held at no effect" : "") +
      (arrow.assertions.length ? ". Assertions " + arrow.assertions.join(", ") : "");
  }

  function group(kind, id, label) {
    var out = el("g", { "class": kind, role: "button", tabindex: "0", "data-id": id, "aria-label": label });
    out.appendChild(el("title"));
    out.firstChild.textContent = label;
    return out;
  }

  // The line goes in before its marks: a point along it is known only then.
  function drawArrow(arrow, edge, across, root, signs) {
    var out = group("arrow " + arrow.state, arrow.id, said(arrow));
    var d = marchland.layout.spline(edge.points, across);
    out.appendChild(el("path", { "class": "reach", d: d }));
    var line = el("path", { "class": "line " + arrow.state + (arrow.held ? " held" : ""), d: d });
    out.appendChild(line);
    root.appendChild(out);
    var length = line.getTotalLength();
    out.appendChild(head(line, length));
    signs.appendChild(signAt(arrow, edge.points[edge.points.length - 1], edge.lands, across));
    if (edge.width) label(arrow, edge, signs);
  }

  // The sign stands beside the head, before the box, and above all lines.
  function signAt(arrow, tip, after, across) {
    var out = across
      ? text(arrow.sign, round(tip.x + (after ? 17 : -17)), round(tip.y - 4), "sign")
      : text(arrow.sign, round(tip.x + 10), round(tip.y + (after ? 16 : -7)), "sign");
    out.setAttribute("data-of", arrow.id);
    out.setAttribute("aria-hidden", "true");
    return out;
  }

  // Labels stand above all lines, so that none is struck through.
  function label(arrow, edge, signs) {
    var out = el("g", { "class": "words " + arrow.state, "data-of": arrow.id, "aria-hidden": "true" });
    signs.insertBefore(out, signs.firstChild);
    var verdict = verdictOf(arrow);
    var top = edge.y - edge.height / 2;
    out.appendChild(el("rect", { "class": "tag", x: round(edge.x - edge.width / 2 + 2), y: round(top), width: edge.width - 4, height: edge.height, rx: 3 }));
    if (arrow.label) out.appendChild(text(arrow.label, round(edge.x), round(top + 12.5), "label"));
    if (verdict) out.appendChild(text(verdict, round(edge.x), round(top + (arrow.label ? 26.5 : 12.5)), "verdict"));
  }

  // A quantity that comes back to its level: a small turn at its side.
  function drawTurn(arrow, node, root) {
    var x = node.x + node.width / 2;
    var y = node.y + 4;
    var out = group("arrow turn " + arrow.state, arrow.id, said(arrow));
    var d = "M" + x + " " + (y - 12) + "C" + (x + 20) + " " + (y - 22) + " " + (x + 22) + " " + (y + 14) + " " + x + " " + (y + 6);
    out.appendChild(el("path", { "class": "reach", d: d }));
    var line = el("path", { "class": "line " + arrow.state + (arrow.held ? " held" : ""), d: d });
    out.appendChild(line);
    root.appendChild(out);
    out.appendChild(head(line, line.getTotalLength()));
    out.appendChild(text(arrow.sign, x + 17, y - 12, "sign"));
  }

  function drawNode(quantity, node, root) {
    var code = codeOf(quantity);
    var out = group("quantity", quantity.id, quantity.label + (code ? ", " + code : ", from outside the model"));
    out.appendChild(el("rect", {
      "class": quantity.outside ? "outside" : "box", rx: 7, width: node.width, height: node.height,
      x: round(node.x - node.width / 2), y: round(node.y - node.height / 2)
    }));
    out.appendChild(text(quantity.label, round(node.x), round(node.y + (code ? -2 : 5)), "name" + (quantity.outside ? " outside-name" : "")));
    if (code) out.appendChild(text(code, round(node.x), round(node.y + 14), "code"));
    root.appendChild(out);
  }

  var drawn = null;

  // The drawing shrinks to fit while its labels stay legible; beyond that its frame scrolls.
  function fit() {
    var svg = figure.querySelector("svg.graph");
    if (!svg || !drawn) return;
    var room = (figure.querySelector(".canvas").clientWidth || 1202) - 2;
    var scale = Math.min(1, Math.max(room / drawn.width, room < 800 ? 0.9 : 0.76));
    svg.setAttribute("width", Math.floor(drawn.width * scale));
    svg.setAttribute("height", Math.floor(drawn.height * scale));
  }

  function draw() {
    var place = figure.querySelector(".drawing");
    var part = partNow();
    // Before printing, a view that is put away has no width of its own.
    var room = figure.clientWidth || 1200;
    var shown = chosen(part);
    var graph = best(part, shown, room);
    var size = graph.box;
    var svg = el("svg", {
      "class": "graph", viewBox: [size.x, size.y, size.width, size.height].join(" "),
      role: "group", "aria-label": "Diagram of what moves what; its arrows are in the table below"
    });
    place.textContent = "";
    place.appendChild(svg);
    var links = el("g", { "class": "links" });
    var nodes = el("g", { "class": "nodes" });
    svg.appendChild(links);
    svg.appendChild(nodes);
    var signs = el("g", { "class": "signs" });
    shown.forEach(function (arrow) {
      if (arrow.from !== arrow.to) drawArrow(arrow, graph.edge(arrow.from, arrow.to), graph.graph().rankdir === "LR", links, signs);
    });
    graph.nodes().forEach(function (id) { drawNode(quantities[id], graph.node(id), nodes); });
    shown.forEach(function (arrow) {
      if (arrow.from === arrow.to) drawTurn(arrow, graph.node(arrow.from), nodes);
    });
    svg.appendChild(signs);
    drawn = size;
    place.setAttribute("data-drawn", part);
    figure.querySelectorAll("[data-part]").forEach(function (one) {
      one.setAttribute("aria-pressed", String(one.dataset.part === part));
    });
    mark();
  }

  // ---------------------------------------------------------------- what is chosen

  function partNow() {
    var part = marchland.state.get("part");
    var known = ["loops", "all"].concat(Object.keys(all.parts));
    if (known.indexOf(part) >= 0 && (part !== "loops" || all.loops.length)) return part;
    return all.loops.length ? "loops" : "all";
  }

  function mark() {
    var loop = loops[marchland.state.get("loop")];
    var arrow = marchland.state.get("arrow");
    var svg = figure.querySelector("svg.graph");
    if (!svg) return;
    svg.classList.toggle("focused", !!loop);
    svg.querySelectorAll("g[data-id]").forEach(function (one) {
      var id = one.dataset.id;
      var lit = loop && (loop.arrows.indexOf(id) >= 0 || loop.arrows.some(function (a) { return arrows[a].from === id; }));
      one.classList.toggle("dim", !!loop && !lit);
      one.classList.toggle("chosen", id === arrow || (!!lit && id in arrows));
    });
    svg.querySelectorAll("[data-of]").forEach(function (one) {
      one.classList.toggle("dim", !!loop && loop.arrows.indexOf(one.dataset.of) < 0);
    });
    document.querySelectorAll("button.loop").forEach(function (one) {
      one.setAttribute("aria-pressed", String(!!loop && one.dataset.loop === loop.id));
    });
    panel(arrow, loop);
  }

  function explained(key, label) {
    return html("a", label, { href: "#explain=" + key, "data-explain": key, "class": "figure" });
  }

  function line(parent, parts) {
    var out = html(parent.tagName === "UL" ? "li" : "p");
    parts.forEach(function (part) {
      out.appendChild(typeof part === "string" ? document.createTextNode(part) : part);
    });
    parent.appendChild(out);
    return out;
  }

  function assertionLine(list, id) {
    var a = all.assertions[id];
    var kind = a.support.replace(/ /g, "-");
    line(list, [explained("assertion:" + id, id), " " + a.text + " (" + a.sign + "): ",
      html("span", a.support, { "class": "support " + kind }), (a.chance ? ", chance " + a.chance : "") + ". " + a.source]);
  }

  function parameterLine(list, name) {
    var p = all.parameters[name];
    if (!p) return;
    var told = p.held ? "held at " + p.held : p.posterior + ", before the evidence " + p.prior + (p.positive ? "; above 0 with probability " + p.positive : "");
    line(list, [explained("parameter:" + name, name), ", " + p.meaning + ": " + told + (p.unit ? " (" + p.unit + ")" : "") + "."]);
  }

  function equationLine(out, code) {
    if (all.equations.indexOf(code) < 0) return;
    line(out, ["Equation ", html("a", code, { href: "#equation-" + code }), " (", explained("equation:" + code, "what it rests on"), ")"]);
  }

  function linkOf(arrow) {
    return quantities[arrow.from].label + " → " + quantities[arrow.to].label + " (" + arrow.sign + ")";
  }

  function aboutArrow(out, arrow) {
    var state = all.states[arrow.state];
    out.appendChild(html("h4", linkOf(arrow)));
    line(out, [html("span", state.word, { "class": "support " + arrow.state }), ": " + state.text + (arrow.held ? ". The case holds it at no effect." : ".")]);
    if (arrow.note) line(out, [arrow.note]);
    var list = html("ul");
    arrow.assertions.forEach(function (id) { assertionLine(list, id); });
    arrow.parameters.forEach(function (name) { parameterLine(list, name); });
    out.appendChild(list);
    equationLine(out, arrow.equation);
  }

  function aboutQuantity(out, quantity) {
    out.appendChild(html("h4", quantity.label));
    if (quantity.outside) line(out, ["Comes from outside the model."]);
    equationLine(out, quantity.equation);
    quantity.measures.forEach(function (name) {
      line(out, ["Shown as ", explained("measure:" + name, name.replace(/_/g, " "))]);
    });
    if (!quantity.without.length) return;
    line(out, ["Said of it in the sources, and not in the model:"]);
    var list = html("ul");
    quantity.without.forEach(function (id) { assertionLine(list, id); });
    out.appendChild(list);
  }

  function aboutLoop(out, loop) {
    out.appendChild(html("h4", loop.name));
    line(out, [loop.kind === "reinforcing" ? "Reinforcing: a push comes back in its own direction." : "Balancing: a push comes back against itself."]);
    if (loop.cut.length) line(out, ["Open in this run, since the case holds at no effect: " + loop.cut.join(", ") + "."]);
    var list = html("ul");
    loop.arrows.forEach(function (id) {
      var arrow = arrows[id];
      var button = html("a", linkOf(arrow), { href: "#view=system&arrow=" + id });
      line(list, [button, ": ", html("span", all.states[arrow.state].word, { "class": "support " + arrow.state })]);
    });
    out.appendChild(list);
  }

  function panel(id, loop) {
    var out = figure.querySelector(".behind");
    var open = !!(arrows[id] || quantities[id] || loop);
    out.textContent = "";
    out.hidden = !open;
    figure.querySelector(".stage").classList.toggle("open", open);
    fit();
    if (!open) return;
    var close = html("button", "Close", { type: "button" });
    close.addEventListener("click", function () { marchland.state.set({ arrow: null, loop: null }); });
    out.appendChild(close);
    if (arrows[id]) aboutArrow(out, arrows[id]);
    else if (quantities[id]) aboutQuantity(out, quantities[id]);
    if (loop && !arrows[id] && !quantities[id]) aboutLoop(out, loop);
  }

  function choose(event) {
    var one = event.target.closest && event.target.closest("g[data-id]");
    if (!one) return;
    marchland.state.set({ arrow: marchland.state.get("arrow") === one.dataset.id ? null : one.dataset.id });
  }

  // ---------------------------------------------------------------- downloads

  var INLINE = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "opacity", "font-family", "font-size", "font-weight", "font-style", "text-anchor", "paint-order"];

  // A copy that looks the same without the page: what the styles say stands in it.
  function standalone() {
    var svg = figure.querySelector("svg.graph");
    var copy = svg.cloneNode(true);
    var from = svg.querySelectorAll("*");
    copy.querySelectorAll("*").forEach(function (node, n) {
      var style = getComputedStyle(from[n]);
      INLINE.forEach(function (name) { node.setAttribute(name, style.getPropertyValue(name)); });
      ["class", "role", "tabindex"].forEach(function (name) { node.removeAttribute(name); });
    });
    copy.querySelectorAll("path").forEach(function (node) {
      if (node.getAttribute("stroke") === "rgba(0, 0, 0, 0)") node.remove();
    });
    ["class", "role"].forEach(function (name) { copy.removeAttribute(name); });
    copy.setAttribute("font-family", getComputedStyle(svg).fontFamily);
    copy.setAttribute("xmlns", SVG);
    copy.setAttribute("style", "background: " + getComputedStyle(document.body).backgroundColor);
    return new XMLSerializer().serializeToString(copy);
  }

  function csv() {
    var table = document.getElementById("arrow-table");
    function cells(row) { return Array.from(row.cells, function (c) { return c.textContent.trim(); }); }
    marchland.save("arrows.csv", "text/csv", marchland.csv(cells(table.tHead.rows[0]), Array.from(table.tBodies[0].rows, cells)));
  }

  function tool(event) {
    var what = event.target.dataset.do;
    var table = document.getElementById("arrows");
    if (what === "svg") marchland.save("diagram.svg", "image/svg+xml", standalone());
    if (what === "csv") csv();
    if (what === "data") table.open = !table.open;
  }

  // ---------------------------------------------------------------- start

  function begin() {
    all.quantities.forEach(function (quantity) { quantities[quantity.id] = quantity; });
    all.arrows.forEach(function (arrow) { arrows[arrow.id] = arrow; });
    all.loops.forEach(function (loop) { loops[loop.id] = loop; });
    figure.querySelector(".parts").hidden = false;
    figure.querySelector(".tools").hidden = false;
    figure.querySelector(".parts").addEventListener("click", function (event) {
      var part = event.target.dataset.part;
      if (part) marchland.state.set({ part: part, loop: null, arrow: null });
    });
    figure.querySelector(".tools").addEventListener("click", tool);
    var table = document.getElementById("arrows");
    table.addEventListener("toggle", function () {
      figure.querySelector("[data-do=data]").setAttribute("aria-expanded", String(table.open));
    });
    figure.querySelector(".drawing").addEventListener("click", choose);
    figure.querySelector(".drawing").addEventListener("keydown", function (event) {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      choose(event);
    });
    document.querySelectorAll("button.loop").forEach(function (one) {
      one.disabled = false;
      one.addEventListener("click", function () {
        var same = marchland.state.get("loop") === one.dataset.loop;
        marchland.state.set({ loop: same ? null : one.dataset.loop, arrow: null, part: same ? marchland.state.get("part") : "loops" });
        if (!same) figure.scrollIntoView({ block: "start" });
      });
    });
    marchland.state.on(["part"], draw);
    marchland.state.on(["loop", "arrow"], mark);
    var width = 0;
    new ResizeObserver(function (entries) {
      var now = Math.round(entries[0].contentRect.width / 40);
      if (width && now && now !== width) draw();
      width = now || width;
    }).observe(figure);
    draw();
  }

  if (all && all.arrows) marchland.onView("system", begin);

  // ---------------------------------------------------------------- the assertions' filter

  var form = document.getElementById("assertion-filters");

  function filter() {
    var said = marchland.state.get("said") || "";
    var wanted = (marchland.state.get("claims") || "").toLowerCase();
    var group = form.elements.group.value;
    var count = 0;
    document.querySelectorAll("#assertion-table tbody").forEach(function (body) {
      var here = 0;
      Array.from(body.rows).slice(1).forEach(function (row) {
        var fits = (!said || row.dataset.said === said) && (!group || body.dataset.group === group) &&
          (!wanted || row.textContent.toLowerCase().indexOf(wanted) >= 0);
        row.hidden = !fits;
        if (fits) here += 1;
      });
      body.hidden = !here;
      count += here;
    });
    form.elements.said.value = said;
    if (document.activeElement !== form.elements.claims) form.elements.claims.value = marchland.state.get("claims") || "";
    form.querySelector("output").textContent = count + (count === 1 ? " assertion" : " assertions");
  }

  if (form) {
    form.hidden = false;
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    form.addEventListener("input", function (event) {
      if (event.target.name === "group") filter();
      else {
        var values = {};
        values[event.target.name] = event.target.value || null;
        marchland.state.set(values);
      }
    });
    marchland.state.on(["said", "claims"], function () {
      if (marchland.state.get("said") || marchland.state.get("claims")) document.getElementById("all-assertions").open = true;
      filter();
    });
    if (marchland.state.get("said") || marchland.state.get("claims")) document.getElementById("all-assertions").open = true;
    filter();
  }
})();
