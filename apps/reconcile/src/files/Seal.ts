import { createHash, type Hash } from "node:crypto"
import { constants } from "node:fs"
import { basename, dirname } from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { type DiskError, type Operations, opened, use } from "./Disk.js"

/**
 * A file under a name that we chose may be the user's own, or have their corrections in it. So a later command replaces or
 * deletes it only if it is exactly what an earlier command wrote there. The modification time shows this: its fraction of a
 * second is a checksum of the content, the file itself, its name and its folder. A file that was changed, copied, renamed
 * or moved is the user's, even if a copy keeps the time.
 */
export type Checksum = Hash

export const checksum = (): Checksum => createHash("sha256")

/** Never zero, because a file system with whole seconds always gives zero. */
const microsecondsAt = (disk: Operations, path: string, descriptor: number, content: Checksum) => {
  const place = [disk.fstat(descriptor).ino, disk.stat(dirname(path)).ino, basename(path)]
  return 1 + (content.copy().update(place.join("/")).digest().readUInt32BE(0) % 999_998)
}

/** Call when all is written. The second is in the past, so that the time is never in the future. */
export const seal = (path: string, descriptor: number, sum: Checksum): Effect.Effect<void, DiskError> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const second = Math.max(1, Math.floor(now / 1000) - 1)
    return use((disk) =>
      disk.setTimes(descriptor, second + microsecondsAt(disk, path, descriptor, sum) / 1e6)
    )
  })

const chunkSize = 1 << 16

/** Whether an ordinary file is as we wrote it. */
export const isSealed = (path: string): Effect.Effect<boolean> =>
  opened(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0)).pipe(
    Effect.flatMap((descriptor) =>
      use((disk) => {
        const stat = disk.fstat(descriptor)
        if (!stat.isFile()) return false
        const sum = checksum()
        const bytes = Buffer.alloc(chunkSize)
        for (let read = disk.read(descriptor, bytes); read > 0; read = disk.read(descriptor, bytes)) {
          sum.update(bytes.subarray(0, read))
        }
        // A time goes through a floating-point number on its way to the disk.
        const fraction = Number(stat.mtimeNs % 1_000_000_000n) / 1000
        return Math.abs(fraction - microsecondsAt(disk, path, descriptor, sum)) <= 1.5
      })
    ),
    Effect.scoped,
    Effect.orElseSucceed(() => false)
  )

/** Takes away a file that is as we wrote it. */
export const removeSealed = (path: string): Effect.Effect<void> =>
  Effect.ignore(
    Effect.flatMap(isSealed(path), (sealed) => (sealed ? use((disk) => disk.remove(path)) : Effect.void))
  )
