import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as FiberRef from "effect/FiberRef"
import * as FiberRefs from "effect/FiberRefs"
import * as HashMap from "effect/HashMap"
import type * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import { maskedAddresses } from "../../text/maskedAddresses.js"
import { printable, printableJson } from "../../text/printable.js"

export const formats = ["text", "logfmt", "json"] as const

export type Format = (typeof formats)[number]

type Value = string | number | boolean | null

/** What a line says, by name. The first three are those of every line. */
export type Fields = Readonly<Record<string, Value>> & {
  readonly time: string
  readonly level: string
  readonly message: string
}

const textOf = (value: unknown): string => {
  if (typeof value === "string") return value
  if (value instanceof Error) return value.message
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}

const valueOf = (value: unknown, show: (text: string) => string): Value =>
  typeof value === "boolean" || value === null || (typeof value === "number" && Number.isFinite(value))
    ? value
    : show(textOf(value))

const spanOf = (context: FiberRefs.FiberRefs): Readonly<Record<string, string>> =>
  Option.match(
    Context.getOption(FiberRefs.getOrDefault(context, FiberRef.currentContext), Tracer.ParentSpan),
    {
      onNone: () => ({}),
      onSome: (span) => ({
        ...(span._tag === "Span" ? { span: span.name } : {}),
        trace_id: span.traceId,
        span_id: span.spanId
      })
    }
  )

const own: ReadonlyArray<string> = ["time", "level", "message"]

/** In the order in which people look for them: what it is about, then the rest by name. */
const byName = ([left]: readonly [string, unknown], [right]: readonly [string, unknown]) =>
  Number(right === "batch_id") - Number(left === "batch_id") || (left < right ? -1 : 1)

/** What is logged, with its annotations, the run and the span it belongs to, and the error. */
export const fieldsOf = (
  { annotations, cause, context, date, logLevel, message }: Logger.Logger.Options<unknown>,
  options: { readonly runId: number | undefined; readonly addresses: boolean }
): Fields => {
  const show = options.addresses ? (text: string) => text : maskedAddresses
  return {
    time: date.toISOString(),
    level: logLevel._tag.toLowerCase(),
    message: show([message].flat().map(textOf).join(" ")),
    ...(options.runId === undefined ? {} : { run_id: options.runId }),
    ...Object.fromEntries(
      Array.from(HashMap.entries(annotations))
        .filter(([name]) => !own.includes(name))
        .sort(byName)
        .map(([name, value]) => [name, valueOf(value, show)])
    ),
    ...(Cause.isEmpty(cause) ? {} : { cause: show(Cause.pretty(cause)) }),
    ...spanOf(context)
  }
}

const longestMessage = 4000

const isWord = (text: string) => /^[\w.:/*+-]+$/.test(text)

const pair = ([name, value]: readonly [string, Value]) => {
  const text = String(value)
  return `${name.replace(/[^\w.-]/g, "_")}=${isWord(text) ? text : printableJson(JSON.stringify(text))}`
}

/** One line, whatever the fields hold. */
export const lineOf = (format: Format, fields: Fields): string => {
  switch (format) {
    case "json":
      return printableJson(JSON.stringify(fields))
    case "logfmt":
      return Object.entries(fields).map(pair).join(" ")
    case "text": {
      const { level, message, span: _, span_id: _id, time, trace_id: _trace, ...rest } = fields
      return [
        time,
        level.toUpperCase().padEnd(7),
        printable(message, longestMessage),
        ...Object.entries(rest).map(pair)
      ].join(" ")
    }
  }
}
