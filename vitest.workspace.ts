/** The projects that have tests; one folder each, with a vitest.config.ts of its own. */
export default ["packages/*", "apps/*"]
