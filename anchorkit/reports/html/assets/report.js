"use strict";
(function () {
  var result = JSON.parse(document.getElementById("result").textContent);
  var tip = document.getElementById("tip");

  function show(text, x, y) {
    if (tip.textContent !== text) tip.textContent = text;
    tip.hidden = false;
    var box = tip.getBoundingClientRect();
    var left = Math.min(x + 14, document.documentElement.clientWidth - box.width - 6);
    var top = y + 18 + box.height > window.innerHeight ? y - box.height - 10 : y + 18;
    tip.style.left = Math.max(left, 4) + "px";
    tip.style.top = Math.max(top, 4) + "px";
  }
  function hide() { tip.hidden = true; }
  function told(target) { return target.closest && target.closest("[data-tip]"); }

  /* What is told of: the part that has the focus, or what lies under the pointer. Either may move
     when the page scrolls. */
  var focused = null, pointer = null;

  function follow() {
    if (focused) {
      var box = focused.getBoundingClientRect();
      show(focused.getAttribute("data-tip"), box.left + box.width / 2, box.bottom);
      return;
    }
    var target = pointer && document.elementFromPoint(pointer.clientX, pointer.clientY);
    var part = target && told(target);
    var text = part ? part.getAttribute("data-tip") : target ? under(target, pointer) : "";
    if (text) show(text, pointer.clientX, pointer.clientY); else hide();
  }
  document.addEventListener("pointermove", function (event) {
    focused = null;
    pointer = { clientX: event.clientX, clientY: event.clientY };
    follow();
  });
  document.documentElement.addEventListener("pointerleave", function () { pointer = null; follow(); });
  document.addEventListener("scroll", follow, true);
  document.addEventListener("focusin", function (event) {
    focused = event.target.matches(":focus-visible") ? told(event.target) : null;
    if (focused) follow();
  });
  document.addEventListener("focusout", function () { focused = null; hide(); });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    focused = pointer = null;
    hide();
  });

  /* The picture of sizes: which cell the pointer is in, and which anchor is nearest there. */
  var sizes = result.pictures.sizes;
  var plot = document.querySelector("svg.sizes");
  var columns = sizes.across.length - 1;
  var chosen = 0;
  var log = sizes.scale === "log";

  function counts(index) {
    var flat = sizes.cells[index].cells, found = {};
    for (var i = 0; i < flat.length; i += 2) found[flat[i]] = flat[i + 1];
    return found;
  }
  var known = counts(0);

  function value(part, edges) {
    var low = edges[0], high = edges[edges.length - 1];
    return log ? low * Math.pow(high / low, part) : low + part * (high - low);
  }
  function slot(edges, at) {
    for (var i = 0; i < edges.length - 1; i += 1) if (at < edges[i + 1]) return i;
    return edges.length - 2;
  }
  function margin(name) { return Number(plot.getAttribute("data-" + name)); }
  function number(value) { return value.toLocaleString("en-US"); }
  function short(value) { return value >= 100 ? value.toFixed(0) : value.toPrecision(3); }

  function nearest(width, height) {
    var best = 0, most = -1;
    result.cluster.clusters.forEach(function (one, row) {
      var both = Math.min(width, one.width) * Math.min(height, one.height);
      var iou = both / (width * height + one.width * one.height - both);
      if (iou > most) { most = iou; best = row; }
    });
    return best;
  }

  function under(target, at) {
    if (!plot || !plot.contains(target)) return "";
    var box = plot.getBoundingClientRect(), view = plot.viewBox.baseVal;
    var x = (at.clientX - box.left) * view.width / box.width;
    var y = (at.clientY - box.top) * view.height / box.height;
    var across = (x - margin("left")) / (view.width - margin("left") - margin("right"));
    var up = (view.height - margin("bottom") - y) / (view.height - margin("top") - margin("bottom"));
    if (across < 0 || across > 1 || up < 0 || up > 1) return "";
    var width = value(across, sizes.across), height = value(up, sizes.up);
    var column = slot(sizes.across, width), row = slot(sizes.up, height);
    var count = known[row * columns + column] || 0;
    var near = nearest(width, height);
    var mark = plot.querySelector('.mark[data-row="' + near + '"]');
    return "width " + short(sizes.across[column]) + " to " + short(sizes.across[column + 1]) +
      ", height " + short(sizes.up[row]) + " to " + short(sizes.up[row + 1]) + " px: " +
      number(count) + (count === 1 ? " box" : " boxes") + "\n" + mark.getAttribute("data-tip");
  }

  /* The boxes of one class, drawn as the page drew those of all. */
  var choice = document.getElementById("class");
  function redraw() {
    chosen = Number(choice.value);
    known = counts(chosen);
    var view = plot.viewBox.baseVal, cells = [], least = Infinity, most = 0;
    function place(part, from, to) { return from + part * (to - from); }
    function part(at, edges) {
      var low = edges[0], high = edges[edges.length - 1];
      return log ? Math.log(at / low) / Math.log(high / low) : (at - low) / (high - low);
    }
    function x(at) { return place(part(at, sizes.across), margin("left"), view.width - margin("right")).toFixed(1); }
    function y(at) { return place(part(at, sizes.up), view.height - margin("bottom"), margin("top")).toFixed(1); }
    function span(edges, i) {
      return log ? Math.log(edges[i + 1] / Math.max(edges[i], edges[i + 1] * 1e-6)) : edges[i + 1] - edges[i];
    }
    Object.keys(known).forEach(function (key) {
      var row = Math.floor(key / columns), column = key % columns;
      var density = known[key] / (span(sizes.across, column) * span(sizes.up, row));
      cells.push([row, column, density]);
      least = Math.min(least, density);
      most = Math.max(most, density);
    });
    most = Math.max(most, least * 1.0001);
    var shades = [];
    cells.forEach(function (cell) {
      var level = Math.min(Math.floor(10 * Math.log(cell[2] / least) / Math.log(most / least)), 9);
      shades[level] = (shades[level] || "") + "M" + x(sizes.across[cell[1]]) + " " + y(sizes.up[cell[0] + 1]) +
        "H" + x(sizes.across[cell[1] + 1]) + "V" + y(sizes.up[cell[0]]) + "H" + x(sizes.across[cell[1]]) + "z";
    });
    var group = plot.querySelector(".cells");
    group.replaceChildren();
    shades.forEach(function (path, level) {
      var drawn = document.createElementNS("http://www.w3.org/2000/svg", "path");
      drawn.setAttribute("d", path);
      drawn.setAttribute("class", "d" + level);
      group.appendChild(drawn);
    });
  }
  if (choice && plot) {
    choice.value = "0"; /* a reloaded page keeps what was chosen before */
    choice.addEventListener("change", redraw);
  }

  /* What is folded away would be missing on paper. */
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (one) { one.open = true; });
  });

  /* Tables: a head sorts by its column, numbers from the largest down, names from A up. */
  document.querySelectorAll("table.sortable").forEach(function (table) {
    var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
    heads.forEach(function (head, index) {
      head.querySelector("button").addEventListener("click", function () {
        var rows = Array.prototype.slice.call(table.tBodies[0].rows);
        var numeric = rows.some(function (row) { return row.cells[index].hasAttribute("data-value"); });
        var before = head.getAttribute("aria-sort");
        var down = before ? before === "ascending" : numeric;
        rows.map(function (row, order) {
          var cell = row.cells[index], raw = cell.getAttribute("data-value");
          return { row: row, order: order, value: numeric ? (raw === null ? null : Number(raw)) : cell.textContent };
        }).sort(function (a, b) {
          if (a.value === null || b.value === null) return (a.value === null) - (b.value === null) || a.order - b.order;
          var less = numeric ? a.value - b.value : a.value.localeCompare(b.value, "en");
          return (down ? -less : less) || a.order - b.order;
        }).forEach(function (one) { table.tBodies[0].appendChild(one.row); });
        heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
      });
    });
  });
}());
