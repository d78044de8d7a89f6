// Keeps the parts of a page marked data-ps-part up to date: the server says when something has changed, and they are fetched anew.
// While nobody looks at the tab it holds no connection: browsers have few of them for all tabs together.
(() => {
  "use strict";
  const pollEvery = 5000;
  const least = 300;
  let source = null, polling = null, busy = false, again = false;

  // what the server sent of each part: what scripts have made of it since is no change
  const sent = new Map([...document.querySelectorAll("[data-ps-part]")].map((part) => [part.dataset.psPart, part.innerHTML]));

  const keep = (old, fresh) => {
    old.querySelectorAll("details[id]").forEach((details) => {
      const twin = fresh.querySelector(`#${CSS.escape(details.id)}`);
      if (twin) { twin.open = details.open; }
    });
    const at = [...old.querySelectorAll("[id], .ps-scroll")].map((scrolled) => [scrolled.scrollLeft, scrolled.scrollTop]);
    const active = old.contains(document.activeElement) ? document.activeElement : null;
    const found = active && (active.id ? `#${CSS.escape(active.id)}` : active.getAttribute("href") ? `a[href="${CSS.escape(active.getAttribute("href"))}"]` : null);
    return () => {
      [...old.querySelectorAll("[id], .ps-scroll")].forEach((scrolled, index) => { if (at[index]) { [scrolled.scrollLeft, scrolled.scrollTop] = at[index]; } });
      if (found) { old.querySelector(found)?.focus({ preventScroll: true }); }
    };
  };
  const refresh = async () => {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const response = await fetch(location.href, { headers: { Accept: "text/html", "PS-Parts": "1" } });
      if (response.ok) {
        const page = new DOMParser().parseFromString(await response.text(), "text/html");
        for (const shown of document.querySelectorAll("[data-ps-part]")) {
          const fresh = page.querySelector(`[data-ps-part="${shown.dataset.psPart}"]`);
          // who reads or types in it is not disturbed by what has not changed
          if (!fresh || fresh.innerHTML === sent.get(shown.dataset.psPart)) { continue; }
          sent.set(shown.dataset.psPart, fresh.innerHTML);
          window.psTimes?.(fresh);
          const restore = keep(shown, fresh);
          shown.replaceChildren(...document.adoptNode(fresh).childNodes);
          restore();
        }
      }
    } catch (error) {
      // the server is away for a moment; the page keeps what it shows
      console.debug(error);
    }
    setTimeout(() => { busy = false; if (again) { again = false; refresh(); } }, least);
  };
  const watch = () => document.querySelector("[data-ps-watch]");
  const stop = () => {
    source?.close();
    clearInterval(polling);
    source = polling = null;
  };
  const start = () => {
    stop();
    const watched = watch();
    if (!watched || document.hidden) { return; }
    const poll = () => { polling ??= setInterval(refresh, pollEvery); };
    if (!window.EventSource) { poll(); return; }
    source = new EventSource(watched.dataset.psWatch);
    source.addEventListener("changed", refresh);
    source.addEventListener("open", () => { clearInterval(polling); polling = null; });
    source.addEventListener("error", () => { poll(); if (source?.readyState === EventSource.CLOSED) { source = null; } });
  };
  // a graph wider than the window opens at what one came for: what failed, or runs
  const aim = () => document.querySelectorAll("svg.ps-graph").forEach((graph) => {
    const node = graph.querySelector(".ps-node-failed") ?? graph.querySelector(".ps-node-running, .ps-node-retrying");
    if (node) { graph.parentElement.scrollLeft = node.x.baseVal.value + node.width.baseVal.value / 2 - graph.parentElement.clientWidth / 2; }
  });
  const open = () => { aim(); start(); };
  document.addEventListener("visibilitychange", start);
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", start);
  if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", open); } else { open(); }
})();
