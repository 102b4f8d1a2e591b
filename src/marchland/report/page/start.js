// Buttons that need no data of their own; then the page shows the view that the reader asked for.
(function () {
  "use strict";
  var marchland = window.marchland;

  document.querySelectorAll("button[data-save]").forEach(function (one) {
    one.hidden = false;
    one.addEventListener("click", function () {
      marchland.save(one.dataset.file, "text/plain", document.getElementById(one.dataset.save).textContent);
    });
  });
  document.querySelectorAll("button[data-copy]").forEach(function (one) {
    if (!navigator.clipboard) return;
    one.hidden = false;
    one.addEventListener("click", function () {
      navigator.clipboard.writeText(document.getElementById(one.dataset.copy).textContent).then(
        function () { one.textContent = "Copied"; },
        function () { one.textContent = "Could not copy"; }
      );
    });
  });

  marchland.start();
})();
