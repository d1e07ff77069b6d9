// Tests pages in Debian's chromium, as readers see them: pages.mjs MODULES BOOK EXPORTED. MODULES has playwright-core and axe-core
// (npm), BOOK the pages of the book, EXPORTED a page of lesson 1 by `layerlab export`. Ends with 1 and says what is wrong.
import { createRequire } from "node:module";
import { readFileSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, book, exported] = process.argv.slice(2).map((word) => resolve(word));
const require = createRequire(modules + "/");
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const wrong = [];
const holds = (what, is) => { if (!is) wrong.push(what); };
const address = (file, part = "") => pathToFileURL(file).href + part;

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });

// A page that tells of every error, and of everything that it would fetch.
const open = async (url, options = {}) => {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, bypassCSP: false, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(5000);
  page.on("pageerror", (error) => wrong.push(`${url}: ${error.message}`));
  page.on("console", (said) => { if (said.type() === "error") wrong.push(`${url}: ${said.text()}`); });
  page.on("request", (asked) => { if (!asked.url().startsWith("file://")) wrong.push(`${url} asks for ${asked.url()}`); });
  await page.goto(url);
  return page;
};
const close = (page) => page.context().close();
const now = (page) => page.locator(".ll-now").getAttribute("id");

// axe is put into the page from outside: the page's own policy would refuse it.
const accessible = async (what, page) => {
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  holds(`${what}: axe has looked`, found.passes.length > 10);
  for (const one of found.violations) wrong.push(`${what}: ${one.id}: ${one.help}: ${one.nodes[0].html.slice(0, 200)}`);
};

const pages = readdirSync(book).filter((name) => name.endsWith(".html")).map((name) => resolve(book, name)).concat(exported);
for (const file of pages) {
  for (const colorScheme of ["light", "dark"]) {
    const page = await open(address(file), { colorScheme, reducedMotion: "reduce" });
    await accessible(`${file}, ${colorScheme}`, page);
    const whole = page.getByRole("button", { name: "Whole page" });
    if (await whole.count()) {
      await whole.click();
      await page.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
      await accessible(`${file}, ${colorScheme}, all of it`, page);
    }
    await close(page);
  }
  for (const width of [320, 768, 2560]) {
    const page = await open(address(file), { viewport: { width, height: 800 } });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    holds(`${file} at ${width}: it is ${wide} pixels wide`, wide <= width);
    const read = await page.evaluate(() => document.querySelector("main").getBoundingClientRect().width);
    holds(`${file} at ${width}: its text is ${read} pixels wide`, read <= 1100);
    await close(page);
  }
  const silent = await open(address(file), { javaScriptEnabled: false });
  holds(`${file} without JavaScript: nothing is missing`, await silent.locator("section.ll-part >> visible=false").count() === 0);
  holds(`${file} without JavaScript: no button`, await silent.locator("button >> visible=true").count() === 0 || file.endsWith("search.html"));
  await close(silent);
}

// The player: keys, buttons, deep links, what is kept, questions, calls, print.
for (const file of [exported, resolve(book, "01-four-layers.html"), resolve(book, "10-pivot-root.html"), resolve(book, "15-network-namespaces.html")]) {
  const page = await open(address(file), { reducedMotion: "reduce" });
  const parts = await page.locator(".ll-part").count();
  holds(`${file}: one part is shown`, await page.locator(".ll-part >> visible=true").count() === 1 && await now(page) === "begin");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  holds(`${file}: two keys on`, await now(page) === "step-2" && page.url().endsWith("#step-2"));
  await page.keyboard.press("ArrowLeft");
  holds(`${file}: a key back`, await now(page) === "step-1");
  await page.getByRole("button", { name: "Next", exact: true }).click();
  holds(`${file}: a button on`, await now(page) === "step-2");
  await page.getByRole("button", { name: "Back", exact: true }).click();
  holds(`${file}: a button back`, await now(page) === "step-1");
  await page.getByLabel("Go to a part").selectOption(String(parts - 1));
  holds(`${file}: the list leads to the end`, (await now(page)).startsWith("exercise-"));
  holds(`${file}: there is nothing behind the end`, await page.getByRole("button", { name: "Next", exact: true }).isDisabled());
  await page.goto(address(file, "#step-3"));
  holds(`${file}: a link leads to a part`, await now(page) === "step-3");
  await page.goto("about:blank");
  await page.goto(address(file));
  holds(`${file}: the place is kept`, await now(page) === "step-3");
  const calls = page.locator(".ll-now .ll-calls").first();
  holds(`${file}: the calls are folded`, await calls.count() === 1 && !(await calls.evaluate((one) => one.open)));
  await page.getByRole("button", { name: "System calls", exact: true }).click();
  holds(`${file}: the calls are open`, await calls.evaluate((one) => one.open));
  await page.emulateMedia({ media: "print" });
  holds(`${file}: paper has all parts`, await page.locator(".ll-part >> visible=false").count() === 0);
  holds(`${file}: paper has the output`, await page.locator("samp >> visible=false").count() === 0);
  await page.emulateMedia({ media: "screen" });
  await close(page);
}

{
  const page = await open(address(exported, "#step-3"), { reducedMotion: "no-preference" });
  holds("what happened is not seen before the answer", await page.locator(".ll-now samp >> visible=true").count() === 0);
  const facts = await page.locator(".ll-now .ll-marks li").evaluateAll((all) => all.map((one) => one.dataset.holds));
  const rows = page.locator(".ll-now .ll-predict li");
  holds("a mark for each question", facts.length === await rows.count() && facts.length === 4);
  for (let at = 0; at < facts.length; at++) {
    // The first one wrong, the others right.
    const says = (facts[at] === "yes") !== (at === 0);
    await rows.nth(at).getByRole("button", { name: says ? "Yes" : "No", exact: true }).click();
  }
  const marks = await page.locator(".ll-now .ll-mark").allTextContents();
  holds(`marked by what was recorded: ${marks}`, marks[0].startsWith("Wrong: ") && marks.slice(1).every((mark) => mark.startsWith("Right: ")));
  holds("the score", (await page.locator(".ll-now [role=status]").textContent()).startsWith("3 of 4 right."));
  const moving = await page.locator("[data-copied]").first().evaluate((row) => row.getAnimations().length);
  holds("what was copied up is seen to move", moving === 1);
  holds("what happened is seen", await page.locator(".ll-now samp >> visible=true").count() > 0);
  const upper = page.locator(".ll-now .ll-upper >> visible=true").last();
  await page.locator(".ll-now").getByRole("button", { name: "Before", exact: true }).click();
  holds("before the commands the upper has no copy", !(await upper.textContent()).includes("image-layer1.txt"));
  holds("before, nothing is marked", await page.locator(".ll-now .ll-then .ll-new, .ll-now .ll-then .ll-changed").count() === 0);
  await page.locator(".ll-now").getByRole("button", { name: "After", exact: true }).click();
  holds("after them it has one, which moves there again", (await upper.textContent()).includes("image-layer1.txt")
    && await page.locator("[data-copied]").first().evaluate((row) => row.getAnimations().length) > 0);
  await page.reload();
  holds("answers are kept", (await page.locator(".ll-now .ll-mark").count()) === 4);
  await page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished)));
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowRight");
  const still = await page.locator("[data-copied]").first().evaluate((row) => row.getAnimations().length);
  holds("nothing moves for who wants that", still === 0);
  await page.getByRole("button", { name: "Ask me again" }).first().click().catch(() => wrong.push("asking again"));
  for (const wanted of ["light", "dark"]) {
    await page.getByRole("button", { name: /^Theme/ }).click();
    holds(`the theme ${wanted}`, await page.evaluate(() => document.documentElement.dataset.theme) === wanted);
  }
  await close(page);
}

{
  const page = await open(address(resolve(book, "search.html")));
  await page.getByLabel("Words to look for").fill("copy-up rename");
  const found = await page.locator("#found a").count();
  holds(`search finds something: ${found}`, found > 0);
  await page.getByLabel("Words to look for").fill("whiteout");
  const first = page.locator("#found a").first();
  const to = await first.getAttribute("href");
  await first.click();
  holds(`what is found is there: ${to}`, page.url().endsWith(to));
  await page.goto(address(resolve(book, "search.html")));
  await page.getByLabel("Words to look for").fill("<img src=x onerror=alert(1)> zzzz");
  holds("what is not there is not found", (await page.locator("#count").textContent()).startsWith("No part"));
  await close(page);
}

await browser.close();
for (const one of wrong) console.error(one);
console.log(`${pages.length} pages: ${wrong.length ? wrong.length + " faults" : "ok"}`);
process.exit(wrong.length ? 1 : 0);
