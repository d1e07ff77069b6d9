// Plays a page: one part after the other, by keys and buttons. The page is complete without it.
// Where the reader is and what was answered is kept under the lesson's name, if the browser keeps anything.
(() => {
  "use strict";
  const read = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const keep = (key, value) => { try { localStorage.setItem(key, value); } catch { /* It is forgotten, then. */ } };
  const make = (tag, words, attributes = {}) => {
    const made = document.createElement(tag);
    made.textContent = words;
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };
  const button = (words, press, attributes = {}) => {
    const made = make("button", words, { type: "button", ...attributes });
    made.addEventListener("click", press);
    return made;
  };

  // Light or dark: as the system has it, until somebody chooses. A page of a book has a place for the button.
  const themes = ["", "light", "dark"];
  let theme = Math.max(0, themes.indexOf(read("layerlab:theme") || ""));
  const light = button("", () => {
    theme = (theme + 1) % themes.length;
    keep("layerlab:theme", themes[theme]);
    shine();
  }, { class: "ll-more" });
  const shine = () => {
    if (themes[theme]) document.documentElement.dataset.theme = themes[theme];
    else delete document.documentElement.dataset.theme;
    light.textContent = ["Theme: system", "Theme: light", "Theme: dark"][theme];
  };
  document.querySelector("[data-tools]")?.append(light);
  shine();

  const main = document.querySelector("main[data-lesson]");
  if (!main) return;
  const parts = [...main.querySelectorAll(".ll-part")];
  const place = "layerlab:" + main.dataset.lesson;
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const state = { at: 0, plays: true, calls: false, answers: {} };
  const save = () => keep(place, JSON.stringify(state));
  try {
    const kept = JSON.parse(read(place)) || {};
    if (Number.isInteger(kept.at)) state.at = kept.at;
    if (typeof kept.plays === "boolean") state.plays = kept.plays;
    if (typeof kept.calls === "boolean") state.calls = kept.calls;
    if (kept.answers && typeof kept.answers === "object") state.answers = kept.answers;
  } catch { /* Somebody else's, or damaged: as if there were none. */ }

  const title = (part) => part.querySelector("h1, h2").textContent;

  // The questions of a part: answered by a click, marked by what was recorded.
  const ask = (part) => {
    const questions = [...part.querySelectorAll(".ll-predict li")];
    const facts = [...part.querySelectorAll(".ll-marks li")];
    if (!questions.length || questions.length !== facts.length) return;
    const answers = Array.isArray(state.answers[part.id]) ? state.answers[part.id] : (state.answers[part.id] = []);
    const score = make("p", "", { class: "ll-step", role: "status" });
    const again = button("Ask me again", () => {
      answers.length = 0;
      save();
      show();
    });
    const open = button("Show what happened", () => {
      questions.forEach((_, at) => { answers[at] = answers[at] || "unknown"; });
      save();
      show();
      move(part);
    });
    const show = () => {
      const all = questions.every((_, at) => answers[at]);
      part.classList.toggle("ll-asks", !all);
      questions.forEach((question, at) => {
        const said = answers[at];
        question.querySelectorAll("button").forEach((one) => {
          one.setAttribute("aria-pressed", String(one.value === said));
          one.disabled = all;
        });
        question.querySelector(".ll-mark")?.remove();
        if (!all) return;
        const right = said === facts[at].dataset.holds;
        const verdict = said === "unknown" ? "Not known: " : right ? "Right: " : "Wrong: ";
        const fact = facts[at].textContent.replace(/^(yes|no): /, "");
        const look = said === "unknown" ? "" : right ? " ll-right" : " ll-wrong";
        const mark = make("p", verdict + fact, { class: "ll-mark" + look });
        question.append(mark);
      });
      const right = questions.filter((_, at) => answers[at] === facts[at].dataset.holds).length;
      score.textContent = all
        ? right + " of " + questions.length + " right. What happened stands below."
        : "Answer, and see what happened.";
      open.hidden = all;
      again.hidden = !all;
    };
    questions.forEach((question, at) => {
      const row = make("div", "", { class: "ll-answers", role: "group", "aria-label": question.textContent });
      for (const [value, words] of [["yes", "Yes"], ["no", "No"], ["unknown", "Don't know"]]) {
        row.append(button(words, () => {
          const before = part.classList.contains("ll-asks");
          answers[at] = value;
          save();
          show();
          if (before && !part.classList.contains("ll-asks")) move(part);
        }, { value, "aria-pressed": "false" }));
      }
      question.append(row);
    });
    const row = make("div", "", { class: "ll-answers" });
    row.append(open, again);
    part.querySelector(".ll-predict").append(score, row);
    show();
  };

  // What was copied up is seen to go from the layer that had it to the upper; what is new or gone is seen to come or go.
  const path = (row) => [...row.querySelectorAll(":scope > span:not([aria-hidden])")].map((one) => one.textContent).join("");
  const move = (part) => {
    if (still.matches || !part.animate || part.classList.contains("ll-asks")) return;
    for (const trees of part.querySelectorAll(".ll-look > .ll-trees")) {
      const lower = [...trees.querySelectorAll(".ll-lower li")];
      for (const row of trees.querySelectorAll("li")) {
        const from = row.hasAttribute("data-copied") && lower.find((one) => path(one) === path(row));
        if (from) {
          const [a, b] = [from.getBoundingClientRect(), row.getBoundingClientRect()];
          const way = "translate(" + (a.left - b.left) + "px," + (a.top - b.top) + "px)";
          row.animate([{ transform: way, opacity: 0.3 }, { transform: way, opacity: 1, offset: 0.2 },
            { transform: "none", opacity: 1 }], { duration: 1100, easing: "ease-in-out" });
        } else if (row.matches(".ll-new, .ll-whiteout")) {
          row.animate([{ opacity: 0 }, { opacity: 1 }], { duration: 700 });
        } else if (row.matches(".ll-changed, .ll-gone")) {
          row.animate([{ opacity: 1 }, { opacity: 0.25 }, { opacity: 1 }], { duration: 900 });
        }
      }
    }
  };

  // What was there before the commands is the look before this one, without what had become of it.
  const looks = [...main.querySelectorAll(".ll-look")];
  const wasThere = (look) => {
    const then = make("div", "", { class: "ll-then" });
    for (const one of look.querySelectorAll(":scope > .ll-trees, :scope > .ll-panels")) then.append(one.cloneNode(true));
    then.querySelectorAll(".ll-gone").forEach((row) => row.remove());
    then.querySelectorAll("li").forEach((row) => {
      row.querySelector("em > span")?.remove();
      if (row.matches(".ll-new, .ll-changed")) row.className = "ll-same";
      row.removeAttribute("data-copied");
    });
    then.querySelectorAll("tbody tr").forEach((row) => {
      if (row.firstChild.textContent === "-") row.remove();
      else row.firstChild.textContent = "";
    });
    return then;
  };
  // The lesson goes on as if nothing had been tried beside it: what a detour led to is before nothing but its own.
  const isOnPath = (look) => !look.closest(".ll-detour");
  const compare = (look, at) => {
    const earlier = looks.slice(0, at).filter((one) => isOnPath(one) || !isOnPath(look)).pop();
    if (!earlier || !look.querySelector(".ll-new, .ll-changed, .ll-gone, .ll-told, tbody td:first-child:not(:empty)")) return;
    let then = null;
    const turn = (was) => {
      if (was && !then) look.append(then = wasThere(earlier));
      if (then) then.hidden = !was;
      look.classList.toggle("ll-was", was);
      before.setAttribute("aria-pressed", String(was));
      after.setAttribute("aria-pressed", String(!was));
      if (!was) move(look.closest(".ll-part"));
    };
    const before = button("Before", () => turn(true), { "aria-pressed": "false" });
    const after = button("After", () => turn(false), { "aria-pressed": "true" });
    const row = make("div", "", { class: "ll-turn", role: "group", "aria-label": "The trees before and after the commands" });
    row.append(before, after);
    look.prepend(row);
  };

  const live = make("p", "", { class: "ll-ear", "aria-live": "polite" });
  const jump = make("select", "", { "aria-label": "Go to a part" });
  parts.forEach((part, at) => jump.append(make("option", (at + 1) + " of " + parts.length + "  " + title(part), { value: at })));
  const back = button("Back", () => go(state.at - 1));
  const next = button("Next", () => go(state.at + 1));
  const whole = button("Whole page", () => { state.plays = !state.plays; save(); draw(true); }, { class: "ll-more" });
  const calls = button("System calls", () => { state.calls = !state.calls; save(); draw(false); }, { class: "ll-more" });

  const address = (part) => {
    try { history.replaceState(null, "", "#" + part.id); } catch { /* A page that may not: it plays all the same. */ }
  };
  const draw = (moved) => {
    const part = parts[state.at];
    main.classList.toggle("ll-plays", state.plays);
    parts.forEach((one) => one.classList.toggle("ll-now", one === part));
    jump.value = String(state.at);
    back.disabled = state.at === 0;
    next.disabled = state.at === parts.length - 1;
    whole.setAttribute("aria-pressed", String(!state.plays));
    calls.setAttribute("aria-pressed", String(state.calls));
    main.querySelectorAll(".ll-calls").forEach((one) => { one.open = state.calls; });
    if (!moved) return;
    if (state.plays) scrollTo(0, 0); else part.scrollIntoView();
    live.textContent = "Part " + (state.at + 1) + " of " + parts.length + ": " + title(part);
    move(part);
  };
  const go = (to) => {
    if (to < 0 || to >= parts.length || !Number.isInteger(to)) return;
    state.at = to;
    save();
    address(parts[to]);
    draw(true);
  };
  const linked = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    return target ? parts.findIndex((part) => part.contains(target)) : -1;
  };

  jump.addEventListener("change", () => go(Number(jump.value)));
  addEventListener("hashchange", () => { const at = linked(); if (at >= 0 && at !== state.at) go(at); });
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
    if (event.target.closest("input, select, textarea, [role=group][tabindex], pre")) return;
    if (event.key === "ArrowRight") go(state.at + 1);
    else if (event.key === "ArrowLeft") go(state.at - 1);
  });
  // On paper everything is open.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...main.querySelectorAll("details:not([open])")];
    closed.forEach((one) => { one.open = true; });
  });
  addEventListener("afterprint", () => closed.forEach((one) => { one.open = false; }));

  parts.forEach(ask);
  looks.forEach(compare);
  const bar = make("nav", "", { class: "ll-bar", "aria-label": "Player; the arrow keys go back and on" });
  bar.append(back, jump, next, whole);
  if (main.querySelector(".ll-calls")) bar.append(calls);
  if (!light.isConnected) bar.append(light);
  document.body.append(bar);
  main.append(live);
  const at = linked();
  state.at = at >= 0 ? at : Math.min(Math.max(state.at, 0), parts.length - 1);
  draw(location.hash.length > 1 || state.at > 0);
})();
