// Preloaded into a process under measure: leaves what it used in the file that USAGE_FILE names.
import { writeFileSync } from "node:fs"

process.on("exit", () => {
  const { maxRSS, systemCPUTime, userCPUTime } = process.resourceUsage()
  writeFileSync(
    process.env.USAGE_FILE,
    JSON.stringify({ cpuMillis: (userCPUTime + systemCPUTime) / 1000, peakMiB: maxRSS / 1024 })
  )
})
