import { createHmac } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { fromAddress } from "effect-activecampaign/EmailKey"
import { Ledger, rowOf } from "../ledger/Ledger.js"
import type { Finding } from "../ledger/schema/words.js"
import { findingSays } from "./concerns.js"
import { noDomain } from "./queries.js"
import type { ReportData, ReportedFinding } from "./ReportData.js"

/** Hosts of mail for everybody: to have an address there says nothing about a person. All others may be a company's. */
const publicHosts = new Set(
  `gmail.com googlemail.com outlook.com outlook.de outlook.fr hotmail.com hotmail.co.uk hotmail.de hotmail.es hotmail.fr hotmail.it
  live.com live.co.uk live.de live.fr live.nl msn.com yahoo.com yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com.br yahoo.de
  yahoo.es yahoo.fr yahoo.it ymail.com rocketmail.com icloud.com me.com mac.com aol.com gmx.at gmx.ch gmx.com gmx.de gmx.net web.de
  t-online.de freenet.de proton.me protonmail.com fastmail.com zoho.com mail.com mail.ru yandex.ru qq.com 163.com 126.com naver.com
  orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it tiscali.it bluewin.ch telenet.be skynet.be ziggo.nl
  kpnmail.nl comcast.net verizon.net att.net sbcglobal.net cox.net charter.net btinternet.com sky.com virginmedia.com ntlworld.com
  bigpond.com uol.com.br bol.com.br terra.com.br wp.pl onet.pl o2.pl interia.pl seznam.cz`.split(/\s+/)
)

const Secret = rowOf("pseudonym_keys", { secret: Schema.String })

/** The file's own secret. Whoever has it has the addresses, too. */
export const pseudonymKey = Effect.flatMap(
  Ledger.query(Secret, (sql) => sql`SELECT secret FROM pseudonym_keys`),
  ([row]) =>
    row === undefined ? Effect.dieMessage("the file has no pseudonym key") : Effect.succeed(row.secret)
)

const pseudonyms = (key: string) => {
  // Twelve hexadecimal digits: of a million addresses, two share a pseudonym once in 500 files.
  const of = (kind: string) => (text: string) =>
    `${kind}-${createHmac("sha256", key).update(`${kind}:${text}`).digest("hex").slice(0, 12)}`
  const [person, host, id, ownKey, source] = [
    of("person"),
    of("domain"),
    of("id"),
    of("key"),
    of("source")
  ] as const
  const domain = (text: string) =>
    noDomain.includes(text) || publicHosts.has(text) ? text : `${host(text)}.invalid`
  const address = (email: string) => {
    const emailKey = fromAddress(email)
    const at = emailKey.indexOf("@")
    return at < 0 ? person(emailKey) : `${person(emailKey)}@${domain(emailKey.slice(at + 1))}`
  }
  return { address, domain, id, ownKey, person, source }
}

type Pseudonyms = ReturnType<typeof pseudonyms>

/** A text with a pseudonym for each address in it. */
const withoutAddresses = ({ address }: Pseudonyms, text: string) =>
  text.replace(/[^\s"'<>()[\],;:]+@[^\s"'<>()[\],;:]+/gu, address)

const phrase = /(?<= that (?:end in|begin with) ').*(?='$)/su

/** A likely reason may quote the end or the beginning of an address. */
const maskedReason = ({ domain, person }: Pseudonyms, reason: string) =>
  reason.replace(phrase, (text) => (text.startsWith("@") ? `@${domain(text.slice(1))}` : person(text)))

const maskedSubject = (names: Pseudonyms, finding: Finding, subject: string): string => {
  const { address, id } = names
  switch (finding) {
    case "unmatched-success":
      return id(subject)
    case "id-conflict":
      return /^\d+$/.test(subject) ? id(subject) : address(subject)
    case "consent-change":
    case "unmatched-failure":
    case "duplicate-sent":
    case "duplicate-local":
      return address(subject)
    case "count-refuted":
    case "impossible-transition":
    case "unreadable-item":
      return subject
  }
}

/**
 * The report with a pseudonym for each address, contact ID, own key, source and company's domain. It is the same in every
 * report of a file. Sentences that may quote an address say only what they are about. Batch IDs stay.
 */
export const masked = (report: ReportData, key: string): ReportData => {
  const names = pseudonyms(key)
  const maybe = (mask: (text: string) => string, text: string | null) => (text === null ? null : mask(text))
  return {
    ...report,
    masked: true,
    account: null,
    concerns: report.concerns.map((concern) => ({
      ...concern,
      reasons: concern.reasons.map((one) => ({
        ...one,
        reason:
          concern.about === "values" ? withoutAddresses(names, one.reason) : maskedReason(names, one.reason)
      })),
      examples:
        concern.about === "contacts"
          ? concern.examples.map(names.address)
          : concern.about === "findings"
            ? []
            : concern.examples
    })),
    sent_values:
      report.sent_values === null
        ? null
        : {
            ...report.sent_values,
            members: report.sent_values.members.map((row) => ({
              ...row,
              member: withoutAddresses(names, row.member)
            }))
          },
    rejected_reasons: report.rejected_reasons.map((row) => ({
      ...row,
      reason: maskedReason(names, row.reason)
    })),
    rejected_domains: {
      ...report.rejected_domains,
      rows: report.rejected_domains.rows.map((row) => ({ ...row, domain: names.domain(row.domain) }))
    },
    findings: {
      ...report.findings,
      rows: report.findings.rows.map(
        (row): ReportedFinding => ({
          ...row,
          subject: maskedSubject(names, row.finding, row.subject),
          detail: findingSays[row.finding]
        })
      )
    },
    contacts: {
      ...report.contacts,
      rows: report.contacts.rows.map((row) => ({
        ...row,
        email: names.address(row.email),
        why: maskedReason(names, row.why),
        contact_id: maybe(names.id, row.contact_id),
        source: maybe(names.source, row.source),
        source_key: maybe(names.ownKey, row.source_key)
      }))
    }
  }
}
