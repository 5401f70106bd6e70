import { describe, expect } from "vitest"
import { inBrowser } from "./support/browser.js"
import { cells, matches, objections, pageOpener, rowsOf } from "./support/reportPage.js"
import { expectDone } from "./support/said.js"
import { inWorld } from "./support/World.js"

const openedPage = pageOpener()

describe("the page of a report on an odd file", () => {
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
