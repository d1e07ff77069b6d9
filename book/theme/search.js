// Finds the parts of pages in which all words stand; those that have them in their headings come first.
(() => {
  "use strict";
  const rows = JSON.parse(document.getElementById("index").textContent)
    .map(([address, page, part, text]) => ({ address, page, part, text, heads: (page + " " + part).toLowerCase(), small: text.toLowerCase() }));
  const field = document.getElementById("words");
  const count = document.getElementById("count");
  const list = document.getElementById("found");
  const times = (text, word) => text.split(word).length - 1;
  const search = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    list.replaceChildren();
    if (!words.length) { count.textContent = ""; return; }
    const found = rows
      .filter((row) => words.every((word) => row.small.includes(word) || row.heads.includes(word)))
      .map((row) => ({ row, score: words.reduce((sum, word) => sum + 20 * times(row.heads, word) + Math.min(times(row.small, word), 10), 0) }))
      .sort((one, other) => other.score - one.score);
    count.textContent = found.length === 1 ? "1 part has it." : found.length ? found.length + " parts have it." : "No part has all of these words.";
    for (const { row } of found.slice(0, 40)) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = row.address;
      link.textContent = row.part && row.part !== row.page ? row.page + ": " + row.part : row.page;
      const at = Math.max(0, row.small.indexOf(words[0]) - 60);
      const near = document.createElement("p");
      near.textContent = (at ? "... " : "") + row.text.slice(at, at + 180) + " ...";
      item.append(link, near);
      list.append(item);
    }
  };
  document.querySelector("form.bk-search").addEventListener("submit", (event) => { event.preventDefault(); search(); });
  field.addEventListener("input", search);
  field.focus();
})();
