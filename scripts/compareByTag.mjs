// Before each file of tests. chai takes None for the same as Some: their keys differ in number, so it compares what they
// yield, and nothing shows in that.
import { chai } from "vitest"

const { config, util } = chai

const tagOf = (value) => (typeof value === "object" && value !== null ? value._tag : undefined)

const comparator = (one, other) => (tagOf(one) === tagOf(other) ? null : false)

config.deepEqual = (one, other) => util.eql(one, other, { comparator })
