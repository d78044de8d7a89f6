// A log opens at its end, and grows while its run goes on; who has scrolled up is left there.
(() => {
  "use strict";
  const most = 5000;
  const begin = () => {
    const log = document.querySelector(".ps-log");
    if (!log) { return; }
    log.scrollTop = log.scrollHeight;
    if (!log.dataset.psLog || !window.EventSource) { return; }
    const join = log.dataset.psLog.includes("?") ? "&" : "?";
    const source = new EventSource(`${log.dataset.psLog}${join}mark=${encodeURIComponent(log.dataset.psMark)}`);
    source.addEventListener("lines", (event) => {
      const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
      const lines = new DOMParser().parseFromString(JSON.parse(event.data), "text/html").body;
      window.psTimes?.(lines);
      document.getElementById("ps-log-empty")?.remove();
      log.append(...document.adoptNode(lines).childNodes);
      while (log.childElementCount > most) { log.firstElementChild.remove(); }
      if (atEnd) { log.scrollTop = log.scrollHeight; }
    });
    source.addEventListener("over", () => source.close());
    // begun again from where it was is more than it need do: the page, loaded anew, has all
    source.addEventListener("error", () => { source.close(); setTimeout(() => { if (!document.hidden) { location.reload(); } }, 5000); });
    window.addEventListener("pagehide", () => source.close());
  };
  if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", begin); } else { begin(); }
})();
