import { chmodSync, mkdirSync, symlinkSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import type { Shell } from "../../../src/cli/completion/shells.js"
import { openLine, quoted, type Terminal } from "./terminal.js"
import { bin, type World } from "./World.js"

/** How a user starts a shell, with nothing set up but what the docs say. */
export interface Start {
  readonly files: Readonly<Record<string, string>>
  readonly line: string
}

export const starts: Readonly<Record<Shell, Start>> = {
  bash: {
    files: {
      ".bashrc": "PS1='$ '\nsource <(ac-reconcile completions bash)\n",
      // Shows at the first Tab what is otherwise shown at the second.
      ".inputrc": "set show-all-if-ambiguous on\nset page-completions off\nset bell-style none\n"
    },
    line: "bash"
  },
  zsh: {
    files: {
      ".zshrc":
        "PS1='$ '\nunsetopt auto_menu list_ambiguous beep\nautoload -Uz compinit && compinit\nsource <(ac-reconcile completions zsh)\n"
    },
    line: "zsh -o noglobalrcs"
  },
  fish: {
    files: {
      // Without this folder, it begins to make completions of its own.
      ".local/share/fish/generated_completions/none.fish": "",
      ".config/fish/config.fish":
        "set fish_greeting\nset -g fish_autosuggestion_enabled 0\nfunction fish_prompt; echo '$ '; end\nac-reconcile completions fish | source\n"
    },
    line: "fish"
  }
}

export interface Completing {
  /** What the screen shows once Tab was pressed after this text and it shows something like that. */
  readonly tab: (typed: string, shows: RegExp) => Promise<string>
  /** What the screen shows some time after Tab. */
  readonly tabAndWait: (typed: string) => Promise<string>
  readonly terminal: Terminal
}

/** Runs a test in a shell that has the completions, in the folder of the world. */
export const completing = async (
  world: World,
  shell: Shell,
  test: (shell: Completing) => Promise<void>,
  start: Start = starts[shell]
): Promise<void> => {
  mkdirSync(world.path(".bin"))
  symlinkSync(bin, world.path(".bin/ac-reconcile"))
  chmodSync(bin, 0o755)
  for (const [name, text] of Object.entries(start.files)) world.write(name, text)
  const env = {
    PATH: `${world.path(".bin")}:${process.env.PATH}`,
    TERM: "screen",
    INPUTRC: world.path(".inputrc")
  }
  const terminal = await openLine(world, `sh -c ${quoted(`exec ${start.line} -i`)}`, {
    columns: 110,
    rows: 50,
    env
  })
  const isEmpty = async () => (await terminal.shown("screen")) === "$"
  const press = async (typed: string) => {
    // A list may have to be left first.
    for (let tries = 0; tries < 50 && !(await isEmpty()); tries++) {
      await terminal.press("C-e", "C-u", "C-l")
      await sleep(50)
    }
    await terminal.type(typed)
    for (let tries = 0; tries < 200 && (await terminal.shown("screen")) !== `$ ${typed}`.trimEnd(); tries++) {
      await sleep(25)
    }
    await terminal.press("Tab")
  }
  try {
    await terminal.until(/^\$$/m)
    await test({
      terminal,
      tab: async (typed, shows) => {
        await press(typed)
        return terminal.until(shows, "screen")
      },
      tabAndWait: async (typed) => {
        await press(typed)
        await sleep(700)
        return terminal.shown("screen")
      }
    })
  } finally {
    await terminal.close()
  }
}
