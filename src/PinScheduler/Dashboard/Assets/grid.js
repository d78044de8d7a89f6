// A pipeline's grid: a click or Enter on a cell shows the task beside it, hovering says what it is. Cells are paths, so places are reckoned from coordinates.
(() => {
  "use strict";
  const runs = new Map();
  const runOf = async (grid, id) => {
    if (!runs.has(id)) { runs.set(id, fetch(`/api/runs/${id}`).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null)); }
    return runs.get(id);
  };
  const columns = (grid) => grid.dataset.psRuns.split(" ");
  const cellAt = (grid, event) => {
    const svg = event.target.closest?.("svg.ps-cells");
    if (!svg) { return null; }
    const box = svg.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / Number(grid.dataset.psColumn));
    const row = Math.floor((event.clientY - box.top) / Number(grid.dataset.psRow));
    const task = svg.dataset.psCells.split(" ")[row];
    const run = columns(grid)[column];
    return task && run ? { svg, row, column, task, run } : null;
  };
  const mark = (grid, cell) => {
    grid.querySelector(".ps-cell-mark")?.remove();
    const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const [wide, tall] = [Number(grid.dataset.psColumn), Number(grid.dataset.psRow)];
    for (const [name, value] of Object.entries({ class: "ps-cell-mark", x: cell.column * wide, y: cell.row * tall + 4, width: wide, height: wide })) { rect.setAttribute(name, value); }
    cell.svg.append(rect);
  };
  const open = async (grid, cell) => {
    mark(grid, cell);
    const panel = document.getElementById("ps-panel");
    const url = `${grid.dataset.psBase}${cell.run}/tasks/${encodeURIComponent(cell.task)}`;
    panel.dataset.url = url;
    const answer = await fetch(url, { headers: { "PS-Parts": "1" } }).catch(() => null);
    if (!answer || panel.dataset.url !== url) { return; }
    const body = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".ps-panel-body, .ps-page");
    body.removeAttribute("data-ps-part");
    window.psTimes?.(body);
    panel.replaceChildren(document.adoptNode(body));
    panel.classList.add("ps-open");
  };
  let hovered = "";
  const duration = (task) => (task.startedAt ? `, ${((new Date(task.endedAt ?? Date.now()) - new Date(task.startedAt)) / 1000).toFixed(1)} s, started ${new Date(task.startedAt).toLocaleString()}` : "");
  const hover = async (grid, cell) => {
    const key = `${cell.run}/${cell.task}`;
    if (key === hovered) { return; }
    hovered = key;
    let title = grid.querySelector(".ps-cell-title");
    title?.remove();
    title = document.createElementNS("http://www.w3.org/2000/svg", "title");
    title.setAttribute("class", "ps-cell-title");
    title.textContent = `${cell.task}, run ${cell.run}`;
    cell.svg.prepend(title);
    await new Promise((resolve) => setTimeout(resolve, 120));
    if (hovered !== key) { return; }
    const run = await runOf(grid, cell.run);
    const task = run?.tasks.find((one) => one.key === cell.task);
    if (!task || hovered !== key) { return; }
    const counts = Object.entries(task.counts).map(([name, value]) => `${name} ${value.toLocaleString()}`).join(", ");
    title.textContent = `${cell.task}, ${run.logicalDate}, run ${cell.run}: ${task.state.replace("_", " ")}${duration(task)}${task.attempts > 1 ? `, ${task.attempts} attempts` : ""}${counts ? `\n${counts}` : ""}${task.error ? `\n${task.error.split("\n")[0]}` : ""}`;
  };
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  let current = null;
  const byKey = (grid, event) => {
    if (event.target !== grid) { return; }
    const rows = [...grid.querySelectorAll("details[open] > div svg.ps-cells")].flatMap((svg) => svg.dataset.psCells.split(" ").map((task, row) => ({ svg, task, row })));
    if (rows.length === 0) { return; }
    if (event.key === "Enter" && current) { event.preventDefault(); open(grid, current); return; }
    if (!step[event.key]) { return; }
    event.preventDefault();
    const ids = columns(grid);
    const at = current ? rows.findIndex((row) => row.task === current.task) : 0;
    const row = rows[Math.min(rows.length - 1, Math.max(0, (current ? at + step[event.key][0] : 0)))];
    const column = Math.min(ids.length - 1, Math.max(0, current ? current.column + step[event.key][1] : ids.length - 1));
    current = { ...row, column, run: ids[column] };
    mark(grid, current);
    grid.querySelector(".ps-cell-mark").scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  // a grid taller than its box opens at what failed last
  const aim = () => document.querySelectorAll(".ps-grid").forEach((grid) => {
    const bad = grid.querySelector(".ps-grid-bad");
    const below = bad ? bad.getBoundingClientRect().bottom - grid.getBoundingClientRect().bottom : 0;
    if (below > 0) { grid.scrollTop += below + grid.clientHeight / 2; }
  });
  if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", aim); } else { aim(); }
  document.addEventListener("click", (event) => {
    const grid = event.target.closest?.(".ps-grid");
    const cell = grid && cellAt(grid, event);
    if (cell) { event.preventDefault(); current = cell; open(grid, cell); }
  });
  document.addEventListener("mousemove", (event) => {
    const grid = event.target.closest?.(".ps-grid");
    const cell = grid && cellAt(grid, event);
    if (cell) { hover(grid, cell); }
  });
  document.addEventListener("keydown", (event) => {
    const grid = event.target.closest?.(".ps-grid");
    if (grid) { byKey(grid, event); }
  });
})();
