// Finds the parts of pages in which all words stand, whole or as a piece of a word; those that have them in their headings
// come first. The index is a script of its own: search-index.js.
(() => {
  "use strict";
  const { pages, parts, words } = layerlabIndex;
  const rows = parts.map(([page, id, heading, text]) => ({
    address: pages[page][0] + ".html" + (id && "#" + id), page: pages[page][1], heading, text,
    heads: (pages[page][1] + " " + heading).toLowerCase(),
  }));
  const terms = words.split("\n").map((line) => {
    const [term, ...steps] = line.split(" ");
    let at = 0;
    return [term, steps.map((step) => (at += parseInt(step, 36)))];
  });
  const field = document.getElementById("words");
  const count = document.getElementById("count");
  const list = document.getElementById("found");
  // How well each part has a word: in its heading, as a word, at the beginning of one, within one.
  const scores = (word) => {
    const found = new Map();
    const note = (at, score) => found.set(at, Math.max(found.get(at) || 0, score));
    rows.forEach((row, at) => { if (row.heads.includes(word)) note(at, 20); });
    for (const [term, places] of terms) {
      if (!term.includes(word)) continue;
      const score = term === word ? 4 : term.startsWith(word) ? 2 : 1;
      places.forEach((at) => note(at, score));
    }
    return found;
  };
  const search = () => {
    const asked = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    list.replaceChildren();
    if (!asked.length) { count.textContent = ""; return; }
    const each = asked.map(scores);
    const found = rows
      .map((row, at) => ({ row, score: each.every((one) => one.has(at)) ? each.reduce((sum, one) => sum + one.get(at), 0) : 0 }))
      .filter(({ score }) => score)
      .sort((one, other) => other.score - one.score);
    count.textContent = found.length === 1 ? "1 part has it." : found.length ? found.length + " parts have it." : "No part has all of these words.";
    for (const { row } of found.slice(0, 40)) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = row.address;
      link.textContent = row.heading && row.heading !== row.page ? row.page + ": " + row.heading : row.page;
      const begins = document.createElement("p");
      begins.textContent = row.text;
      item.append(link, begins);
      list.append(item);
    }
  };
  document.querySelector("form.bk-search").addEventListener("submit", (event) => { event.preventDefault(); search(); });
  field.addEventListener("input", search);
  field.focus();
})();
