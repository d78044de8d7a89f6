// Keeps what is live on our pages up to date: the part marked data-ps-live is fetched anew while it says "true".
(() => {
  "use strict";
  const interval = 1000;
  const tick = async () => {
    const shown = document.querySelector('[data-ps-live="true"]');
    if (!shown) { return; }
    if (!document.hidden) {
      try {
        const response = await fetch(location.href, { headers: { Accept: "text/html" } });
        const fresh = response.ok && new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-ps-live]");
        if (fresh) { shown.replaceWith(fresh); }
      } catch (error) {
        // the server is away for a moment; the page keeps what it shows
        console.debug(error);
      }
    }
    setTimeout(tick, interval);
  };
  setTimeout(tick, interval);
})();
