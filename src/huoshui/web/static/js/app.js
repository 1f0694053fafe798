// Draws charts and keeps the fragments that htmx brings in working.  Every page works without it:
// a chart's numbers stand in the table beneath it, and a slider moves a number that can be typed.
(() => {
  "use strict";

  const own = document.currentScript;
  const COLOURS = ["#0d5b75", "#c27b1c", "#4f8a5b", "#7a5aa6", "#b0534a", "#5c6f7a"];
  let library = null;

  function charts() {
    if (!library) {
      library = new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = own.dataset.charts;
        script.onload = () => resolve(window.echarts);
        script.onerror = reject;
        document.head.append(script);
      });
    }
    return library;
  }

  function option(data) {
    const lying = data.kind === "lying";
    const words = data.rows.map((row) => row[0]);
    const category = {
      type: "category", data: words, inverse: lying,
      axisTick: { show: false }, axisLine: { lineStyle: { color: "#b9c4ca" } },
      axisLabel: { color: "#4c5d67", width: lying ? 132 : 90, overflow: "truncate" },
    };
    const value = {
      type: "value", name: data.axis, nameTextStyle: { color: "#4c5d67", align: lying ? "left" : "right" },
      axisLabel: { color: "#4c5d67" }, splitLine: { lineStyle: { color: "#e9eef0" } },
    };
    return {
      animation: false,
      color: COLOURS,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 8, right: 16, top: 32, bottom: 8, containLabel: true },
      legend: { show: data.head.length > 2, top: 0, right: 0, itemWidth: 14, itemHeight: 10 },
      // Drawn in the canvas: a tooltip of HTML would need styles that the page's policy forbids.
      tooltip: { trigger: "axis", renderMode: "richText", confine: true },
      xAxis: lying ? value : category,
      yAxis: lying ? category : value,
      series: data.head.slice(1).map((name, n) => ({
        name,
        type: data.kind === "line" ? "line" : "bar",
        stack: data.kind === "stack" ? "all" : undefined,
        barMaxWidth: 30,
        connectNulls: false,
        symbolSize: 6,
        data: data.rows.map((row) => row[n + 1]),
      })),
    };
  }

  async function draw(box) {
    const data = JSON.parse(document.getElementById(box.dataset.chart).textContent);
    const echarts = await charts();
    box.dataset.drawn = "yes";
    const drawn = echarts.init(box, null, { renderer: "canvas" });
    drawn.setOption(option(data));
    new ResizeObserver(() => drawn.resize()).observe(box);
  }

  // A slider is shown where it can work; what counts is the number beside it.
  function slide(range) {
    const number = document.getElementById(range.dataset.slides);
    range.dataset.sliding = "yes";
    range.hidden = false;
    range.addEventListener("input", () => {
      number.value = range.value;
      number.dispatchEvent(new Event("input", { bubbles: true }));
    });
    number.addEventListener("input", (event) => {
      if (event.isTrusted && number.value !== "") range.value = number.value;
    });
  }

  function mount(within) {
    for (const box of within.querySelectorAll("[data-chart]:not([data-drawn])")) draw(box);
    for (const range of within.querySelectorAll("[data-slides]:not([data-sliding])")) slide(range);
  }

  function begin() {
    mount(document);
    const problems = document.getElementById("problems");
    if (problems) problems.focus();
  }

  document.addEventListener("htmx:load", (event) => mount(event.target));
  // A refused form comes back with its problems and a status of 4xx: show it all the same.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const status = event.detail.xhr.status;
    if (status >= 400 && status < 500 && event.detail.requestConfig.verb !== "get") {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
