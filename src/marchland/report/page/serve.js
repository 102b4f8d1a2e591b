// The form that reruns a scenario with one value changed; only where the page is served.
(function () {
  "use strict";
  var marchland = window.marchland;
  var served = marchland.data("serve");
  var place = document.getElementById("serve-form");
  if (!served || !place) return;
  var LARGEST_REQUEST = 15000;
  var form, select, changes, button, progress, alertBox, ticking;

  function make(tag, attributes, text) {
    var element = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (key) { element.setAttribute(key, attributes[key]); });
    if (text) element.textContent = text;
    return element;
  }

  function inputFor(change, part, kind, hint) {
    var id = "serve-" + change + "-" + part.field;
    var row = make("p", { class: "serve-value" });
    var number = kind === "number";
    var label = number ? part.label : part.field === "from" ? "from" : "to";
    row.append(make("label", { for: id }, label), " ");
    var input = make("input", { id: id, name: id, autocomplete: "off", "aria-describedby": id + "-hint" });
    // A number field hides what it cannot read, so that nothing could be said about it.
    input.type = "text";
    if (number) input.inputMode = "decimal";
    input.value = String(part.value);
    input.dataset.was = String(part.value);
    input.dataset.change = change;
    input.dataset.field = part.field;
    input.dataset.kind = kind;
    row.append(input, " ", make("span", { id: id + "-hint", class: "small" }, hint));
    return row;
  }

  function fieldsetFor(change, n) {
    var set = make("fieldset", { class: "serve-change" });
    set.append(make("legend", {}, change.text));
    change.values.forEach(function (part) {
      set.append(inputFor(n, part, "number", [part.unit, part.limits].filter(Boolean).join("; ")));
    });
    change.dates.forEach(function (part) {
      set.append(inputFor(n, part, "date", "such as 1994-01, within " + served.period.replace("/", " to ") + "; empty for open"));
    });
    return set;
  }

  function fill() {
    var scenario = served.scenarios[select.value];
    changes.textContent = "";
    if (scenario.why) changes.append(make("p", {}, scenario.why));
    scenario.changes.forEach(function (change, n) { changes.append(fieldsetFor(change, n)); });
    var editable = changes.querySelector("input");
    button.disabled = !editable;
    say("");
    complain(editable ? "" : "This scenario only switches terms off; there is no value to edit.");
  }

  function say(text) { progress.textContent = text; }

  function complain(text, input) {
    alertBox.textContent = text;
    alertBox.hidden = !text;
    changes.querySelectorAll("[aria-invalid]").forEach(function (one) { one.removeAttribute("aria-invalid"); });
    if (input) {
      input.setAttribute("aria-invalid", "true");
      input.focus();
    }
  }

  function edits() {
    return Array.from(changes.querySelectorAll("input")).filter(function (input) {
      return input.value.trim() !== input.dataset.was;
    });
  }

  // One value at a time: of two, nobody could tell which of them did what.
  function edit() {
    var found = edits();
    if (!found.length) return { sentence: "Change one value or one date first." };
    if (found.length > 1) {
      return { sentence: found.length + " values are changed. Put all but one back, so that its effect can be told.", input: found[1] };
    }
    var input = found[0];
    var text = input.value.trim();
    var value = input.dataset.kind === "date" ? text : Number(text);
    if (input.dataset.kind !== "date" && (!text || !isFinite(value))) {
      return { sentence: "“" + text + "” is not a number; write it with a point, as 0.5 or 1200.", input: input };
    }
    return { input: input, edit: { change: +input.dataset.change, field: input.dataset.field, value: value } };
  }

  function key(line) {
    return [line.measure, line.place, line.group, line.counterpart].map(function (part) { return part || ""; }).join("|");
  }

  function request(wanted) {
    var lines = marchland.whatif && marchland.whatif.keys ? marchland.whatif.keys().map(key) : [];
    var asked = { scenario: select.value, edit: wanted };
    if (lines.length && JSON.stringify(lines).length < LARGEST_REQUEST) asked.lines = lines;
    return fetch(served.path + "rerun", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(asked)
    }).then(function (answer) {
      return answer.json().catch(function () { return {}; }).then(function (found) {
        if (answer.ok) return found;
        var sentence = new Error(found.error || "The server failed (status " + answer.status + "); see its terminal.");
        sentence.told = true;
        throw sentence;
      });
    });
  }

  function rowsOf(found) {
    return found.rows.map(function (row) {
      var out = {};
      found.columns.forEach(function (name, n) { out[name] = row[n]; });
      return out;
    });
  }

  function busy(on) {
    clearInterval(ticking);
    button.disabled = on;
    select.disabled = on;
    form.setAttribute("aria-busy", String(on));
    form.querySelector("progress").hidden = !on;
    if (!on) return;
    var start = Date.now();
    say("Running the baseline and the edited scenario …");
    var seconds = form.querySelector(".serve-seconds");
    seconds.textContent = "";
    // The seconds stand outside the live region: read aloud, they would be noise.
    ticking = setInterval(function () { seconds.textContent = Math.round((Date.now() - start) / 1000) + " s"; }, 1000);
  }

  function run(event) {
    event.preventDefault();
    var wanted = edit();
    complain(wanted.sentence || "", wanted.input && wanted.sentence ? wanted.input : null);
    if (wanted.sentence) return;
    var start = Date.now();
    busy(true);
    request(wanted.edit).then(function (found) {
      marchland.whatif.add(found.name, found.title, rowsOf(found));
      say("Done in " + ((Date.now() - start) / 1000).toFixed(1) + " seconds. The charts above show “" + found.title +
        "”: your own rerun, with the run's draws and luck. It is not part of the written report and is gone when the page is closed.");
    }).catch(function (error) {
      say("");
      complain(error.told ? error.message : "The server does not answer (" + error.message + "); is it still running?",
        error.told ? wanted.input : null);
    }).then(function () {
      busy(false);
      form.querySelector(".serve-seconds").textContent = "";
    });
  }

  function downloads() {
    var list = make("ul", {});
    served.files.forEach(function (name) {
      var item = make("li");
      item.append(make("a", { href: served.path + "files/" + name, download: "" }, name));
      list.append(item);
    });
    var folded = make("details", { class: "serve-files" });
    folded.append(make("summary", {}, "Files of this run"), list);
    return folded;
  }

  function build() {
    form = make("form", { class: "serve", "aria-labelledby": "serve-title", novalidate: "" });
    form.append(make("h3", { id: "serve-title" }, "Rerun a scenario with one value changed"));
    form.append(make("p", {}, "Pick a scenario, change one value or one date, and press Run. The baseline and the edited scenario are run again with the draws, the seed and the members of the written run, so the difference is the effect of the scenario as you edited it."));
    select = make("select", { id: "serve-scenario" });
    Object.keys(served.scenarios).forEach(function (name) {
      select.append(make("option", { value: name }, served.scenarios[name].title));
    });
    var choice = make("p", {});
    choice.append(make("label", { for: "serve-scenario" }, "Scenario to edit"), " ", select);
    changes = make("div", { class: "serve-changes" });
    var row = make("p", { class: "serve-run" });
    button = make("button", { type: "submit" }, "Run");
    var back = make("button", { type: "button" }, "Put back");
    back.addEventListener("click", fill);
    row.append(button, " ", back, " ", make("progress", { "aria-label": "Running", hidden: "" }), " ", make("span", { class: "serve-seconds small", "aria-hidden": "true" }));
    progress = make("p", { role: "status", class: "serve-status" });
    alertBox = make("p", { role: "alert", class: "warning", hidden: "" });
    form.append(choice, changes, row, alertBox, progress, downloads());
    form.addEventListener("submit", run);
    select.addEventListener("change", fill);
    place.append(form);
    follow();
    fill();
    marchland.state.on(["scenario"], function () { if (follow()) fill(); });
  }

  // The form takes up the scenario that the view shows, unless that is the reader's own.
  function follow() {
    var shown = marchland.state.get("scenario");
    if (!served.scenarios[shown] || shown === select.value || form.getAttribute("aria-busy") === "true") return false;
    select.value = shown;
    return true;
  }

  function nothing() {
    place.append(make("p", {}, "This case has no scenarios, so there is nothing to rerun."), downloads());
  }

  marchland.onView("whatif", Object.keys(served.scenarios).length ? build : nothing);
})();
