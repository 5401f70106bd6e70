import { HttpClient } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import {
  Chunk,
  Deferred,
  Effect,
  Either,
  Exit,
  FastCheck,
  Fiber,
  Layer,
  Logger,
  Stream,
  TestClock
} from "effect"
import { ActiveCampaignClient, BulkImport, Submission } from "effect-activecampaign"
import { bodyOf } from "./account.js"
import { connect, respond, silence, vendor } from "./support.js"

const people = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ email: `p${index}@example.test` }))

/** An account that queues batches b-1, b-2, …, refuses parts with this address, and answers after this long. */
const queueing = ({ refused = "", takes = 0 } = {}) => {
  const received: Array<string> = []
  const answered: Array<string> = []
  const http = HttpClient.make((request) =>
    Effect.gen(function* () {
      const number = received.push(bodyOf(request))
      yield* Effect.sleep(takes)
      const isRefused = refused !== "" && bodyOf(request).includes(`"${refused}"`)
      const batchId = `b-${number}`
      if (!isRefused) answered.push(batchId)
      return respond(
        request,
        isRefused
          ? { status: 400, body: JSON.stringify({ success: 0, message: "bad contact" }) }
          : { body: JSON.stringify({ Success: 1, queued_contacts: 1, batchId }) }
      )
    })
  )
  return { answered, http, received }
}

const importsOf = (http: HttpClient.HttpClient) =>
  Effect.flatMap(connect(http), (client) =>
    Effect.provideService(BulkImport.make, ActiveCampaignClient.ActiveCampaignClient, client)
  )

const keepClockGoing = Effect.forkScoped(Effect.forever(TestClock.adjust("250 millis")))

describe("a submission in progress", () => {
  it.scoped("is not lost when a sibling is refused", () =>
    Effect.gen(function* () {
      const { answered, http, received } = queueing({ refused: "p0@example.test", takes: 600 })
      const imports = yield* importsOf(http)
      const recorded: Array<string> = []
      const logged: Array<string> = []
      const logger = Logger.make(({ annotations }) => {
        logged.push(...[...annotations].map(([key, value]) => `${key} ${String(value)}`))
      })
      const parts = Submission.split({ contacts: people(1000) })
      yield* keepClockGoing
      const exit = yield* Effect.exit(
        Effect.forEach(
          parts,
          (part) =>
            Effect.uninterruptible(
              Effect.tap(imports.submit(part), ({ batchId }) => Effect.sync(() => recorded.push(batchId)))
            ),
          { concurrency: 4 }
        )
      ).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
      assert.isTrue(Exit.isFailure(exit))
      assert.isAbove(received.length, 1)
      assert.deepStrictEqual(recorded.toSorted(), answered.toSorted())
      assert.isEmpty(logged)
    })
  )

  it.scoped("logs which batch was queued if its caller was interrupted", () =>
    Effect.gen(function* () {
      const { answered, http } = queueing({ takes: 5000 })
      const imports = yield* importsOf(http)
      const logged: Array<string> = []
      const logger = Logger.make(({ annotations, message }) => {
        logged.push([...annotations, String(message)].join(" "))
      })
      const fiber = yield* Effect.fork(
        imports
          .submit({ contacts: people(2) })
          .pipe(Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
      )
      yield* TestClock.adjust("1 second")
      const interruption = yield* Effect.fork(Fiber.interrupt(fiber))
      yield* TestClock.adjust("1 second")
      assert.isEmpty(answered)
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.join(interruption)
      assert.deepStrictEqual(answered, ["b-1"])
      assert.match(logged.join(), /batchId,b-1/)
    })
  )

  it.scoped("ends as OutcomeUnknown at its time limit even if it cannot be interrupted", () =>
    Effect.gen(function* () {
      const client = yield* connect(vendor(silence).http, { timeout: "5 seconds" })
      const fiber = yield* Effect.fork(
        Effect.uninterruptible(Effect.flip(client.submitImport({ contacts: people(1) })))
      )
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual((yield* Fiber.join(fiber))._tag, "OutcomeUnknown")
    })
  )

  it.scoped("is not sent if it is interrupted while it waits for its turn", () =>
    Effect.gen(function* () {
      const { http, received } = queueing()
      const imports = yield* importsOf(http)
      yield* imports.submit({ contacts: people(2) })
      const waiting = yield* Effect.fork(imports.submit({ contacts: people(2) }))
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(waiting)
      yield* TestClock.adjust("1 minute")
      assert.lengthOf(received, 1)
    })
  )
})

describe("all of a submission", () => {
  it.scoped("continues after a refused part, and gives the place of each", () =>
    Effect.gen(function* () {
      const { http } = queueing({ refused: "p300@example.test" })
      const imports = yield* importsOf(http)
      yield* keepClockGoing
      const ends = yield* Stream.runCollect(imports.submitAll({ contacts: people(1000) }))
      assert.deepStrictEqual(
        Chunk.toReadonlyArray(ends).map(
          Either.match({
            onLeft: ({ error, place }) => [place.part, place.firstContact, error._tag],
            onRight: ({ place, queued }) => [place.part, place.firstContact, queued.batchId]
          })
        ),
        [
          [0, 0, "b-1"],
          [1, 250, "SubmissionRejected"],
          [2, 500, "b-3"],
          [3, 750, "b-4"]
        ]
      )
    })
  )

  it.scoped("sends the next part only when the one before has been recorded", () =>
    Effect.gen(function* () {
      const { http, received } = queueing()
      const imports = yield* importsOf(http)
      const isRecorded = yield* Deferred.make<void>()
      yield* Effect.forkScoped(
        imports.submitAll({ contacts: people(1000) }).pipe(
          Stream.mapEffect(() => Deferred.await(isRecorded)),
          Stream.runDrain
        )
      )
      yield* TestClock.adjust("1 minute")
      assert.lengthOf(received, 1)
      yield* Deferred.succeed(isRecorded, undefined)
      yield* TestClock.adjust("1 minute")
      assert.lengthOf(received, 4)
    })
  )

  it.scoped("sends several parts at once if asked to", () =>
    Effect.gen(function* () {
      const { http, received } = queueing({ takes: 20_000 })
      const imports = yield* importsOf(http)
      yield* Effect.forkScoped(
        Stream.runDrain(imports.submitAll({ contacts: people(1000) }, { concurrency: 3 }))
      )
      yield* TestClock.adjust("10 seconds")
      assert.lengthOf(received, 3)
      // Nobody can interrupt them.
      yield* TestClock.adjust("1 minute")
    })
  )

  it.effect("without contacts sends nothing", () =>
    Effect.gen(function* () {
      const imports = yield* BulkImport.BulkImport
      assert.isTrue(Chunk.isEmpty(yield* Stream.runCollect(imports.submitAll({ contacts: [] }))))
    }).pipe(
      Effect.provide(
        Layer.provide(
          BulkImport.layer,
          Layer.scoped(ActiveCampaignClient.ActiveCampaignClient, connect(queueing().http))
        )
      )
    )
  )
})

describe("a split", () => {
  const contact = FastCheck.record(
    { email: FastCheck.string({ unit: "binary", maxLength: 30 }), first_name: FastCheck.string() },
    { requiredKeys: ["email"] }
  )

  it("keeps all contacts in order, within both limits, in as few parts as possible", () => {
    FastCheck.assert(
      FastCheck.property(
        FastCheck.array(FastCheck.tuple(contact, FastCheck.integer({ min: 0, max: 3000 })), {
          maxLength: 700,
          size: "max"
        }),
        (rows) => {
          const contacts = rows.map(([one, padding]) => ({ ...one, phone: "ü".repeat(padding) }))
          const parts = Submission.split({ contacts, exclude_automations: true })
          assert.deepStrictEqual(
            parts.flatMap((part) => part.contacts),
            contacts
          )
          for (const [index, part] of parts.entries()) {
            assert.isTrue(part.exclude_automations)
            assert.isAtMost(part.contacts.length, Submission.maximumContacts)
            assert.isAtMost(Submission.bytesOf(part), Submission.maximumBytes)
            const next = parts[index + 1]?.contacts[0]
            if (next === undefined) continue
            const more = { ...part, contacts: [...part.contacts, next] }
            assert.isTrue(
              more.contacts.length > Submission.maximumContacts ||
                Submission.bytesOf(more) > Submission.maximumBytes
            )
          }
        }
      ),
      { numRuns: 30 }
    )
  })

  it("leaves a contact that is too large by itself alone, so that only it is refused", () => {
    const huge = { email: "huge@example.test", phone: "x".repeat(400_000) }
    const parts = Submission.split({ contacts: [...people(2), huge, ...people(2)] })
    assert.deepStrictEqual(
      parts.map((part) => part.contacts.length),
      [2, 1, 2]
    )
  })
})
