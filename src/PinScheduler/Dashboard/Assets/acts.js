// Forms with data-ps-act: a POST with the page's antiforgery token, in place of the page that would ask first. A refusal is shown where it was asked for.
(() => {
  "use strict";
  const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content;
  const act = async (form) => {
    if (form.dataset.psConfirm && !window.confirm(form.dataset.psConfirm)) { return; }
    const button = form.querySelector("button:not([type=button])");
    const say = (text) => {
      let note = form.querySelector(":scope > .ps-refusal");
      if (!note) {
        note = document.createElement("div");
        note.className = "ps-warning ps-failure ps-refusal";
        note.setAttribute("role", "alert");
        form.append(note);
      }
      note.textContent = text;
    };
    button.disabled = true;
    try {
      const headers = meta("csrf-header") ? { [meta("csrf-header")]: meta("csrf-token") } : {};
      const response = await fetch(form.getAttribute("action"), { method: "POST", headers, body: new URLSearchParams(new FormData(form)) });
      if (response.ok) {
        const shown = response.headers.get("Location");
        if (shown) { location.assign(shown); } else { location.reload(); }
        return;
      }
      const text = await response.text();
      say(text && response.headers.get("Content-Type")?.startsWith("text/plain") ? text
        : response.status === 403 ? "This page is too old, or the dashboard is read-only: load it again." : `The server answered ${response.status}.`);
    } catch (error) {
      say("The server does not answer; nothing was done as far as is known. Load the page again to see.");
      console.debug(error);
    }
    button.disabled = false;
  };
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-ps-act]");
    if (form) {
      event.preventDefault();
      act(form);
    }
  });
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.ps-drop[open]").forEach((open) => { if (!open.contains(event.target)) { open.open = false; } });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") { return; }
    document.querySelectorAll("details.ps-drop[open]").forEach((open) => { open.open = false; open.querySelector("summary").focus(); });
  });
})();
