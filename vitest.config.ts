import { defineConfig } from "vitest/config"
import projects from "./vitest.workspace.js"

// Vitest reads a workspace file by itself, too, but calls that way deprecated.
export default defineConfig({
  test: {
    projects,
    // By default one core is left out, which is half of two; tests of the command wait for processes most of the time.
    maxWorkers: "100%"
  }
})
