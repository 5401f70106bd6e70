/**
 * ActiveCampaign's bulk import as typed Effects: submit imports, wait for them with scheduled polling and retries, and find
 * the account's contacts.
 *
 * @since 0.1.0
 */
export * as ActiveCampaignApi from "./ActiveCampaignApi.js"
export * as ActiveCampaignClient from "./ActiveCampaignClient.js"
export * as ActiveCampaignError from "./ActiveCampaignError.js"
export * as BatchId from "./BatchId.js"
export * as BulkImport from "./BulkImport.js"
export * as Claim from "./Claim.js"
export * as Contact from "./Contact.js"
export * as ContactDetails from "./ContactDetails.js"
export * as ContactId from "./ContactId.js"
export * as Contacts from "./Contacts.js"
export * as ContactsError from "./ContactsError.js"
export * as EmailKey from "./EmailKey.js"
export * as ImportAnswer from "./ImportAnswer.js"
export * as ImportSnapshot from "./ImportSnapshot.js"
export * as ImportStatus from "./ImportStatus.js"
export * as ImportTotals from "./ImportTotals.js"
export * as Metrics from "./Metrics.js"
export * as NeverLeft from "./NeverLeft.js"
export * as PollPolicy from "./PollPolicy.js"
export * as PollState from "./PollState.js"
export * as RateBudget from "./RateBudget.js"
export * as RetryPolicy from "./RetryPolicy.js"
export * as SetupError from "./SetupError.js"
export * as Submission from "./Submission.js"
export * as SubmissionError from "./SubmissionError.js"
export * as UnreadableItem from "./UnreadableItem.js"
export * as WaitError from "./WaitError.js"
