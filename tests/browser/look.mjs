// For the eye: pictures of every report, on a desk, on a telephone, in the dark and on paper, into target/browser/look.
// node look.mjs [words of the reports' names …]
import { dirname, join } from "node:path";
import { browser, visit } from "./browser.mjs";
import { names, report } from "./pages.mjs";

const views = {
  desk: {},
  telephone: { viewport: { width: 360, height: 740 }, deviceScaleFactor: 1 },
  dark: { colorScheme: "dark" },
};
const wanted = process.argv.slice(2);
for (const name of names.filter((n) => wanted.length === 0 || wanted.some((w) => n.includes(w)))) {
  const path = report(name), at = join(dirname(dirname(path)), "look", name.replaceAll(" ", "-"));
  for (const [view, options] of Object.entries(views)) {
    await visit(path, options, (page) => page.screenshot({ path: join(at, `${view}.png`), fullPage: true }));
  }
  await visit(path, {}, (page) => page.pdf({ path: join(at, "paper.pdf"), format: "A4", printBackground: true }));
  console.log(at);
}
await browser.close();
