// `pnpm bench [NAME] [ARGUMENTS]`: the benchmark of this name, and without one that of the run.
const [name, ...rest] = process.argv.slice(2)
const names = ["as-sent", "cluster", "polling", "reconcile", "run", "startup", "status-call"]
const isName = names.includes(name)
if (isName) process.argv.splice(2, process.argv.length, ...rest)
await import(`./${isName ? name : "run"}.mjs`)
