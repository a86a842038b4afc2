// Writes the parts of D3 that charts in a page use, as one file with its licences, to where the program embeds it from.
// To update: raise the versions in package.json, then `npm install && npm run vendor`.
import { build } from "esbuild";
import { readFileSync, writeFileSync } from "node:fs";

const file = new URL("../../src/report/chart/script/d3.js", import.meta.url);
const source = `
export { select } from "d3-selection";
export { zoom, zoomIdentity } from "d3-zoom";
export { scaleLinear, scaleLog, scaleUtc } from "d3-scale";
`;
const { outputFiles, metafile } = await build({
  stdin: { contents: source, resolveDir: import.meta.dirname ?? new URL(".", import.meta.url).pathname },
  bundle: true, minify: true, format: "iife", globalName: "d3", target: "es2020", charset: "utf8",
  write: false, metafile: true, legalComments: "none",
});
const packages = [...new Set(Object.keys(metafile.inputs).flatMap((path) => path.match(/node_modules\/([^/]+)/)?.[1] ?? []))].sort();

// Packages under the same licence share its text.
const licences = new Map();
for (const name of packages) {
  const at = new URL(`node_modules/${name}/`, import.meta.url);
  const { version } = JSON.parse(readFileSync(new URL("package.json", at)));
  const text = readFileSync(new URL("LICENSE", at), "utf8").trim();
  licences.set(text, [...(licences.get(text) ?? []), `${name} ${version}`]);
}
const notice = [...licences].map(([text, names]) => `${names.join(", ")}\n\n${text}`).join("\n\n");
writeFileSync(file, `/*! ${notice.replaceAll("*/", "* /")}\n*/\n${outputFiles[0].text}`);
