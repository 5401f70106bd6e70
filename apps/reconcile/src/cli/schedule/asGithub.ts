import { cronTimes } from "./asCron.js"
import { type Pass, spelt } from "./Pass.js"

/**
 * A workflow for GitHub Actions. Each run starts on a new machine, so the file comes from the cache of the run before; the
 * account comes from the repository's secrets.
 */
export const asGithub = ({ args, times }: Pass, version: string): string => {
  const words = args.map((arg) => (/^[\w@+:,./=-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`))
  return `# .github/workflows/ac-reconcile.yml
# For a private repository only: the cache holds your contacts.
# GitHub deletes a cache that was not used for 7 days. Keep a copy of the file elsewhere
# ('ac-reconcile snapshot'); without it, add batches and contacts again.
name: ac-reconcile
on:
  schedule:
    - cron: "${cronTimes(times)}" # ${spelt(times)}, UTC; GitHub may start it later
  workflow_dispatch:
permissions:
  contents: read
concurrency:
  group: ac-reconcile
  cancel-in-progress: false
jobs:
  pass:
    runs-on: ubuntu-latest
    timeout-minutes: 30
    env:
      ACTIVECAMPAIGN_URL: \${{ secrets.ACTIVECAMPAIGN_URL }}
      ACTIVECAMPAIGN_API_KEY: \${{ secrets.ACTIVECAMPAIGN_API_KEY }}
    steps:
      - uses: actions/setup-node@v4
        with:
          node-version: 24
      - uses: actions/cache/restore@v4
        with:
          path: ./reconcile.db
          key: ac-reconcile-\${{ github.run_id }}
          restore-keys: ac-reconcile-
      - run: npm install --global ac-reconcile@${version}
      # Say here what was sent, if it does not come from the cache:
      # - run: ac-reconcile contacts load sent.csv --batch-column batch_id
      - run: ac-reconcile ${words.join(" ")}
      - if: always()
        run: ac-reconcile report --markdown >> "$GITHUB_STEP_SUMMARY"
      - if: always()
        uses: actions/cache/save@v4
        with:
          path: ./reconcile.db
          key: ac-reconcile-\${{ github.run_id }}-\${{ github.run_attempt }}
`
}
