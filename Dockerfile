# The daemon and the simulated cluster in one image; the arguments say which of them runs.
# All of it runs as the user `node`: tini, pm2, the apps, and the jobs of cron.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Of all packages only zeromq has to run a script; `prepare` would need the sources.
RUN npm ci --ignore-scripts && npm rebuild zeromq
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY tools/page ./tools/page
RUN node_modules/.bin/tsc -p tsconfig.build.json && node tools/page/main.ts && npm prune --omit=dev --ignore-scripts

FROM ${NODE_IMAGE}
# tini is PID 1: it hands signals on and reaps what others leave behind, which Node does not.
# cron becomes the user of each job, and gets the two capabilities for that instead of all of root.
# The jobs that Debian gives it go: they are root's. Its file for `@reboot` must be there, as it has
# no place to make one and would end.
RUN apt-get update \
  && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    ca-certificates cron curl libcap2-bin tini \
  && setcap cap_setuid,cap_setgid=ep /usr/sbin/cron \
  && DEBIAN_FRONTEND=noninteractive apt-get purge -y --auto-remove libcap2-bin \
  && rm -rf /var/lib/apt/lists/* /etc/crontab /etc/cron.d/* /etc/cron.*ly \
    /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
    /usr/local/bin/yarn* /opt/yarn* \
  && touch /run/crond.reboot \
  && ln -s lockstep/crond.pid /run/crond.pid \
  && install -d -o node -g node -m 700 /run/lockstep \
  && install -d -o node -g node -m 700 /data
ENV NODE_ENV=production \
    LOCKSTEP_DATA_DIR=/data \
    PM2_HOME=/run/lockstep/pm2 \
    PM2_DISABLE_VERSION_CHECK=true
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json ecosystem.config.cjs LICENSE ./
COPY bin ./bin
COPY supervisor ./supervisor
# cron refuses a file that others than root may write.
RUN install -m 644 supervisor/crontab /etc/cron.d/lockstep
USER node
VOLUME /data
EXPOSE 5570 5571 5580 7400 7401 7402 7403
HEALTHCHECK --interval=15s --timeout=10s --start-period=30s --retries=3 CMD ["supervisor/healthy"]
# `lockstepd` or `nodesim`; without an argument both run.
ENTRYPOINT ["/usr/bin/tini", "--", "supervisor/entrypoint"]
