/** One module for all that needs SQLite: it is loaded only once that is known to be there. */
export { callChecks, proxyCheck, urlCheck } from "./accountChecks.js"
export { fileChecks, sqlite } from "./fileChecks.js"
