/**
 * ActiveCampaign's bulk import API served locally, with faults on demand.
 *
 * @since 0.1.0
 */
export * as Account from "./Account.js"
export * as Batch from "./Batch.js"
export * as BatchTimeline from "./BatchTimeline.js"
export * as Fault from "./Fault.js"
export * as Holdings from "./Holdings.js"
export * as InProcess from "./InProcess.js"
export * as NodeServer from "./NodeServer.js"
export * as Reply from "./Reply.js"
export * as SampleScenario from "./SampleScenario.js"
export * as Scenario from "./Scenario.js"
export * as Simulator from "./Simulator.js"
export * as Submissions from "./Submissions.js"
export * as Truth from "./Truth.js"
