// One browser for a file of tests, and pages in it that remember what they asked for and complained of.
import { chromium } from "playwright-core";
import { pathToFileURL } from "node:url";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
export const browser = await chromium.launch({ executablePath });

// Opens a file; `use` gets the page, which is closed afterwards. Options are those of a browser context.
export async function visit(path, options, use) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: "light", ...options });
  const page = await context.newPage();
  const url = pathToFileURL(path).href;
  page.complaints = [];
  page.requests = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && page.complaints.push(message.text()));
  page.on("dialog", (dialog) => { page.complaints.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  page.on("request", (request) => request.url() !== url && !request.url().startsWith("data:") && page.requests.push(request.url()));
  try {
    await page.goto(url);
    return await use(page);
  } finally {
    await context.close();
  }
}
