import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect } from "vitest"
import { inBrowser, launch, open } from "./support/browser.js"
import { manyContacts } from "./support/manyContacts.js"
import { expectDone } from "./support/said.js"
import { inWorld } from "./support/World.js"

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

interface Violation {
  readonly id: string
  readonly nodes: ReadonlyArray<{ readonly html: string; readonly failureSummary: string }>
}

/** What a checker of accessibility objects to. */
const objections = async (page: Page): Promise<ReadonlyArray<string>> => {
  await page.evaluate(axe)
  const violations = await page.evaluate<ReadonlyArray<Violation>>(
    "axe.run().then(({ violations }) => violations)"
  )
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ failureSummary, html }) => `${id}: ${html.slice(0, 120)} ${failureSummary}`)
  )
}

const folder = mkdtempSync(join(tmpdir(), "ac-reconcile-page-"))
const some = join(folder, "some.html")
const many = join(folder, "many.html")
let browser: Browser | undefined

const openedPage = async (
  ...args: Parameters<typeof open> extends [Browser, ...infer Rest] ? Rest : never
) => {
  if (browser === undefined) throw new Error("no browser was launched")
  return open(browser, ...args)
}

beforeAll(async () => {
  browser = await launch()
  if (browser === undefined) return
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

afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

const contactsTable = (page: Page) =>
  page.getByRole("region", { name: "Contacts that need attention" }).last()

const rowsOf = (page: Page) => contactsTable(page).locator("tbody:not(.spacer) tr")

const cells = (page: Page, column: number) =>
  contactsTable(page).locator(`tbody:not(.spacer) td:nth-child(${column})`).allInnerTexts()

const matches = (page: Page) => page.locator("#contacts [role=status]").textContent()

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

  for (const width of [1280, 800, 390]) {
    inBrowser(
      `cuts no head of a column, and no long name out of its chart, where it is ${width} wide`,
      inWorld(async (world) => {
        const domains = [`${"w".repeat(200)}.example`, `${"例".repeat(40)}.example`, "short.example"]
        const emails = domains.map((domain) => `ada@${domain}`)
        world.write("sent.csv", ["email,batch_id", ...emails.map((email) => `${email},b-1`)].join("\n"))
        world.write("answer.json", JSON.stringify({ status: "completed", success: [], failure: emails }))
        const loaded = await world.run(["contacts", "load", "sent.csv", "--batch-column", "batch_id"])
        expect(loaded.code, loaded.stderr).toBe(0)
        expectDone(await world.run(["batches", "add", "--id", "b-1", "--answer", "answer.json"]))
        expectDone(await world.run(["report", "--html", "wide.html"]))
        const { page } = await openedPage(world.path("wide.html"), { viewport: { width, height: 800 } })
        const outside = await page.evaluate<
          ReadonlyArray<string>
        >(`[...document.querySelectorAll("#domains text")]
          .filter((text) => {
            const chart = text.closest(".plot").getBoundingClientRect()
            const name = text.getBoundingClientRect()
            return name.left < chart.left - 1 || name.right > chart.right + 1
          }).map((text) => text.textContent)`)
        const cut = await page.evaluate<
          ReadonlyArray<string>
        >(`[...document.querySelectorAll(".live thead th")]
          .filter((head) => {
            const name = document.createRange()
            name.selectNodeContents(head.querySelector("button"))
            const [inner, outer] = [name.getBoundingClientRect(), head.getBoundingClientRect()]
            return inner.left < outer.left || inner.right > outer.right
          }).map((head) => head.textContent)`)
        expect({ cut, outside }).toEqual({ cut: [], outside: [] })
      })
    )
  }

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

  inBrowser(
    "is short for a file without batches, and may list no contact at all",
    inWorld(async (world) => {
      world.write("none.csv", "email\nada@example.test\n")
      expectDone(await world.run(["contacts", "load", "none.csv"]))
      expectDone(await world.run(["report", "--html", "empty.html"]))
      const empty = await openedPage(world.path("empty.html"))
      expect(await empty.page.locator("h2.verdict").textContent()).toBe("This file has no batches yet.")
      expect(await empty.page.locator("#charts").isVisible()).toBe(false)
      expect(await objections(empty.page)).toEqual([])
      expect(empty.wrongs).toEqual([])

      world.write("sent.csv", "email,batch_id\nada@example.test,b-1\n")
      expectDone(await world.run(["contacts", "load", "sent.csv", "--batch-column", "batch_id"]))
      world.write("answer.json", '{"status":"completed","success":[],"failure":["ada@example.test"]}')
      expectDone(await world.run(["batches", "add", "--id", "b-1", "--answer", "answer.json"]))
      expectDone(await world.run(["report", "--html", "none.html", "--rows", "0"]))
      const none = await openedPage(world.path("none.html"))
      expect(await none.page.locator("#contacts table").count()).toBe(0)
      expect(await none.page.locator("#contacts").textContent()).toMatch(/1 more contact is not in this page/)
      expect(none.wrongs).toEqual([])
    })
  )

  inBrowser(
    "shows what is hostile in any field as text",
    inWorld(async (world) => {
      const hostile = [
        `</script><script>alert(1)</script>`,
        `<img src=x onerror=alert(2)>`,
        `"><svg onload=alert(3)>`,
        `' onmouseover='alert(4)`,
        `<!--<script>`,
        `\${alert(5)}`,
        `javascript:alert(6)`,
        `\u202egnp.exe`,
        `&lt;b&gt;`
      ]
      const cell = (text: string) => `"${text.replaceAll('"', '""')}"`
      const source = `<b>${hostile.length}.csv`
      world.write(
        "sent.csv",
        [
          "email,batch_id,contact_id,key",
          ...hostile.map((text, at) => [`${text}@${text}`, `b<i>${at % 2}`, text, text].map(cell).join())
        ].join("\n")
      )
      const loaded = await world.run([
        "contacts",
        "load",
        "sent.csv",
        "--source",
        source,
        "--batch-column",
        "batch_id",
        "--key",
        "key"
      ])
      expect(loaded.code, loaded.stderr).toBe(0)
      for (const at of [0, 1]) {
        const failure = hostile.filter((_, one) => one % 2 === at).map((text) => `${text}@${text}`)
        world.write(
          "answer.json",
          JSON.stringify({ status: "completed", success: [], failure: [...failure, ...hostile] })
        )
        expectDone(await world.run(["batches", "add", "--id", `b<i>${at}`, "--answer", "answer.json"]))
      }
      expectDone(await world.run(["report", "--html", "hostile.html"]))
      const { page, wrongs } = await openedPage(world.path("hostile.html"))
      expect(await matches(page)).toBe(`${hostile.length} contacts`)
      const shown = (await cells(page, 2)).join("\n")
      for (const text of hostile.filter((one) => !one.includes("\u202e"))) expect(shown).toContain(text)
      expect(shown).toContain("\\u202egnp.exe")
      for (const row of await rowsOf(page).all()) {
        await row.getByRole("button").click()
        await page.getByRole("button", { name: "Close" }).click()
      }
      expect(
        await page.locator("img, #contacts a, #contacts i, #contacts b, dialog b, svg[onload]").count()
      ).toBe(0)
      expect(await page.locator("script").count()).toBe(2)
      await page.emulateMedia({ media: "print" })
      await page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
      expect(await page.locator("img").count()).toBe(0)
      expect(wrongs).toEqual([])
    })
  )
})
