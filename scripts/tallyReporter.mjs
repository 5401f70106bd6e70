// One plain line at the very end, for whoever reads the log of an unattended run.
export default class TallyReporter {
  onTestRunEnd(modules) {
    const counts = { passed: 0, failed: 0, skipped: 0 }
    for (const module of modules)
      for (const test of module.children.allTests()) counts[test.result().state] += 1
    process.once("exit", () =>
      console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
    )
  }
}
