// The page's own frame: data, the state in the fragment, one view at a time, links to any part.
(function () {
  "use strict";
  var root = document.documentElement;
  var parsed = {};
  var listeners = [];
  var waiting = {};
  var shown = {};

  function data(name) {
    if (!(name in parsed)) {
      var island = document.getElementById("data-" + name);
      parsed[name] = island ? JSON.parse(island.textContent) : null;
    }
    return parsed[name];
  }

  // A fragment with "=" is the page's state; without, it names a part of the page.
  function read() {
    var out = {};
    var text = location.hash.slice(1);
    if (text.indexOf("=") < 0) {
      if (text) out.at = decode(text);
      return out;
    }
    text.split("&").forEach(function (part) {
      var cut = part.indexOf("=");
      if (cut > 0) out[decode(part.slice(0, cut))] = decode(part.slice(cut + 1));
    });
    return out;
  }

  function decode(text) {
    try { return decodeURIComponent(text.replace(/\+/g, " ")); } catch (e) { return text; }
  }

  function encode(text) {
    return encodeURIComponent(text).replace(/%2F/g, "/").replace(/%3A/g, ":").replace(/%2C/g, ",");
  }

  function write(state) {
    return "#" + Object.keys(state).filter(function (key) { return state[key]; })
      .map(function (key) { return encode(key) + "=" + encode(state[key]); }).join("&");
  }

  var current = read();

  function get(key) { return current[key] || null; }

  function changed(before) {
    var keys = Object.keys(Object.assign({}, before, current));
    var moved = keys.filter(function (key) { return before[key] !== current[key]; });
    if (moved.length) {
      listeners.forEach(function (one) {
        if (one.keys.some(function (key) { return moved.indexOf(key) >= 0; })) one.run();
      });
    }
  }

  function set(values) {
    var before = Object.assign({}, current);
    var next = Object.assign({}, current, values);
    Object.keys(next).forEach(function (key) { if (!next[key]) delete next[key]; });
    current = next;
    var text = write(next);
    // A change of view is a step that Back undoes; a filter is not.
    var step = (before.view || "") !== (next.view || "") || (before.explain || "") !== (next.explain || "");
    history[step ? "pushState" : "replaceState"](null, "", text === "#" ? location.pathname + location.search : text);
    changed(before);
  }

  function on(keys, run) { listeners.push({ keys: keys, run: run }); }

  // ---------------------------------------------------------------- views

  var views = Array.from(document.querySelectorAll("section.view"));
  var names = views.map(function (view) { return view.dataset.view; });

  function viewOf(element) {
    var view = element && element.closest("section.view");
    return view ? view.dataset.view : null;
  }

  function begin(name) {
    if (shown[name]) return;
    shown[name] = true;
    (waiting[name] || []).forEach(function (run) { run(); });
    waiting[name] = [];
  }

  function onView(name, run) {
    if (shown[name]) run();
    else (waiting[name] = waiting[name] || []).push(run);
  }

  function show(name, quiet) {
    var wanted = names.indexOf(name) >= 0 ? name : names[0];
    var moved = !quiet && root.getAttribute("data-view") !== wanted;
    root.setAttribute("data-view", wanted);
    views.forEach(function (view) {
      // Text of a view that is put away can still be found by the browser's search.
      if (view.dataset.view === wanted) view.removeAttribute("hidden");
      else view.setAttribute("hidden", "until-found");
    });
    document.querySelectorAll("nav.views a").forEach(function (link) {
      if (link.dataset.view === wanted) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    });
    begin(wanted);
    return moved;
  }

  views.forEach(function (view) {
    view.addEventListener("beforematch", function () { set({ view: view.dataset.view, at: null }); });
  });

  // Shows the part of the page with this id, whatever it is folded into.
  function go(id) {
    var target = document.getElementById(id);
    if (!target) return false;
    show(viewOf(target) || root.getAttribute("data-view"));
    for (var at = target; at; at = at.parentElement) {
      if (at.tagName === "DETAILS") at.open = true;
      if (at.hidden && at.hasAttribute("data-filtered")) at.hidden = false;
    }
    document.querySelectorAll(".reached").forEach(function (one) { one.classList.remove("reached"); });
    target.classList.add("reached");
    if (!target.hasAttribute("tabindex")) target.setAttribute("tabindex", "-1");
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: "start" });
    return true;
  }

  function follow() {
    if (current.at && go(current.at)) return;
    if (show(current.view || names[0])) window.scrollTo(0, 0);
  }

  window.addEventListener("hashchange", arrive);
  window.addEventListener("popstate", arrive);

  function arrive() {
    var before = current;
    var next = read();
    // A plain anchor keeps the period and the filters.
    if (location.hash.indexOf("=") < 0 && next.at) {
      next = Object.assign({}, before, next, { view: null, explain: null });
    }
    if (JSON.stringify(before) === JSON.stringify(next)) return;
    current = next;
    follow();
    changed(before);
  }

  on(["view"], follow);

  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("a[href^='#']");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    var name = link.dataset.explain;
    if (name && marchland.explain) {
      event.preventDefault();
      marchland.explain(name);
      return;
    }
    var text = link.getAttribute("href").slice(1);
    if (!text) return;
    event.preventDefault();
    if (text.indexOf("=") > 0) {
      var wanted = { at: null, explain: null };
      text.split("&").forEach(function (part) {
        var cut = part.indexOf("=");
        wanted[decode(part.slice(0, cut))] = decode(part.slice(cut + 1)) || null;
      });
      set(wanted);
      if (!wanted.explain) follow();
    } else {
      set({ at: decode(text), explain: null, view: viewOf(document.getElementById(decode(text))) });
      go(decode(text));
    }
  });

  // ---------------------------------------------------------------- periods

  function monthsOf(text) {
    var found = /^(\d{4})(?:-(\d{2}))?$/.exec(text);
    return found ? { year: +found[1], month: found[2] ? +found[2] - 1 : null } : null;
  }

  function at(year, month) {
    var day = new Date(0);
    day.setUTCFullYear(year, month, 1);
    return day.getTime();
  }

  // The chosen period in milliseconds, its end not included; null where none is chosen.
  function period() {
    var parts = (get("period") || "").split("/").map(monthsOf);
    if (parts.length !== 2 || !parts[0] || !parts[1]) return null;
    var from = at(parts[0].year, parts[0].month || 0);
    var to = parts[1].month === null ? at(parts[1].year + 1, 0) : at(parts[1].year, parts[1].month + 1);
    return to > from ? [from, to] : null;
  }

  function chip() {
    var place = document.getElementById("period-chip");
    if (!place) return;
    place.hidden = !period();
    if (!place.hidden) {
      place.querySelector("b").textContent = get("period").replace("/", " to ");
    }
  }
  on(["period"], chip);
  var clear = document.querySelector("#period-chip button");
  if (clear) clear.addEventListener("click", function () { set({ period: null }); });

  // ---------------------------------------------------------------- downloads and printing

  function save(name, type, text) {
    var link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: type }));
    link.download = name;
    document.body.appendChild(link);
    link.click();
    link.remove();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
  }

  function csv(columns, rows) {
    function cell(value) {
      var text = value === null || value === undefined ? "" : String(value);
      return /[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
    }
    return [columns].concat(rows).map(function (row) { return row.map(cell).join(","); }).join("\n") + "\n";
  }

  window.addEventListener("beforeprint", function () {
    names.forEach(begin);
    document.querySelectorAll("details.printed").forEach(function (one) { one.open = true; });
  });

  window.marchland = {
    data: data,
    state: { get: get, set: set, on: on, fragment: write },
    period: period,
    onView: onView,
    go: go,
    save: save,
    csv: csv,
    // Called last, when every part has said what it wants to know.
    start: function () {
      chip();
      follow();
      if (current.explain && marchland.explain) marchland.explain(current.explain);
      root.setAttribute("data-ready", "");
    }
  };
})();
