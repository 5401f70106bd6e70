// The pictures that README.md begins with, of a real run: the demo in a terminal of 100 columns, and its report in a browser.
// Usage: pnpm pictures   needs a build, tmux, and Chromium (or AC_BROWSER_PATH)
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath, pathToFileURL } from "node:url"
import { chromium } from "playwright-core"

const root = fileURLToPath(new URL("..", import.meta.url))
const command = join(root, "apps/reconcile/bin/ac-reconcile.js")
const pictures = join(root, "docs/pictures")
const work = mkdtempSync(join(tmpdir(), "ac-reconcile-pictures-"))
const most = 150_000

const executablePath =
  process.env.AC_BROWSER_PATH ??
  ["chromium", "chromium-browser", "google-chrome"]
    .flatMap((name) => process.env.PATH.split(delimiter).map((folder) => join(folder, name)))
    .find((path) => existsSync(path))

const tmux = (...args) =>
  execFileSync("tmux", ["-S", join(work, "tmux"), "-f", "/dev/null", ...args], { encoding: "utf8" })

/** Plays the demo on a terminal, and returns what stands on it at the end, with its colours. */
const played = async () => {
  tmux(
    ...["new-session", "-d", "-x", "100", "-y", "62", "-c", work],
    `PS1='$ ' LC_ALL=C.UTF-8 sh -c '"${process.execPath}" "${command}" demo; touch done; sleep 60'`
  )
  try {
    while (!existsSync(join(work, "done"))) await sleep(200)
    await sleep(300)
    return tmux("capture-pane", "-e", "-p", "-S", "-200").trimEnd()
  } finally {
    tmux("kill-server")
  }
}

const escaped = (text) => text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`)

const escape = String.fromCharCode(0x1b)
const colour = new RegExp(`(${escape}\\[[\\d;]*m)`)

/** Text of a terminal as HTML: bold, faint and the eight colours. */
const asHtml = (text) => {
  let open = false
  return text
    .split(colour)
    .map((part) => {
      if (!part.startsWith(escape)) return escaped(part)
      const names = part
        .slice(2, -1)
        .split(";")
        .filter((code) => !["", "0", "39", "22", "24"].includes(code))
      const closing = open ? "</span>" : ""
      open = names.length > 0
      return open ? `${closing}<span class="${names.map((code) => `c${code}`).join(" ")}">` : closing
    })
    .join("")
    .concat(open ? "</span>" : "")
}

const terminalPage = (text) => `<!doctype html><meta charset="utf-8"><style>
  body { margin: 0; padding: 14px; background: transparent; width: max-content }
  div { background: #12161d; border-radius: 12px; padding: 14px 22px 18px }
  p { margin: 0 0 10px; height: 12px; display: flex; gap: 8px }
  i { width: 12px; height: 12px; border-radius: 50%; background: #39424f }
  pre { margin: 0; color: #dbe2ec; font: 13px/1.42 "DejaVu Sans Mono", ui-monospace, Menlo, Consolas, monospace }
  .c1 { font-weight: 700; color: #fff } .c2, .c90 { color: #8a95a5 } .c31, .c91 { color: #f0697c } .c32, .c92 { color: #3fbf95 }
  .c33, .c93 { color: #f0b04a } .c34, .c94 { color: #64a7f0 } .c35, .c95 { color: #b48aec } .c36, .c96 { color: #5fc7d4 } .c4 { text-decoration: underline }
</style><div><p><i></i><i></i><i></i></p><pre>${asHtml(text)}</pre></div>`

const keep = (name, bytes) => {
  writeFileSync(join(pictures, name), bytes)
  const { size } = statSync(join(pictures, name))
  console.log(`docs/pictures/${name}: ${Math.ceil(size / 1000)} kB`)
  if (size > most) throw new Error(`docs/pictures/${name} is larger than ${most / 1000} kB`)
}

let browser
try {
  mkdirSync(pictures, { recursive: true })
  const shown = await played()
  // What the run said at its end; before that, it only counts.
  const end = shown
    .slice(shown.search(/^.*All \d+ batches have settled/m))
    .split("\nThe simulator answered")[0]
  execFileSync(
    process.execPath,
    [command, "report", "--db", "ac-reconcile-demo/demo.db", "--html", "report.html"],
    {
      cwd: work
    }
  )
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] })

  const terminal = await browser.newPage({ viewport: { width: 1000, height: 600 } })
  writeFileSync(join(work, "terminal.html"), terminalPage(`$ npx ac-reconcile demo\n…\n${end.trimEnd()}`))
  await terminal.goto(pathToFileURL(join(work, "terminal.html")).href)
  keep("terminal.png", await terminal.locator("body").screenshot({ omitBackground: true }))

  for (const colorScheme of ["light", "dark"]) {
    const page = await browser.newPage({ viewport: { width: 1100, height: 828 }, colorScheme })
    await page.goto(pathToFileURL(join(work, "report.html")).href)
    await page.waitForSelector("html.ready")
    keep(`report-${colorScheme}.png`, await page.screenshot())
  }
} finally {
  await browser?.close()
  rmSync(work, { recursive: true, force: true })
}
