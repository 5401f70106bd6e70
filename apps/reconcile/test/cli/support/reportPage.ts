import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll } from "vitest"
import { launch, open } from "./browser.js"

/** Opens pages in one browser, which starts before the tests of a file and ends after them. */
export const pageOpener = () => {
  let browser: Browser | undefined
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())
  return async (...args: Parameters<typeof open> extends [Browser, ...infer Rest] ? Rest : never) => {
    if (browser === undefined) throw new Error("no browser was launched")
    return open(browser, ...args)
  }
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

interface Violation {
  readonly id: string
  readonly nodes: ReadonlyArray<{ readonly html: string; readonly failureSummary: string }>
}

/** What a checker of accessibility objects to. */
export const objections = async (page: Page): Promise<ReadonlyArray<string>> => {
  await page.evaluate(axe)
  const violations = await page.evaluate<ReadonlyArray<Violation>>(
    "axe.run().then(({ violations }) => violations)"
  )
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ failureSummary, html }) => `${id}: ${html.slice(0, 120)} ${failureSummary}`)
  )
}

export const contactsTable = (page: Page) =>
  page.getByRole("region", { name: "Contacts that need attention" }).last()

export const rowsOf = (page: Page) => contactsTable(page).locator("tbody:not(.spacer) tr")

export const cells = (page: Page, column: number) =>
  contactsTable(page).locator(`tbody:not(.spacer) td:nth-child(${column})`).allInnerTexts()

export const matches = (page: Page) => page.locator("#contacts [role=status]").textContent()
