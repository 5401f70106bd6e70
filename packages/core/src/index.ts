/**
 * ActiveCampaign's bulk import status call as typed Effects, with scheduled polling and retry.
 *
 * @since 0.1.0
 */
export * as ActiveCampaignApi from "./ActiveCampaignApi.js"
export * as ActiveCampaignClient from "./ActiveCampaignClient.js"
export * as ActiveCampaignError from "./ActiveCampaignError.js"
export * as BatchId from "./BatchId.js"
export * as BulkImport from "./BulkImport.js"
export * as ContactId from "./ContactId.js"
export * as EmailKey from "./EmailKey.js"
export * as ImportAnswer from "./ImportAnswer.js"
export type * as ImportSnapshot from "./ImportSnapshot.js"
export * as ImportStatus from "./ImportStatus.js"
export * as PollPolicy from "./PollPolicy.js"
export * as RateBudget from "./RateBudget.js"
export * as RetryPolicy from "./RetryPolicy.js"
