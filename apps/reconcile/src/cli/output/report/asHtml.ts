/**
 * The report as one page that needs nothing else. What needs attention and the numbers are in its HTML and can be read
 * without JavaScript; charts and tables are made by the page's own code (apps/reconcile/page) of the data in it.
 */
import { createHash } from "node:crypto"
import { roughly } from "../../../report/numbers.js"
import { packed } from "../../../report/packed.js"
import type { Concern, ReportData } from "../../../report/ReportData.js"
import { share, thousands } from "../../../text/numbers.js"
import { batchesOf, plural } from "../text.js"
import { type Html, html, markup } from "./html.js"
import { memberCells, memberHead, memberNote, neverArrived, notDeclared } from "../../../report/sentValues.js"
import { settlingLine } from "./asText.js"

/** The code and the look of the page, as the build made them. */
export interface PageParts {
  readonly script: string
  readonly style: string
  /** The licences of what others wrote of it. */
  readonly notices: string
}

/** Rows that are in the HTML itself, for paper and for those without JavaScript. */
const firstRows = 50

const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`

/** Nothing is loaded, and nothing but the page's own code runs. */
const policy = ({ script, style }: PageParts) =>
  `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; base-uri 'none'; form-action 'none'`

const copyable = (command: string) =>
  html`<div class="command"><code>${command}</code><button type="button" data-copy hidden>Copy</button></div>`

const concern = ({ about, command, count, examples, name, reasons, says }: Concern) => html`
<li class="card concern">
<h4><span class="mark" data-mark="${name === "consent-change" || about === "contacts" ? name : about}"></span>${name} <span class="count">${thousands(count)}</span></h4>
<p>${says}</p>
${reasons.length === 0 ? "" : html`<ul class="reasons">${reasons.map(({ count, reason }) => html`<li><b>${thousands(count)}</b> ${reason}</li>`)}</ul>`}
${examples.length === 0 ? "" : html`<ul class="examples">${examples.map((text) => html`<li>${text}</li>`)}</ul>`}
${copyable(command)}
</li>`

const tile = (name: string, value: string, says = "") => html`
<div class="tile"><dt>${name}</dt><dd>${value}${says === "" ? "" : html` <small>${says}</small>`}</dd></div>`

const tiles = ({ settling, totals }: ReportData) => html`
<dl class="tiles">
${tile("Contacts sent", thousands(totals.sent))}
${tile("Need attention", thousands(totals.attention), totals.sent === 0 ? "" : share(totals.attention, totals.sent))}
${tile("Batches", thousands(totals.batches), totals.open === 0 ? "all settled" : `${thousands(totals.open)} open`)}
${totals.sent_values === 0 ? "" : tile("Dropped values", thousands(totals.dropped), `${share(totals.dropped, totals.sent_values)} of ${thousands(totals.sent_values)}`)}
${tile("Findings", thousands(totals.findings), totals.consent_changes === 0 ? "" : plural(totals.consent_changes, "change of consent", "changes of consent"))}
${tile("Half settled within", settling.median_seconds === null ? "–" : roughly(settling.median_seconds), settling.p90_seconds === null ? "not known" : `9 of 10: ${roughly(settling.p90_seconds)}`)}
</dl>`

/** One bar with a part for each outcome. Something is never drawn as nothing. */
const bar = ({ outcomes, totals }: ReportData) => {
  const parts = outcomes.filter(({ contacts }) => contacts > 0)
  const least = 6
  const room = 1000 - least * parts.length
  let x = 0
  const rects = parts.map(({ contacts, outcome }) => {
    const width = least + (contacts / totals.sent) * room
    const drawn = html`<rect class="fill" data-mark="${outcome}" x="${x.toFixed(1)}" y="0" width="${Math.max(2, width - 2).toFixed(1)}" height="26"><title>${`${outcome}: ${thousands(contacts)}, ${share(contacts, totals.sent)}`}</title></rect>`
    x += width
    return drawn
  })
  const label = parts.map(({ contacts, outcome }) => `${outcome} ${share(contacts, totals.sent)}`).join(", ")
  return parts.length === 0
    ? ""
    : html`<svg class="bar" viewBox="0 0 1000 26" preserveAspectRatio="none" role="img" aria-label="${`Outcomes: ${label}`}">${rects}</svg>`
}

/** What the colours of the bar mean. */
const key = ({ outcomes }: ReportData) => html`
<ul class="legend">${outcomes.flatMap(({ contacts, outcome }) => (contacts === 0 ? [] : [html`<li><span class="mark" data-mark="${outcome}"></span>${outcome} <b>${thousands(contacts)}</b></li>`]))}</ul>`

const outcomeTable = ({ outcomes, totals }: ReportData) => html`
<table class="outcomes">
<caption class="unseen">Contacts by outcome</caption>
<thead><tr><th scope="col">Outcome</th><th scope="col" class="number">Contacts</th><th scope="col" class="number">Share</th><th scope="col">How it is known</th></tr></thead>
<tbody>${outcomes.map(
  ({ contacts, evidence, outcome }) => html`
<tr${contacts === 0 ? markup(' class="none"') : ""}><th scope="row"><span class="mark" data-mark="${outcome}"></span>${outcome}</th><td class="number">${thousands(contacts)}</td><td class="number">${share(contacts, totals.sent)}</td><td>${evidence.map((part) => `${evidence.length > 1 ? `${thousands(part.contacts)} ` : ""}${part.says}`).join(", ")}</td></tr>`
)}</tbody>
<tfoot><tr><th scope="row">sent</th><td class="number">${thousands(totals.sent)}</td><td class="number"></td><td></td></tr></tfoot>
</table>`

const figure = (id: string, title: string, says: string) => html`
<figure class="card" id="${id}" hidden><h3>${title}</h3><p class="says">${says}</p><div class="plot"></div></figure>`

const charts = ({ rejected_reasons, settling }: ReportData) => html`
<section id="charts" aria-labelledby="charts-title"><h2 id="charts-title">In pictures</h2>
<noscript><p>The charts need JavaScript. ${settlingLine(settling)}</p></noscript>
<div class="charts">
${figure("over-time", "Contacts over time", "By the day their batch was submitted, and by outcome.")}
${figure("settling", "Time to settle", settlingLine(settling) || "Not known of any batch.")}
${figure("domains", "Rejected by domain", "The part behind the @ of each rejected address.")}
${figure("reasons", "Rejected by likely reason", rejected_reasons.length === 0 ? "" : "A guess: ActiveCampaign gives no reason.")}
</div></section>`

const leftOut = (count: number, one: string, many: string, commands: ReadonlyArray<string>) =>
  count === 0
    ? ""
    : html`<p class="note">${`${plural(count, `more ${one}`, `more ${many}`)} ${count === 1 ? "is" : "are"} not in this page. All of them:`}</p>${commands.map(copyable)}`

/** The first rows as plain HTML. The page replaces it by a table that can be searched. */
const plainTable = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>) => html`
<table><thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table>`

interface Listing {
  readonly id: string
  readonly title: string
  readonly says: string
  readonly head: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
  readonly of: number
  readonly rest: Html | string
}

const listing = ({ head, id, of, rest, rows, says, title }: Listing) => html`
<section id="${id}" aria-labelledby="${`${id}-title`}"><h2 id="${`${id}-title`}">${title} <span class="count">${thousands(of)}</span></h2>
${of === 0 ? html`<p class="note">None.</p>` : rows.length === 0 ? "" : html`<p class="says">${says}</p><div class="live" hidden></div><div class="plain">${plainTable(head, rows)}${rows.length < of ? html`<p class="note more">${`The first ${thousands(rows.length)} of ${thousands(of)}.`}</p>` : ""}</div>`}
${rest}
</section>`

const contacts = ({ contacts: { commands, left_out, rows }, totals }: ReportData) =>
  listing({
    id: "contacts",
    title: "Contacts that need attention",
    says: "Each with what is known about it. Search, filter, or sort by a column.",
    head: ["Outcome", "Address", "Why", "Batch"],
    rows: rows.slice(0, firstRows).map((row) => [row.outcome, row.email, row.why, row.batch_id]),
    of: totals.attention,
    rest: leftOut(left_out, "contact", "contacts", commands)
  })

const batches = ({ batches: { commands, left_out, rows }, totals }: ReportData) =>
  listing({
    id: "batches",
    title: "Batches",
    says: "The newest first. Sort by a column.",
    head: ["Batch", "Status", "Submitted", "Sent", "Imported", "Findings"],
    rows: rows
      .slice(0, firstRows)
      .map((row) => [
        row.batch_id,
        row.status ?? "not answered",
        row.submitted_at ?? "",
        thousands(row.sent),
        thousands(row.imported),
        thousands(row.findings)
      ]),
    of: totals.batches,
    rest: leftOut(left_out, "batch", "batches", commands)
  })

const findings = ({ findings: { commands, left_out, rows }, totals }: ReportData) =>
  listing({
    id: "findings",
    title: "Findings",
    says: "What was reported and matches no sent contact, or contradicts.",
    head: ["Finding", "Subject", "What it says", "Batch"],
    rows: rows.slice(0, firstRows).map((row) => [row.finding, row.subject, row.detail, row.batch_id]),
    of: totals.findings,
    rest: leftOut(left_out, "finding", "findings", commands)
  })

const sentValues = ({ sent_values, totals }: ReportData) => html`
<section id="values" aria-labelledby="values-title"><h2 id="values-title">What contacts were sent with${sent_values === null ? "" : html` <span class="count">${thousands(totals.sent_values)}</span>`}</h2>
${sent_values === null ? html`<p class="note">${notDeclared}</p>` : membersTable(sent_values)}
</section>`

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** The place of the absent among the numbers of a row. */
const absentAt = memberHead.indexOf("absent") - 1

const membersTable = (values: NonNullable<ReportData["sent_values"]>) => html`
<p class="says">Each field, tag and list, by what the account had of it when it was looked at. The most dropped first.</p>
<div class="card wide" tabindex="0"><table class="members">
<caption class="unseen">Sent values by field, tag and list</caption>
<thead><tr>${memberHead.map((name, at) => html`<th scope="col"${at === 0 ? "" : markup(' class="number"')}>${capitalized(name)}</th>`)}</tr></thead>
<tbody>${values.members.map((member) => {
  const [name, ...counts] = memberCells(member)
  const lost = neverArrived(member) ? "lost" : ""
  return html`<tr><th scope="row" class="${lost}">${name ?? ""}</th>${counts.map((count, at) => html`<td class="number ${count === "0" ? "none" : at === absentAt ? lost : ""}">${count}</td>`)}</tr>`
})}</tbody></table></div>
${memberNote(values) === "" ? "" : html`<p class="note">${memberNote(values)}</p>`}`

const obtained = ({ obtained }: ReportData) => html`
<section id="obtained" aria-labelledby="obtained-title"><h2 id="obtained-title">How each number was obtained</h2>
<p class="says">Run these with <code>ac-reconcile query</code> or any SQLite tool, on the file of this report.</p>
${obtained.map(({ how, number, sql }) => html`<details><summary>${number}</summary><p>${how}</p><div class="command"><pre><code>${sql}</code></pre><button type="button" data-copy hidden>Copy</button></div></details>`)}
</section>`

const uncertain = ({ uncertain }: ReportData) => html`
<section id="uncertain" aria-labelledby="uncertain-title"><h2 id="uncertain-title">What is not certain</h2>
<ul>${uncertain.map((text) => html`<li>${text}</li>`)}</ul></section>`

const mood = ({ totals }: ReportData) =>
  totals.batches === 0
    ? "empty"
    : totals.attention > totals.to_be_resolved ||
        totals.without_answer > 0 ||
        totals.dropped > 0 ||
        totals.consent_changes > 0
      ? "look"
      : totals.open > 0
        ? "open"
        : "fine"

const masthead = (report: ReportData) => html`
<header><p class="product">ac-reconcile</p><h1>What became of your contacts</h1>
<p class="about">${[report.db, ...(report.account === null ? [] : [report.account.url]), `read ${report.made_at.slice(0, 16).replace("T", " ")} UTC`, ...(report.masked ? ["personal data masked"] : [])].map((text) => html`<span>${text}</span>`)}</p>
<nav aria-label="Sections"><a href="#attention">Attention</a><a href="#numbers">Numbers</a>${report.totals.sent === 0 ? "" : html`<a href="#values">Sent values</a>`}<a href="#charts">Charts</a><a href="#findings">Findings</a><a href="#batches">Batches</a><a href="#contacts">Contacts</a><a href="#obtained">How obtained</a></nav></header>`

const attention = (report: ReportData) => html`
<section id="attention" aria-labelledby="verdict"><h2 id="verdict" class="verdict" data-mood="${mood(report)}">${report.verdict}</h2>
${report.totals.batches === 0 ? "" : tiles(report)}
${report.totals.sent === 0 ? "" : html`<div class="card">${bar(report)}${key(report)}</div>`}
${report.concerns.length === 0 ? "" : html`<h3 class="over">What needs attention</h3><ul class="concerns">${report.concerns.map(concern)}</ul>`}
</section>`

const numbers = (report: ReportData) => html`
<section id="numbers" aria-labelledby="numbers-title"><h2 id="numbers-title">The numbers</h2>
${report.totals.sent === 0 ? "" : html`<div class="card">${outcomeTable(report)}</div>`}
<p class="note statuses">${batchesOf(report.totals.batches)}: ${report.statuses.map(({ batches, status }) => `${status ?? "not answered"} ${thousands(batches)}`).join(" · ")}${report.totals.to_be_resolved === 0 ? "" : ` · ${plural(report.totals.to_be_resolved, "contact")} to be resolved`}</p>
</section>`

/** The data, in which nothing can end the element that it stands in. */
const dataIn = (report: ReportData) => JSON.stringify(packed(report)).replaceAll("<", "\\u003c")

/** The page, in pieces to be written one after the other. */
export const asHtml = (report: ReportData, parts: PageParts): ReadonlyArray<string> => [
  `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(parts)}">
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">
<title>What became of your contacts</title><style>${parts.style}</style></head><body>
<a class="skip" href="#attention">Skip to what needs attention</a>`,
  [
    masthead(report),
    markup("<main>"),
    attention(report),
    numbers(report),
    ...(report.totals.sent === 0 ? [] : [sentValues(report)]),
    charts(report),
    findings(report),
    batches(report),
    contacts(report),
    obtained(report),
    uncertain(report),
    markup("</main>")
  ]
    .map(({ text }) => text)
    .join("\n"),
  html`<footer><p>${`Made by ac-reconcile ${report.version}. This page loads nothing from anywhere.`}</p>
<details><summary>Licences of what this page contains</summary><pre class="notices">${parts.notices}</pre></details></footer>`
    .text,
  `\n<script type="application/json" id="data">${dataIn(report)}</script>\n`,
  `<script>${parts.script}</script>\n</body></html>\n`
]
