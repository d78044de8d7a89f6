// Keeps the parts of a page marked data-ps-part up to date: the server says when something has changed, and they are fetched anew.
// While nobody looks at the tab it holds no connection: browsers have few of them for all tabs together.
(() => {
  "use strict";
  const pollEvery = 5000;
  const least = 300;
  let source = null, polling = null, busy = false, again = false;

  const keepOpen = (old, fresh) => {
    old.querySelectorAll("details[id]").forEach((details) => {
      const twin = fresh.querySelector(`#${CSS.escape(details.id)}`);
      if (twin) { twin.open = details.open; }
    });
  };
  const refresh = async () => {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const response = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (response.ok) {
        const page = new DOMParser().parseFromString(await response.text(), "text/html");
        for (const shown of document.querySelectorAll("[data-ps-part]")) {
          const fresh = page.querySelector(`[data-ps-part="${shown.dataset.psPart}"]`);
          if (!fresh) { continue; }
          if (window.psTimes) { window.psTimes(fresh); }
          keepOpen(shown, fresh);
          // who reads or types in it is not disturbed by what has not changed
          if (fresh.innerHTML !== shown.innerHTML) {
            const focused = shown.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
            shown.replaceChildren(...document.adoptNode(fresh).childNodes);
            if (focused) { shown.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true }); }
          }
        }
      }
    } catch (error) {
      // the server is away for a moment; the page keeps what it shows
      console.debug(error);
    }
    setTimeout(() => { busy = false; if (again) { again = false; refresh(); } }, least);
  };
  window.psRefresh = refresh;

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
  document.addEventListener("visibilitychange", start);
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", start);
  if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", start); } else { start(); }
})();
