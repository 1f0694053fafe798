// Searches the index that stands beside the pages: every word must occur; titles come first.
"use strict";
(function () {
  var MOST = 20;
  var box = document.getElementById("search");
  var list = document.getElementById("found");
  var rows = window.HANDBOOK || [];
  box.form.hidden = false;

  function weight(row, words) {
    var title = row[0].toLowerCase();
    var whole = title + " " + row[2].toLowerCase() + " " + row[3];
    var inTitle = 0;
    for (var i = 0; i < words.length; i++) {
      if (whole.indexOf(words[i]) < 0) return null;
      if (title.indexOf(words[i]) >= 0) inTitle += 1;
    }
    return inTitle * 1000 - Math.min(title.length, 999);
  }

  function item(text, href, kind) {
    var li = document.createElement("li");
    var inside = document.createElement(href ? "a" : "span");
    inside.textContent = text;
    if (href) inside.href = document.body.dataset.root + href;
    li.appendChild(inside);
    if (kind) {
      var small = document.createElement("small");
      small.textContent = kind;
      inside.appendChild(small);
    }
    list.appendChild(li);
  }

  function show() {
    var words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    list.textContent = "";
    list.hidden = words.length === 0;
    if (list.hidden) return;
    var found = [];
    rows.forEach(function (row, nth) {
      var heavy = weight(row, words);
      if (heavy !== null) found.push([heavy, nth]);
    });
    found.sort(function (a, b) { return b[0] - a[0] || a[1] - b[1]; });
    found.slice(0, MOST).forEach(function (each) {
      var row = rows[each[1]];
      item(row[0], row[1], row[2]);
    });
    if (!found.length) item(list.dataset.nothing);
    if (found.length > MOST) item(list.dataset.more.replace("{n}", found.length - MOST));
  }

  box.addEventListener("input", show);
  box.addEventListener("keydown", function (event) {
    if (event.key === "Escape") { box.value = ""; show(); }
  });
  box.form.addEventListener("submit", function (event) {
    event.preventDefault();
    var first = list.querySelector("a");
    if (first) window.location.href = first.href;
  });
})();
