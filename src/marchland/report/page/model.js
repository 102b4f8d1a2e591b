// The table of figures against predictions follows the chosen period.
(function () {
  "use strict";
  var marchland = window.marchland;
  var said = document.getElementById("fit-found");
  var rows = Array.from(document.querySelectorAll("table.fit tr[data-first]"));

  function filter() {
    var reach = marchland.period();
    var shown = 0;
    rows.forEach(function (row) {
      var first = Date.parse(row.dataset.first || "0001-01-01");
      var last = Date.parse(row.dataset.last || "9999-12-31");
      row.hidden = !!reach && (first >= reach[1] || last < reach[0]);
      if (!row.hidden) shown += 1;
    });
    document.querySelectorAll("table.fit tbody").forEach(function (body) {
      body.hidden = !body.querySelector("tr[data-first]:not([hidden])");
    });
    said.hidden = !reach;
    said.textContent = shown + " of " + rows.length + " figures speak of the chosen period.";
  }

  if (said) {
    marchland.state.on(["period"], filter);
    marchland.onView("model", filter);
  }
})();
