// Before each file of tests: with AC_SEED, properties draw the same inputs in every run.
import { configureGlobal } from "effect/FastCheck"

configureGlobal({ seed: Number(process.env.AC_SEED) })
