// What the console does beyond plain pages: live updates, copying, menus, keys. Every page works without it.
"use strict";

const announce = text => {
  const log = document.getElementById("announce");
  const line = document.createElement("p");
  line.textContent = text;
  log.append(line);
  while (log.children.length > 20) log.firstChild.remove();
};

// A page that is fetched for its parts is not looked at: what the last action did is told on the page that follows it.
const parts = address => fetch(address, { headers: { "Accept": "text/html", "X-Requested-With": "console.js" } });

// Parts that change: every element with an id and data-live is fetched anew with its page and put in place, unless somebody
// is writing or has something open in it.
const busy = part => part.contains(document.activeElement) && /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);

const keepOpen = (old, fresh) => {
  const open = [...old.querySelectorAll("details")].map(d => d.open);
  [...fresh.querySelectorAll("details")].forEach((d, i) => { if (open[i]) d.open = true; });
};

const markNew = (old, fresh) => {
  const known = new Set([...old.querySelectorAll("[data-key]")].map(e => e.dataset.key));
  for (const e of fresh.querySelectorAll("[data-key]")) if (!known.has(e.dataset.key)) e.classList.add("new");
};

let refreshing = false, again = false;
const refresh = async () => {
  if (refreshing) { again = true; return; }
  const live = [...document.querySelectorAll("[data-live][id]")];
  if (!live.length) return;
  refreshing = true;
  try {
    const answer = await parts(location.href);
    if (answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of live) {
        const fresh = page.getElementById(part.id);
        if (!fresh || busy(part) || fresh.innerHTML === part.dataset.was) continue;
        const focus = part.contains(document.activeElement) ? document.activeElement.id : "";
        const was = fresh.innerHTML;
        keepOpen(part, fresh);
        markNew(part, fresh);
        part.replaceChildren(...fresh.childNodes);
        part.dataset.was = was;
        if (focus) document.getElementById(focus)?.focus();
      }
    }
  } catch { /* the emulator went away; the next event tries again */ }
  refreshing = false;
  if (again) { again = false; refresh(); }
};

const from = document.body.dataset.liveFrom;
if (from && window.EventSource) {
  const events = new EventSource(`${from}?since=${document.body.dataset.liveSince}`);
  events.addEventListener("say", e => announce(e.data));
  events.addEventListener("change", refresh);
  events.addEventListener("asked", () => { if (document.querySelector("[data-live=asked]")) refresh(); });
  addEventListener("pagehide", () => events.close());
}

// The clock runs on between pages.
const clock = document.querySelector("[data-clock=running]");
if (clock) {
  const ahead = Date.parse(clock.dateTime) - Date.now();
  const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  const two = n => String(n).padStart(2, "0");
  setInterval(() => {
    const t = new Date(Date.now() + ahead);
    clock.firstElementChild.textContent =
      `${t.getUTCDate()} ${months[t.getUTCMonth()]} ${t.getUTCFullYear()} ${two(t.getUTCHours())}:${two(t.getUTCMinutes())}`;
  }, 1000);
}

document.addEventListener("click", async e => {
  const copy = e.target.closest("[data-copy]");
  if (copy) {
    const text = copy.dataset.copy || copy.parentElement.querySelector("code").textContent;
    const label = copy.textContent;
    try {
      await navigator.clipboard.writeText(text);
      copy.textContent = "Copied";
      announce("Copied");
    } catch {
      const range = document.createRange();
      range.selectNodeContents(copy.parentElement.querySelector("code") || copy);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      copy.textContent = "Selected";
    }
    setTimeout(() => { copy.textContent = label; }, 1500);
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(e.target)) menu.open = false;
});

document.addEventListener("keydown", e => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName);
  if (e.key === "Escape") {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  } else if (e.key === "/" && !typing && !e.ctrlKey && !e.metaKey) {
    const search = document.querySelector("[data-search]");
    if (search) { e.preventDefault(); search.focus(); search.select?.(); }
  } else if ((e.key === "ArrowDown" || e.key === "ArrowUp") && !typing) {
    const list = e.target.closest("[data-arrows], .sheet");
    if (!list) return;
    const stops = [...list.querySelectorAll("a, button")];
    const next = stops[stops.indexOf(e.target) + (e.key === "ArrowDown" ? 1 : -1)];
    if (next) { e.preventDefault(); next.focus(); }
  }
});

// Lists of suggestions that ask the page for what fits what was typed.
for (const field of document.querySelectorAll("input[data-suggest]")) {
  let waiting;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const url = new URL(field.dataset.suggest, location.href);
      url.searchParams.set("q", field.value);
      const answer = await parts(url);
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById(field.getAttribute("list"));
      if (fresh) document.getElementById(fresh.id)?.replaceChildren(...fresh.childNodes);
    }, 150);
  });
}
