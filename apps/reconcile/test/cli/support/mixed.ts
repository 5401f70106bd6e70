import { readdirSync } from "node:fs"
import type { World } from "./World.js"

/** Without what SQLite keeps beside a database that was read. */
export const namesIn = (world: World) =>
  readdirSync(world.folder)
    .filter((name) => !/-(wal|shm)$/.test(name))
    .sort()

/** A file with one good row and one bad one. */
export const writeMixed = (world: World, name = "in.csv") =>
  world.write(name, "email,batch_id\na@x.test,b-1\nno address,b-1,surplus\n")

/** Loads it. */
export const loadMixed = ["contacts", "load", "in.csv", "--batch-column", "batch_id"]
