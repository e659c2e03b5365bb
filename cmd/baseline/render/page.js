(function () {
  "use strict";
  var tools = document.querySelector(".tools");
  var all = Array.prototype.slice.call(document.querySelectorAll("details"));
  var remember = null;
  window.addEventListener("beforeprint", function () {
    if (!remember) {
      remember = all.filter(function (d) { return !d.open; });
      remember.forEach(function (d) { d.open = true; });
    }
  });
  window.addEventListener("afterprint", function () {
    (remember || []).forEach(function (d) { d.open = false; });
    remember = null;
  });
  function reveal() {
    var target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    var piece = target && target.closest("details");
    if (piece) {
      piece.hidden = false;
      piece.open = true;
      target.scrollIntoView();
    }
  }
  window.addEventListener("hashchange", reveal);
  reveal();
  if (!tools) { return; }
  tools.hidden = false;
  var pieces = Array.prototype.slice.call(document.querySelectorAll("details.piece"));
  var groups = Array.prototype.slice.call(document.querySelectorAll("section.group"));
  var words = pieces.map(function (d) { return d.textContent.toLowerCase(); });
  var query = tools.querySelector("input[type=search]");
  var boxes = Array.prototype.slice.call(tools.querySelectorAll("input[type=checkbox]"));
  var told = tools.querySelector("output");
  function filter() {
    var wanted = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    var signs = {};
    var danger = false;
    boxes.forEach(function (b) {
      if (b.value === "danger") { danger = b.checked; } else { signs[b.value] = b.checked; }
    });
    var shown = 0;
    pieces.forEach(function (d, i) {
      var fits = signs[d.dataset.sign] !== false && (!danger || d.dataset.danger === "yes") &&
        wanted.every(function (w) { return words[i].indexOf(w) >= 0; });
      d.hidden = !fits;
      if (fits) { shown++; }
    });
    groups.forEach(function (g) { g.hidden = !g.querySelector("details.piece:not([hidden])"); });
    told.textContent = shown === pieces.length ? "" : shown + " of " + pieces.length + " shown";
  }
  query.addEventListener("input", filter);
  boxes.forEach(function (b) { b.addEventListener("change", filter); });
  Array.prototype.forEach.call(tools.querySelectorAll("button"), function (b) {
    b.addEventListener("click", function () {
      pieces.forEach(function (d) { if (!d.hidden) { d.open = b.value === "open"; } });
    });
  });
})();
