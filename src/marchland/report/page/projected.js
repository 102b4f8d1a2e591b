// Where a projection begins: a rule across every chart whose time reaches beyond it.
(function () {
  "use strict";
  var marchland = window.marchland;
  var begins = document.body.dataset.projectedFrom;
  var label = document.body.dataset.projectedLabel;

  // First moment of a quarter such as 2004Q1, in UTC.
  function start(text) {
    var found = /^(\d+)Q([1-4])$/.exec(text || "");
    if (!found) return null;
    var day = new Date(0);
    day.setUTCFullYear(+found[1], 3 * (found[2] - 1), 1);
    return day.getTime();
  }

  function timed(layer) {
    var x = layer.encoding && layer.encoding.x;
    return x && x.type === "temporal";
  }

  // First and last moment of the data, or of a chosen period.
  function span(data, reach) {
    var found = [Infinity, -Infinity];
    Object.keys(data || {}).forEach(function (name) {
      if (Array.isArray(data[name])) data[name].forEach(function (row) {
        if (row.time < found[0]) found[0] = row.time;
        if (row.time > found[1]) found[1] = row.time;
      });
    });
    return reach || found;
  }

  // Gives the specification with the rule and its label, or as it is where nothing is projected.
  marchland.projected = function (spec, data, reach) {
    var time = start(begins);
    if (time === null || !Array.isArray(spec.layer) || !spec.layer.some(timed)) return spec;
    var ends = span(data, reach);
    if (!(time >= ends[0] && time <= ends[1])) return spec;
    var late = time - ends[0] > ends[1] - time;
    var x = { field: "time", type: "temporal" };
    var values = { values: [{ time: time, label: label }] };
    var rule = {
      data: values,
      mark: { type: "rule", color: "currentColor", strokeDash: [2, 3], opacity: 0.75 },
      encoding: { x: x }
    };
    var text = {
      data: values,
      mark: { type: "text", color: "currentColor", align: late ? "right" : "left", baseline: "top", dx: late ? -5 : 5, dy: 2, fontSize: 11 },
      encoding: { x: x, y: { value: 0 }, text: { field: "label" } }
    };
    return Object.assign({}, spec, { layer: spec.layer.concat([rule, text]) });
  };
})();
