// The code and the look of the page that `report --html` writes, in one file that no other command reads.
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { build } from "esbuild"
import { shortNoticesOf } from "./notices.mjs"

const part = (root, entry) =>
  build({
    absWorkingDir: root,
    bundle: true,
    minify: true,
    metafile: true,
    write: false,
    format: "iife",
    target: ["chrome110", "firefox110", "safari16"],
    charset: "ascii",
    legalComments: "none",
    logLevel: "warning",
    entryPoints: [`apps/reconcile/page/${entry}`]
  })

/** Writes the page's parts, and returns the modules that its code is made of. */
export const buildReportPage = async (root, dist) => {
  const [script, style] = await Promise.all([part(root, "main.ts"), part(root, "page.css")])
  const [{ text: code }] = script.outputFiles
  const [{ text: look }] = style.outputFiles
  // Either would end the element that it stands in.
  if (/<\/script|<!--/i.test(code) || /<\/style/i.test(look))
    throw new Error("the report's page would end early")
  const [{ inputs }] = Object.values(script.metafile.outputs)
  const used = Object.keys(inputs)
    .filter((input) => inputs[input].bytesInOutput > 0)
    .map((input) => join(root, input))
  const page = { script: code, style: look.trim(), notices: shortNoticesOf(used) }
  writeFileSync(join(dist, "report-page.json"), JSON.stringify(page))
  return used
}
