import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect } from "vitest"
import { hasBrowser, inBrowser } from "./support/browser.js"
import { manyContacts } from "./support/manyContacts.js"
import { cells, contactsTable, matches, objections, pageOpener, rowsOf } from "./support/reportPage.js"
import { expectDone } from "./support/said.js"
import { inWorld } from "./support/World.js"

const folder = mkdtempSync(join(tmpdir(), "ac-reconcile-page-"))
const some = join(folder, "some.html")
const many = join(folder, "many.html")
const openedPage = pageOpener()

beforeAll(async () => {
  if (!hasBrowser) return
  await inWorld(async (world) => {
    const size = { batches: 24, contactsEach: 40, attentionOneIn: 8 }
    const db = await manyContacts(world.folder, world.run, size)
    expectDone(await world.run(["report", "--html", some, "--db", db]))
  })()
  await inWorld(async (world) => {
    const size = { batches: 420, contactsEach: 250, attentionOneIn: 1 }
    const db = await manyContacts(world.folder, world.run, size)
    const made = await world.run(["report", "--html", many, "--db", db])
    expectDone(made)
    expect(made.stdout).toMatch(/^.*many\.html: \d\.\d MB written/)
  })()
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe("the page of a report", () => {
  inBrowser("shows what needs attention, numbers, charts and tables, and asks for nothing", async () => {
    const { page, wrongs } = await openedPage(some)
    expect(await page.locator("h2.verdict").textContent()).toMatch(/contacts need attention/)
    for (const id of ["over-time", "settling", "domains", "reasons"]) {
      expect(await page.locator(`#${id} svg[role=img]`).count(), id).toBe(1)
    }
    expect(await page.locator("#contacts .plain").isVisible()).toBe(false)
    expect(await rowsOf(page).count()).toBeGreaterThan(10)
    expect(await page.locator("#batches tbody:not(.spacer) tr").count()).toBeGreaterThan(10)
    const link = contactsTable(page).getByRole("link").first()
    expect(await link.getAttribute("href")).toMatch(/^https:\/\/acme\.activehosted\.com\/app\/contacts\/\d+$/)
    expect(wrongs).toEqual([])
  })

  inBrowser("can be searched, filtered and sorted, and tells how many match", async () => {
    const { page, wrongs } = await openedPage(some)
    const all = await rowsOf(page).count()
    await page.getByRole("combobox", { name: "Outcome" }).selectOption("missing")
    expect(new Set(await cells(page, 1))).toEqual(new Set(["missing"]))
    expect(await matches(page)).toMatch(/^\d+ of \d+ contacts$/)
    await page.getByRole("button", { name: "Clear" }).click()
    expect(await rowsOf(page).count()).toBe(all)

    await page.getByLabel("Search").fill("GMAIL.com rejected")
    await expect
      .poll(() => cells(page, 2))
      .toSatisfy(
        (emails: ReadonlyArray<string>) =>
          emails.length > 0 && emails.every((email) => email.endsWith("@gmail.com"))
      )
    await page.getByLabel("Search").fill("no such contact")
    await expect.poll(() => matches(page)).toMatch(/^0 of/)
    expect(await contactsTable(page).getByText("Nothing matches.").isVisible()).toBe(true)
    await page.getByRole("button", { name: "Clear" }).click()

    const head = contactsTable(page).getByRole("columnheader", { name: "Address" })
    for (const [direction, sign] of [
      ["ascending", 1],
      ["descending", -1]
    ] as const) {
      await head.getByRole("button").press("Enter")
      expect(await head.getAttribute("aria-sort")).toBe(direction)
      const emails = await cells(page, 2)
      expect(emails).toEqual(emails.toSorted((a, b) => (a < b ? -sign : sign)))
    }

    await page.locator("#batches button.link").first().click()
    expect(new Set(await cells(page, 4)).size).toBe(1)
    expect(wrongs).toEqual([])
  })

  inBrowser("holds 100,000 contacts, of which only those in sight are in the document", async () => {
    const { page, wrongs } = await openedPage(many)
    const table = contactsTable(page).locator("table")
    expect(await table.getAttribute("aria-rowcount")).toBe("100001")
    expect(await rowsOf(page).count()).toBeLessThan(60)
    await contactsTable(page).evaluate((scroll) => scroll.scrollTo(0, scroll.scrollHeight))
    const last = rowsOf(page).last()
    await expect.poll(() => last.getAttribute("aria-rowindex")).toBe("100001")
    expect(await rowsOf(page).count()).toBeLessThan(60)
    await page.getByLabel("Search").fill("person.7.33@")
    await expect.poll(() => matches(page)).toMatch(/^[01] of 100,000 contacts$/)
    expect(await page.locator("#contacts").textContent()).toMatch(/[\d,]+ more contacts are not in this page/)
    expect(wrongs).toEqual([])
  })

  inBrowser("weighs at most 400 kB beside its data", async () => {
    for (const file of [some, many]) {
      const text = readFileSync(file, "utf8")
      const data = /<script type="application\/json" id="data">(.*)<\/script>/.exec(text)?.[1] ?? ""
      expect(data.length).toBeGreaterThan(1000)
      expect(Buffer.byteLength(text) - Buffer.byteLength(data)).toBeLessThanOrEqual(400_000)
    }
  })

  for (const colorScheme of ["light", "dark"] as const) {
    inBrowser(
      `has nothing that a checker of accessibility objects to, in ${colorScheme} colours`,
      async () => {
        const { page, wrongs } = await openedPage(some, { colorScheme })
        for (const details of await page.locator("details").all()) {
          await details.evaluate((one) => one.setAttribute("open", ""))
        }
        expect(await objections(page)).toEqual([])
        expect(wrongs).toEqual([])
      }
    )
  }

  inBrowser(
    "tells everything about a contact and a finding in a dialog, which a checker likes, too",
    async () => {
      const { page, wrongs } = await openedPage(some)
      const dialog = page.getByRole("dialog")
      const [email = ""] = await cells(page, 2)
      await rowsOf(page).first().getByRole("button").press("Enter")
      const told = (await dialog.textContent()) ?? ""
      expect(await dialog.getByRole("heading").textContent()).toBe(email)
      for (const text of ["OutcomeReject", "Evidencefailure", "Batchbatch-", "many.csv", "Your keyK-"]) {
        expect(told.toLowerCase()).toContain(text.toLowerCase())
      }
      expect(told).toContain(`ac-reconcile explain ${email} --db `)
      expect(await objections(page)).toEqual([])
      await page.keyboard.press("Escape")
      expect(await dialog.isVisible()).toBe(false)
      expect(await page.evaluate("document.activeElement.textContent")).toBe(email)
      await page
        .locator("#findings")
        .getByRole("button", { name: /@elsewhere/ })
        .first()
        .click()
      expect(await dialog.textContent()).toContain("reported as failed")
      await dialog.getByRole("button", { name: "Close" }).click()
      expect(wrongs).toEqual([])
    }
  )

  inBrowser("fits a telephone", async () => {
    const { page } = await openedPage(some, { viewport: { width: 390, height: 800 } })
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390)
  })

  inBrowser("prints charts and the first rows that are shown, and says how many there are", async () => {
    const { page, wrongs } = await openedPage(many)
    await page.getByRole("combobox", { name: "Outcome" }).selectOption("missing")
    const pdf = await page.pdf({ format: "A4" })
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-")
    await page.emulateMedia({ media: "print", colorScheme: "dark" })
    await page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    const plain = page.locator("#contacts .plain")
    expect(await plain.isVisible()).toBe(true)
    expect(await page.locator("#contacts .live").isVisible()).toBe(false)
    expect(await plain.locator("tbody tr").count()).toBe(50)
    expect(new Set(await plain.locator("tbody td:first-child").allInnerTexts())).toEqual(new Set(["missing"]))
    expect(await plain.textContent()).toMatch(/The first 50 of [\d,]+;/)
    expect(await page.locator("#over-time svg").isVisible()).toBe(true)
    expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe("rgb(255, 255, 255)")
    expect(wrongs).toEqual([])
  })

  inBrowser(
    "can be read without JavaScript: the numbers, what needs attention, the first contacts",
    async () => {
      const { page } = await openedPage(some, { javaScriptEnabled: false })
      expect(await page.locator("h2.verdict").isVisible()).toBe(true)
      expect(await page.locator(".concern").count()).toBeGreaterThan(3)
      expect(await page.locator(".outcomes tbody tr").count()).toBe(7)
      expect(await page.locator("#contacts .plain tbody tr").count()).toBe(50)
      expect(await page.locator("#charts").textContent()).toMatch(/The charts need JavaScript/)
      // Nothing invites to do what only a script could do.
      expect(await page.getByRole("button").count()).toBe(0)
      await page.close()
    }
  )
})
