// Puts an interactive chart in the place of each still picture; where that fails the picture stays.
for (const figure of document.querySelectorAll("figure")) {
  const still = figure.querySelector(".still"), live = figure.querySelector(".live");
  const chart = JSON.parse(figure.querySelector("script").textContent);
  live.hidden = false;
  live.style.height = "500px";
  Plotly.newPlot(live, chart.data, chart.layout, { responsive: true, displaylogo: false }).then(
    () => { still.style.display = "none"; },
    () => { live.hidden = true; });
}
