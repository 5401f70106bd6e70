// Loaded before a runner of the bench: at SIGUSR2 it collects garbage and says what is left, in MiB.
process.on("SIGUSR2", () => {
  globalThis.gc()
  globalThis.gc()
  process.stdout.write(`heap ${process.memoryUsage().heapUsed / 2 ** 20}\n`)
})
