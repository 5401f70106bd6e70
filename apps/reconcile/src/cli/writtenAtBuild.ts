// What scripts/bundle.mjs writes into the package, so that nothing needs to be loaded for it.
export { completionScripts } from "./completion/scripts.js"
export { helpTexts } from "./help/helpTexts.js"
export { manPage } from "./help/manPage.js"
