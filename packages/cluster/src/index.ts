/**
 * ActiveCampaign's bulk import across machines, on Effect's cluster and workflow engine.
 *
 * @since 0.1.0
 */
export * as Accounts from "./Accounts.js"
export * as ClusterRateBudget from "./ClusterRateBudget.js"
export * as ClusterTables from "./ClusterTables.js"
export * as FollowImport from "./FollowImport.js"
export * as Forget from "./Forget.js"
export * as ImportJob from "./ImportJob.js"
export * as Intents from "./Intents.js"
export * as SettledAnswers from "./SettledAnswers.js"
export * as StoredSubmission from "./StoredSubmission.js"
export * as SubmitImport from "./SubmitImport.js"
