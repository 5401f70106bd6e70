import { readdirSync } from "node:fs"
import { describe, expect } from "vitest"
import { bash } from "../../src/cli/completion/bash.js"
import type { Completable } from "../../src/cli/completion/Completable.js"
import { fish } from "../../src/cli/completion/fish.js"
import { shells } from "../../src/cli/completion/shells.js"
import { zsh } from "../../src/cli/completion/zsh.js"
import { type Completing, completing, type Start, starts } from "./support/completing.js"
import { expectDone } from "./support/said.js"
import { itNeeds } from "./support/terminal.js"
import { inWorld, type World } from "./support/World.js"

const id = "5b1f2c9e-8d34-4a67-9c02-1e7a40d6b3a1"

/** The line that a text becomes. */
const line = (text: string) => new RegExp(`^\\$ ${text.replace(/[.\\[\]*$()|]/g, "\\$&")}$`)

const hostile = `It's "$(touch made)" \`touch made\` [x] a:b \\n %s ~ $HOME * {a,b}; touch made`

/** A tree whose descriptions mean something to shells. */
const hostileTree: ReadonlyArray<Completable> = [
  {
    name: "",
    subcommands: [
      ["odd", hostile],
      ["other", hostile]
    ],
    options: [],
    args: []
  },
  {
    name: "odd",
    subcommands: [],
    options: [
      { names: ["--flag"], description: hostile, word: "", values: undefined, isRepeated: false },
      {
        names: ["--four"],
        description: hostile,
        word: "TIME",
        values: { _tag: "Anything" },
        isRepeated: false
      }
    ],
    args: [
      {
        word: "WORD",
        values: {
          _tag: "Words",
          words: [
            ["one", hostile],
            ["two", hostile]
          ],
          several: false
        },
        isRepeated: false
      }
    ]
  },
  { name: "other", subcommands: [], options: [], args: [] }
]

const scripts = { bash, zsh, fish }

/** The start of a shell that finds the script where it looks for scripts of its own. */
const fromFile: Readonly<Partial<Record<(typeof shells)[number], Start>>> = {
  zsh: {
    files: {
      ".zshrc":
        "PS1='$ '\nfpath=(~/.zfunc $fpath)\nmkdir -p ~/.zfunc\nac-reconcile completions zsh > ~/.zfunc/_ac-reconcile\nautoload -Uz compinit && compinit\n"
    },
    line: "zsh -o noglobalrcs"
  },
  fish: {
    files: {
      ".local/share/fish/generated_completions/none.fish": "",
      ".config/fish/completions/none.fish": "",
      ".config/fish/config.fish":
        "set fish_greeting\nset -g fish_autosuggestion_enabled 0\nfunction fish_prompt; echo '$ '; end\nac-reconcile completions fish > ~/.config/fish/completions/ac-reconcile.fish\n"
    },
    line: "fish"
  }
}

describe.concurrent.each(shells)("in a real %s, Tab", (shell) => {
  const itCompletes = itNeeds("tmux", shell)
  const hasDescriptions = shell !== "bash"

  const inShell =
    (test: (shell: Completing, world: World) => Promise<void>, prepare?: (world: World) => Promise<void>) =>
    () =>
      inWorld(async (world) => {
        await prepare?.(world)
        await completing(world, shell, (opened) => test(opened, world))
      })()

  itCompletes(
    "completes commands at every level",
    inShell(async ({ tab }) => {
      const top = await tab("ac-reconcile ", /snapshot/)
      for (const command of ["init", "contacts", "batches", "export", "query", "completions", "help"]) {
        expect(top).toMatch(new RegExp(`\\b${command}\\b`))
      }
      expect(top).not.toContain("--quiet")
      if (hasDescriptions) expect(top).toContain("Describe every table")
      await tab("ac-reconcile snap", line("ac-reconcile snapshot"))
      const second = await tab("ac-reconcile batches ", /remove/)
      for (const command of ["add", "list", "show"]) expect(second).toMatch(new RegExp(`\\b${command}\\b`))
      expect(second).not.toMatch(/snapshot|--quiet/)
      if (hasDescriptions) expect(second).toContain("List every batch in the file with its status")
      await tab("ac-reconcile batches li", line("ac-reconcile batches list"))
      await tab("ac-reconcile export contact", line("ac-reconcile export contact-ids"))
      await tab("ac-reconcile help batches sh", line("ac-reconcile help batches show"))
    })
  )

  itCompletes(
    "completes the options of the command, and what they mean",
    inShell(async ({ tab }) => {
      const options = await tab("ac-reconcile batches list --", /--json/)
      for (const option of ["--db", "--profile", "--log-level", "--help"]) expect(options).toContain(option)
      expect(options).not.toMatch(/--once|--param|--version/)
      if (hasDescriptions) expect(options).toContain("The SQLite file (or set AC_RECONCILE_DB)")
      await tab("ac-reconcile run --onc", line("ac-reconcile run --once"))
      await tab("ac-reconcile contacts load --reje", /^\$ ac-reconcile contacts load --rejects=?$/)
      // After an argument, and after the value of another option.
      await tab(
        "ac-reconcile explain ada@example.com --js",
        line("ac-reconcile explain ada@example.com --json")
      )
      await tab("ac-reconcile query --param b=b-1 --tim", /^\$ ac-reconcile query --param b=b-1 --timeout=?$/)
    })
  )

  itCompletes(
    "completes what can be chosen",
    inShell(async ({ tab }) => {
      const outcomes = await tab("ac-reconcile export retry --outcome ", /present/)
      expect(outcomes).toContain("missing")
      expect(outcomes).not.toMatch(/rejected|--db/)
      await tab(
        "ac-reconcile export outcomes --format ma",
        line("ac-reconcile export outcomes --format markdown")
      )
      await tab(
        "ac-reconcile export outcomes --format=ma",
        line("ac-reconcile export outcomes --format=markdown")
      )
      await tab("ac-reconcile query --format ta", line("ac-reconcile query --format table"))
      await tab('ac-reconcile query --format "ta', /^\$ ac-reconcile query --format "?table"?$/)
      const several = "ac-reconcile run --fail-on rejected,miss"
      // zsh adds the next comma, and takes it away again if no word follows.
      await tab(several, /^\$ ac-reconcile run --fail-on rejected,missing,?$/)
      await tab(
        "ac-reconcile run --fail-on=rejected,find",
        /^\$ ac-reconcile run --fail-on=rejected,findings,?$/
      )
      await tab("ac-reconcile query open-", line("ac-reconcile query open-batches"))
      await tab("ac-reconcile query --format csv open-", line("ac-reconcile query --format csv open-batches"))
      await tab("ac-reconcile schema rejected_c", line("ac-reconcile schema rejected_contacts"))
      await tab("ac-reconcile completions z", line("ac-reconcile completions zsh"))
      if (hasDescriptions) await tab("ac-reconcile query ", /How many contacts were sent each day/)
    })
  )

  itCompletes(
    "completes names of files, and only where one is taken",
    inShell(
      async ({ tab, tabAndWait }) => {
        const escaped = "sent\\ in\\ May.csv"
        await tab("ac-reconcile contacts load sen", line(`ac-reconcile contacts load ${escaped}`))
        await tab(
          "ac-reconcile contacts load --rejects sen",
          line(`ac-reconcile contacts load --rejects ${escaped}`)
        )
        await tab("ac-reconcile batches add --sent=sen", line(`ac-reconcile batches add --sent=${escaped}`))
        await tab("ac-reconcile snapshot fold", line("ac-reconcile snapshot folder/"))
        await tab("ac-reconcile demo --directory fol", line("ac-reconcile demo --directory folder/"))
        for (const typed of [
          "ac-reconcile run sen",
          "ac-reconcile contacts load a.csv sen",
          "ac-reconcile sen"
        ]) {
          // fish also offers words that merely contain these letters.
          expect(await tabAndWait(typed)).not.toContain("sent")
        }
      },
      async (world) => {
        world.write("sent in May.csv", "email\n")
        world.write("folder/inside.csv", "email\n")
        world.write("folly.csv", "email\n")
      }
    )
  )

  itCompletes(
    "offers no option after --, but still what the argument may be",
    inShell(
      async ({ tab, tabAndWait }) => {
        await tab("ac-reconcile contacts load -- sen", line("ac-reconcile contacts load -- sent.csv"))
        for (const typed of [
          "ac-reconcile contacts load -- --",
          "ac-reconcile batches list -- --",
          "ac-reconcile query -- --form"
        ]) {
          // fish also looks for what was typed in descriptions.
          expect(await tabAndWait(typed)).not.toMatch(/--[a-z]{5}/)
        }
      },
      async (world) => {
        world.write("sent.csv", "email\n")
      }
    )
  )

  itCompletes(
    "completes the batches in the file of the call, and the profiles of the user",
    inShell(
      async ({ tab }) => {
        await tab("ac-reconcile batches show 5b", line(`ac-reconcile batches show ${id}`))
        await tab("ac-reconcile batches remove 5b", line(`ac-reconcile batches remove ${id}`))
        const other = "ac-reconcile export outcomes --db other.db --batch"
        await tab(`${other} `, line(`${other} other-batch`))
        await tab(`${other} oth`, line(`${other} other-batch`))
        await tab(`${other}=oth`, line(`${other}=other-batch`))
        await tab("ac-reconcile doctor --profile cl", line("ac-reconcile doctor --profile client-2"))
      },
      async (world) => {
        expectDone(await world.run(["batches", "add", "--id", id, "--id", "5b$(id)"]))
        expectDone(await world.run(["batches", "add", "--id", "other-batch", "--db", "other.db"]))
        world.write(
          ".config/ac-reconcile/config.toml",
          'url = "https://a.api-us1.com"\n\n[profiles.client-2] # theirs\nurl = "https://c.api-us1.com"\n'
        )
      }
    )
  )

  itCompletes(
    "shows no error and makes no file where there is neither a file nor a config",
    inShell(async ({ tabAndWait }, world) => {
      const before = readdirSync(world.folder).sort()
      for (const typed of [
        "ac-reconcile batches show 5",
        "ac-reconcile doctor --profile c",
        "ac-reconcile status --db gone.db 5"
      ]) {
        expect(await tabAndWait(typed)).toBe(`$ ${typed}`)
      }
      expect(readdirSync(world.folder).sort()).toEqual(before)
    })
  )

  itCompletes("runs nothing of a description, and shows all of it", () =>
    inWorld(async (world) => {
      world.write("script", scripts[shell](hostileTree))
      const { files, line } = starts[shell]
      const own = Object.entries(files).map(([name, text]): [string, string] => [
        name,
        text.replace(
          /source <\(.*\)|ac-reconcile completions fish \| source/,
          `source ${world.path("script")}`
        )
      ])
      await completing(
        world,
        shell,
        async ({ tab }) => {
          for (const [typed, pattern] of [
            ["ac-reconcile o", /other/],
            ["ac-reconcile odd --f", /--four/],
            ["ac-reconcile odd ", /two/]
          ] as const) {
            const shown = await tab(typed, pattern)
            if (hasDescriptions) expect(shown).toContain(hostile.slice(0, 40))
          }
          expect(readdirSync(world.folder)).not.toContain("made")
        },
        { files: Object.fromEntries(own), line }
      )
    })()
  )

  const start = fromFile[shell]
  if (start !== undefined) {
    itCompletes(
      "works from a file in the shell's own folder of completions, too",
      inWorld((world) =>
        completing(
          world,
          shell,
          async ({ tab }) => {
            await tab("ac-reconcile batches li", line("ac-reconcile batches list"))
            await tab("ac-reconcile batches sh", line("ac-reconcile batches show"))
          },
          start
        )
      )
    )
  }
})
