// Times in the viewer's zone; without script they stand there in UTC. The pipeline's zone stays in the title.
(() => {
  "use strict";
  const two = (number) => String(number).padStart(2, "0");
  const absolute = (date, now) => {
    const clock = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
    if (date.getDate() === now.getDate() && date.getMonth() === now.getMonth() && date.getFullYear() === now.getFullYear()) { return clock; }
    const day = `${two(date.getMonth() + 1)}-${two(date.getDate())}`;
    return date.getFullYear() === now.getFullYear() ? `${day} ${clock}` : `${date.getFullYear()}-${day} ${clock}`;
  };
  const steps = [[60, 1, "s"], [3600, 60, "min"], [172800, 3600, "h"], [Infinity, 86400, "days"]];
  const relative = (date, now) => {
    const seconds = Math.round((now - date) / 1000);
    const [, unit, name] = steps.find(([below]) => Math.abs(seconds) < below);
    const text = `${Math.floor(Math.abs(seconds) / unit)} ${name}`;
    return seconds < 0 ? `in ${text}` : `${text} ago`;
  };
  const show = (root, which = "time[data-ps-time]") => {
    const now = new Date();
    for (const element of root.querySelectorAll(which)) {
      const date = new Date(element.dateTime);
      element.textContent = element.dataset.psTime === "relative" ? `${absolute(date, now)} (${relative(date, now)})` : absolute(date, now);
    }
  };
  // the others change at midnight only, and a log has thousands of them
  let day = new Date().toDateString();
  const pass = () => {
    if (document.hidden) { return; }
    const today = new Date().toDateString();
    show(document, today === day ? "time[data-ps-time=relative]" : undefined);
    day = today;
  };
  window.psTimes = show;
  document.addEventListener("DOMContentLoaded", () => show(document));
  if (document.readyState !== "loading") { show(document); }
  setInterval(pass, 15000);
})();
