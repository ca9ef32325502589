# The daemon and the simulated cluster in one image; docker-compose.yml says which one runs.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.json tsconfig.build.json ./
COPY src ./src
# `npm ci` builds dist as well, by `prepare`.
RUN npm ci && npm prune --omit=dev --ignore-scripts

FROM node:24-bookworm-slim
ENV NODE_ENV=production \
    LOCKSTEP_DATA_DIR=/data \
    PM2_DISABLE_VERSION_CHECK=true
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json ecosystem.config.cjs LICENSE ./
COPY bin ./bin
COPY supervisor ./supervisor
RUN install -d -o node -g node /data
USER node
VOLUME /data
EXPOSE 5570 5571 5580 7400 7401 7402 7403
# An argument chooses the app: `--only lockstepd` or `--only nodesim`.
ENTRYPOINT ["node_modules/.bin/pm2-runtime", "start", "supervisor/container.config.cjs"]
