import { existsSync } from "node:fs"
import { delimiter, join } from "node:path"
import { pathToFileURL } from "node:url"
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core"
import { it } from "vitest"

const names = ["chromium", "chromium-browser", "google-chrome"]

const installed = names
  .flatMap((name) => (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name)))
  .find((path) => existsSync(path))

const executable = process.env.AC_BROWSER_PATH ?? installed

if (executable === undefined && process.env.AC_BROWSER === "required") {
  throw new Error(
    "No Chromium is installed, and AC_BROWSER=required does not let these tests be skipped. Install it, or name it with AC_BROWSER_PATH."
  )
}
if (executable === undefined) {
  process.stderr.write("Skipped: no Chromium is installed, so no page is opened in a browser.\n")
}

/** Whether there is a browser to test in. */
export const hasBrowser = executable !== undefined

/** A test in a real browser; skipped where there is none. */
export const inBrowser = (name: string, test: () => Promise<void>): void => {
  it.skipIf(executable === undefined)(name, test)
}

export const launch = (): Promise<Browser> | undefined =>
  executable === undefined
    ? undefined
    : chromium.launch({ executablePath: executable, args: ["--no-sandbox", "--disable-dev-shm-usage"] })

/** An open page, and what it did that a page of ours must not do. */
export interface Opened {
  readonly page: Page
  readonly wrongs: ReadonlyArray<string>
}

/** Opens a page from the disk, as somebody who double-clicks it. Closed with the browser. */
export const open = async (
  browser: Browser,
  file: string,
  options: BrowserContextOptions = {}
): Promise<Opened> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  const page = await context.newPage()
  const url = pathToFileURL(file).href
  const wrongs: Array<string> = []
  page.on("console", (message) => wrongs.push(`said ${message.type()}: ${message.text()}`))
  page.on("pageerror", (error) => wrongs.push(`failed: ${error.message}`))
  page.on("dialog", (dialog) => {
    wrongs.push(`asked: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on("request", (request) => {
    if (request.url() !== url) wrongs.push(`asked for ${request.url()}`)
  })
  await page.goto(url)
  if (options.javaScriptEnabled !== false) await page.waitForSelector("html.ready")
  return { page, wrongs }
}
