import { type Packed, unpacked } from "../src/report/packed.js"
import { charts } from "./charts.js"
import { contacts } from "./contacts.js"
import { find } from "./dom.js"
import { batches, findings } from "./listings.js"

/** Commands and queries can be copied if the browser lets a page do so. */
const copyButtons = () => {
  if (navigator.clipboard === undefined) return
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
    const text = button.parentElement === null ? undefined : find("code", button.parentElement)?.textContent
    button.hidden = false
    button.addEventListener("click", () => {
      navigator.clipboard.writeText(text ?? "").then(
        () => {
          button.textContent = "Copied"
          window.setTimeout(() => {
            button.textContent = "Copy"
          }, 1500)
        },
        () => {
          button.textContent = "Not allowed"
        }
      )
    })
  }
}

const data: Packed = JSON.parse(find("#data")?.textContent ?? "")
const table = contacts(unpacked(data), data.report)
batches(data.report.batches.rows, table.ofBatch)
findings(data.report.findings.rows)
charts(data.report)
copyButtons()
document.documentElement.classList.add("ready")
