import * as Effect from "effect/Effect"
import { Disk, type Operations } from "../../../src/files/Disk.js"
import type { Counter } from "./counter.js"

const ioError = (operation: string) =>
  Object.assign(new Error(`EIO: i/o error, ${operation}`), { code: "EIO", syscall: operation })

/** What undoes something goes through, as it does on a disk that refuses to write. */
const undoes: ReadonlyArray<keyof Operations> = ["close", "remove", "removeFolder"]

/** While the effect runs, every operation on files is counted, and fails when its turn has come. */
export const withFailingFiles =
  (counter: Counter) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(Disk, (disk) => {
      const counted = new Proxy(disk, {
        get: (target, name, receiver) => {
          const real: unknown = Reflect.get(target, name, receiver)
          if (typeof real !== "function" || undoes.some((one) => one === name)) return real
          return (...parameters: ReadonlyArray<unknown>): unknown => {
            if (counter.fails()) throw ioError(String(name))
            return Reflect.apply(real, target, parameters)
          }
        }
      })
      return Effect.provideService(effect, Disk, counted)
    })
