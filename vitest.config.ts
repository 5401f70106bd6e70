import { defineConfig } from "vitest/config"
import projects from "./vitest.workspace.js"

// Vitest reads a workspace file by itself, too, but calls that way deprecated.
export default defineConfig({ test: { projects } })
