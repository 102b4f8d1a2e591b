// The matrix of sources against assertions: which rows are shown.
(function () {
  "use strict";
  var marchland = window.marchland;

  marchland.onView("sources", function () {
    var table = document.getElementById("matrix");
    var form = document.getElementById("matrix-filters");
    if (!table || !form) return;
    form.hidden = false;
    var rows = Array.from(table.querySelectorAll("tr[data-speakers]"));

    function update() {
      var shared = form.elements.shared.checked;
      var disputed = form.elements.disputed.checked;
      var shown = 0;
      rows.forEach(function (row) {
        var here = (!shared || +row.dataset.speakers > 1) && (!disputed || "disputed" in row.dataset);
        row.hidden = !here;
        row.toggleAttribute("data-filtered", !here);
        shown += here ? 1 : 0;
      });
      Array.from(table.tBodies).forEach(function (body) {
        body.hidden = !body.querySelector("tr[data-speakers]:not([hidden])");
        body.toggleAttribute("data-filtered", body.hidden);
      });
      document.getElementById("matrix-found").textContent = shown + " of " + rows.length + " statements.";
      document.getElementById("matrix-none").hidden = shown > 0;
    }
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    form.addEventListener("change", update);
    update();
  });
})();
