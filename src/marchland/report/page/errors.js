// A reader, or a test, can see at once whether a script failed.
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("scripted");
  function note(text) {
    var before = root.getAttribute("data-errors");
    root.setAttribute("data-errors", before ? before + " | " + text : text);
  }
  window.addEventListener("error", function (e) { note(String(e.message || e)); });
  window.addEventListener("unhandledrejection", function (e) { note(String(e.reason)); });
  document.addEventListener("securitypolicyviolation", function (e) {
    note("blocked " + e.blockedURI + " " + e.violatedDirective);
  });
})();
