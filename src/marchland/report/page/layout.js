// Layouts of a diagram by dagre: several are tried, and the one that is easiest to read is kept.
(function () {
  "use strict";

  // What is laid out: {quantities: [...], sizeOf(quantity, shown, across), labelSize(arrow)}.
  var all = null;
  var byName = {};

  // The order in which arrows are given settles which of them run backwards, so several are tried.
  function shuffled(list, seed) {
    var out = list.slice();
    var state = seed * 7919 + 17;
    for (var n = out.length - 1; n > 0 && seed; n -= 1) {
      state = (state * 1103515245 + 12345) % 2147483648;
      var m = state % (n + 1);
      var kept = out[n];
      out[n] = out[m];
      out[m] = kept;
    }
    return out;
  }

  function layout(shown, across, seed) {
    var graph = new window.dagre.graphlib.Graph();
    graph.setGraph({
      rankdir: across ? "LR" : "TB", nodesep: across ? 18 : 30, edgesep: across ? 12 : 18,
      ranksep: 66, marginx: 30, marginy: 22, acyclicer: seed % 2 ? "greedy" : undefined
    });
    graph.setDefaultEdgeLabel(function () { return {}; });
    var used = {};
    shown.forEach(function (arrow) { used[arrow.from] = used[arrow.to] = true; });
    shuffled(all.quantities, seed).forEach(function (quantity) {
      if (used[quantity.id]) graph.setNode(quantity.id, all.sizeOf(quantity, shown, across));
    });
    shuffled(shown, seed).forEach(function (arrow) {
      if (arrow.from === arrow.to) return;
      var size = all.labelSize(arrow);
      graph.setEdge(arrow.from, arrow.to, {
        width: size.width, height: size.height, labelpos: "c", weight: byName[arrow.from].outside ? 1 : 2
      });
    });
    window.dagre.layout(graph);
    land(graph, across);
    graph.box = boxOf(graph);
    return graph;
  }

  // Lines may run outside the boxes' bounds.
  function boxOf(graph) {
    var box = { left: 0, top: 0, right: graph.graph().width, bottom: graph.graph().height };
    piecesOf(graph).forEach(function (piece) {
      box.left = Math.min(box.left, piece.b.x - 16);
      box.top = Math.min(box.top, piece.b.y - 16);
      box.right = Math.max(box.right, piece.b.x + 16);
      box.bottom = Math.max(box.bottom, piece.b.y + 16);
    });
    return { x: Math.floor(box.left), y: Math.floor(box.top), width: Math.ceil(box.right - box.left), height: Math.ceil(box.bottom - box.top) };
  }

  // Lines leave and reach a box on the sides that face the ranks, side by side in the order of
  // where they come from, so that none runs behind a neighbour.
  function land(graph, across) {
    var along = across ? "x" : "y";
    var over = across ? "y" : "x";
    var sides = {};
    graph.edges().forEach(function (edge) {
      var label = graph.edge(edge);
      var points = label.points;
      [[edge.v, points[0], points[1], false], [edge.w, points[points.length - 1], points[points.length - 2], true]].forEach(function (end) {
        var node = graph.node(end[0]);
        var after = end[2][along] > node[along];
        var key = end[0] + (after ? "+" : "-");
        (sides[key] = sides[key] || []).push({ node: node, after: after, end: end[1], next: end[2], last: end[3], edge: label });
      });
    });
    Object.keys(sides).forEach(function (key) {
      var ends = sides[key].sort(function (a, b) { return a.next[over] - b.next[over]; });
      var node = ends[0].node;
      var room = (across ? node.height : node.width) - 14;
      var step = ends.length > 1 ? Math.min(across ? 20 : 32, room / (ends.length - 1)) : 0;
      ends.forEach(function (one, n) {
        one.end[over] = node[over] + (n - (ends.length - 1) / 2) * step;
        if (one.last) one.edge.lands = one.after;
        one.end[along] = node[along] + (one.after ? 0.5 : -0.5) * (across ? node.width : node.height);
      });
    });
  }

  function turns(a, b, c) { return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x); }

  function cross(a, b, c, d) {
    return turns(a, b, c) * turns(a, b, d) < 0 && turns(c, d, a) * turns(c, d, b) < 0;
  }

  function piecesOf(graph) {
    var out = [];
    graph.edges().forEach(function (edge, n) {
      var points = graph.edge(edge).points;
      for (var k = 1; k < points.length; k += 1) out.push({ edge: n, a: points[k - 1], b: points[k] });
    });
    return out;
  }

  function crossings(graph) {
    var pieces = piecesOf(graph);
    var count = 0;
    for (var m = 0; m < pieces.length; m += 1) {
      for (var n = m + 1; n < pieces.length; n += 1) {
        var p = pieces[m];
        var q = pieces[n];
        if (p.edge !== q.edge && cross(p.a, p.b, q.a, q.b)) count += 1;
      }
    }
    return count;
  }

  // How hard a layout is to read: lines that cross, long lines, and how far it must shrink.
  function effort(graph, room) {
    var size = graph.box;
    var length = piecesOf(graph).reduce(function (sum, p) { return sum + Math.hypot(p.a.x - p.b.x, p.a.y - p.b.y); }, 0);
    var shrink = Math.max(1, size.width / room) * Math.max(1, size.height / 1000);
    return (crossings(graph) + 4 + length / 1200) * Math.pow(shrink, 2);
  }

  var found = {};

  // Fewest crossings first; the same part at the same width always looks the same.
  function best(what, part, shown, room) {
    all = what;
    what.quantities.forEach(function (quantity) { byName[quantity.id] = quantity; });
    var key = part + "/" + Math.round(room / 40);
    if (found[key]) return found[key];
    var tries = shown.length > 60 ? 6 : shown.length > 40 ? 18 : 24;
    var least = Infinity;
    for (var seed = 0; seed < 2 * tries; seed += 1) {
      var graph = layout(shown, seed % 4 > 1, Math.floor(seed / 4) * 2 + seed % 2);
      var cost = effort(graph, room);
      if (cost < least) {
        least = cost;
        found[key] = graph;
      }
    }
    return found[key];
  }

  // ---------------------------------------------------------------- lines

  // A smooth line through all of the layout's points that never swings beyond them: along the
  // direction of the ranks it only goes on (Steffen 1990).
  function spline(points, across) {
    var along = across ? "x" : "y";
    var over = across ? "y" : "x";
    var path = "M" + round(points[0].x) + " " + round(points[0].y);
    var slopes = points.map(function (p, n) { return slope(points[n - 1], p, points[n + 1], along, over); });
    // It leaves and reaches its boxes at a right angle.
    slopes[0] = slopes[points.length - 1] = 0;
    for (var n = 1; n < points.length; n += 1) {
      var a = points[n - 1];
      var b = points[n];
      var third = (b[along] - a[along]) / 3;
      var one = {};
      var two = {};
      one[along] = a[along] + third;
      one[over] = a[over] + third * slopes[n - 1];
      two[along] = b[along] - third;
      two[over] = b[over] - third * slopes[n];
      path += "C" + [one.x, one.y, two.x, two.y, b.x, b.y].map(round).join(" ");
    }
    return path;
  }

  function slope(before, here, after, along, over) {
    var one = before || here;
    var two = after || here;
    var h0 = here[along] - one[along];
    var h1 = two[along] - here[along];
    var s0 = h0 ? (here[over] - one[over]) / h0 : 0;
    var s1 = h1 ? (two[over] - here[over]) / h1 : 0;
    var p = (s0 * h1 + s1 * h0) / (h0 + h1);
    return (Math.sign(s0) + Math.sign(s1)) * Math.min(Math.abs(s0), Math.abs(s1), 0.5 * Math.abs(p)) || 0;
  }

  function round(value) { return Math.round(value * 10) / 10; }

  window.marchland.layout = { best: best, spline: spline, round: round };
})();
