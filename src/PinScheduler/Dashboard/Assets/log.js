// A log grows while its run goes on; who has scrolled up is left there, and gets what is before it.
(() => {
  "use strict";
  const most = 5000;
  const again = 5000;
  // a screen ahead of who scrolls up
  const ahead = 600;
  const follow = (log) => {
    if (!window.IntersectionObserver) { return; }
    let busy = false;
    const watch = new IntersectionObserver(async (seen) => {
      const link = log.querySelector(".ps-log-earlier");
      if (!link || busy || !seen.some((one) => one.isIntersecting)) { return; }
      busy = true;
      watch.unobserve(link);
      try {
        const answer = await fetch(link.href, { headers: { "PS-Parts": "1" } });
        const earlier = answer.ok && link.isConnected ? new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".ps-log") : null;
        if (earlier) {
          window.psTimes?.(earlier);
          log.firstElementChild.prepend(...document.adoptNode(earlier.firstElementChild).children);
          const next = earlier.querySelector(".ps-log-earlier");
          if (next && log.firstElementChild.childElementCount * Number(log.dataset.psBlock) < most) { link.replaceWith(next); watch.observe(next); } else if (!next) { link.remove(); }
        }
      } catch (error) {
        // the server is away for a moment; a click on the link says so
        console.debug(error);
      }
      busy = false;
    }, { root: log, rootMargin: `${ahead}px 0px 0px 0px` });
    log.querySelectorAll(".ps-log-earlier").forEach((link) => watch.observe(link));
  };
  const begin = () => {
    document.querySelectorAll(".ps-log").forEach(follow);
    const log = document.querySelector(".ps-log");
    if (!log?.dataset.psLog || !window.EventSource) { return; }
    const shown = log.firstElementChild;
    // in blocks of lines, as the page has them: what is out of sight costs by the block, and goes by the block
    const blockLines = Number(log.dataset.psBlock);
    const put = (lines) => {
      let block = shown.lastElementChild, room = block ? blockLines - block.childElementCount : 0;
      for (const line of lines) {
        if (room === 0) { block = shown.appendChild(document.createElement("div")); room = blockLines; }
        block.append(line);
        room--;
      }
      while (shown.childElementCount * blockLines > most) {
        shown.firstElementChild.remove();
        // it would go on from lines that are no longer there
        log.querySelector(".ps-log-earlier")?.remove();
      }
    };
    const join = log.dataset.psLog.includes("?") ? "&" : "?";
    let source = null, isOver = false;
    const stop = () => { source?.close(); source = null; };
    const start = () => {
      stop();
      // while nobody looks it holds no connection, of which browsers have few for all tabs together; then it goes on from the last line it has
      if (document.hidden || isOver) { return; }
      const mine = source = new EventSource(`${log.dataset.psLog}${join}mark=${encodeURIComponent(log.dataset.psMark)}`);
      mine.addEventListener("lines", (event) => {
        const { html, mark } = JSON.parse(event.data);
        log.dataset.psMark = mark;
        if (!html) { return; }
        const lines = new DOMParser().parseFromString(html, "text/html").body;
        window.psTimes?.(lines);
        document.getElementById("ps-log-empty")?.remove();
        // all at once: in portions by frame it costs more than twice as much, and stutters more
        put([...document.adoptNode(lines).children]);
      });
      mine.addEventListener("over", () => { isOver = true; stop(); });
      // an attempt of the browser's own would begin where this one began
      mine.addEventListener("error", () => { stop(); setTimeout(() => { if (!source) { start(); } }, again); });
    };
    document.addEventListener("visibilitychange", start);
    window.addEventListener("pagehide", stop);
    window.addEventListener("pageshow", (event) => { if (event.persisted) { start(); } });
    start();
  };
  if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", begin); } else { begin(); }
})();
