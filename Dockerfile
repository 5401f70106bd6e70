# The command ac-reconcile, from the clone this is built in:
#
#   docker build --tag ac-reconcile .
#   docker run --rm --volume ac-reconcile:/data --env ACTIVECAMPAIGN_URL --env ACTIVECAMPAIGN_API_KEY ac-reconcile run --once
#
# This was never built: it was written where no Docker is. Each of its commands was run by hand (docs/compatibility.md).

FROM node:24.21.0-trixie-slim AS build
ENV CI=true
WORKDIR /source
COPY . .
# The package as it would be published, and its driver of SQLite, without a compiler or install scripts.
RUN node scripts/workspace.mjs build \
  && cd apps/reconcile \
  && npx --yes "$(node -p "require('../../package.json').packageManager")" pack --out /tmp/ac-reconcile.tgz \
  && npm install --global --prefix /opt/ac-reconcile --ignore-scripts --no-audit --no-fund /tmp/ac-reconcile.tgz \
  && /opt/ac-reconcile/bin/ac-reconcile --version

FROM node:24.21.0-trixie-slim
# The kernel keeps signals from process 1 that has no handler for them, as a long query has none: hence an init.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends tini \
  && rm -rf /var/lib/apt/lists/* /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
    /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-* \
  && mkdir /data \
  && chown node:node /data
COPY --from=build /opt/ac-reconcile /opt/ac-reconcile
# The ledger, and what the commands of one account share about its rate limit. The user has the number 1000.
ENV AC_RECONCILE_DB=/data/reconcile.db XDG_STATE_HOME=/data/.state
WORKDIR /data
VOLUME /data
USER node
ENTRYPOINT ["/usr/bin/tini", "--", "/opt/ac-reconcile/bin/ac-reconcile"]
