// What people print: two shipped models as they are, on as few sheets as was promised.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { browser, visit } from "./browser.mjs";
import { sheets } from "./checks.mjs";
import { shipped } from "./pages.mjs";

after(() => browser.close());
for (const [model, most] of [["nec-r2", 5], ["monday-morning", 7]]) {
  test(`${model} is printed on ${most} sheets at most`, () => visit(shipped(model), {}, async (page) => {
    const taken = await sheets(page);
    assert.ok(taken <= most, `${taken} sheets`);
  }));
}
