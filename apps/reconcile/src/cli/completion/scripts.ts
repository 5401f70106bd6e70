import { bash } from "./bash.js"
import { completables } from "./Completable.js"
import { fish } from "./fish.js"
import type { Shell } from "./shells.js"
import { zsh } from "./zsh.js"

/** The completion script of each shell: printed by bin/ac-reconcile.js before anything is loaded. */
export const completionScripts = (): Readonly<Record<Shell, string>> => {
  const all = completables()
  return { bash: bash(all), zsh: zsh(all), fish: fish(all) }
}
