# Crucible in a container.
#
#   docker build --tag crucible .
#   docker run --network host --volume crucible-data:/data crucible
#
# Without API keys the server listens on 127.0.0.1 only. In a network of its own that would be the container's loopback,
# which nobody reaches: --network host makes it this machine's, so http://127.0.0.1:8080 works and nothing else is open.
#
# To run code, the server needs an engine. A default container allows none, and the server says so; choose one:
#   sandbox         --security-opt seccomp=unconfined --security-opt apparmor=unconfined
#                   --security-opt systempaths=unconfined
#                   lets this container make the namespaces that bubblewrap needs; it stays non-root and unprivileged
#   docker, gvisor  --volume /var/run/docker.sock:/var/run/docker.sock --group-add GROUP-OF-THE-SOCKET
#                   --volume /srv/crucible:/srv/crucible --env CRUCIBLE_HOME=/srv/crucible
#                   the folder must have the same path inside and outside and belong to uid 10001; whoever holds that
#                   socket is root on this machine

FROM eclipse-temurin:17-jdk AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN ./mvnw --batch-mode --quiet -Dmaven.test.skip=true package

FROM eclipse-temurin:17-jre
RUN apt-get update \
    && apt-get install --yes --no-install-recommends bash bubblewrap curl nodejs python3 util-linux \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --home-dir /data --shell /usr/sbin/nologin crucible \
    && install --directory --owner crucible --group crucible --mode 0700 /data
COPY --from=build /src/target/crucible.jar /opt/crucible/crucible.jar
ENV CRUCIBLE_HOME=/data
USER crucible
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD curl --fail --silent --show-error --output /dev/null "http://127.0.0.1:${PORT:-8080}/healthz"
ENTRYPOINT ["java", "-XX:+ExitOnOutOfMemoryError", "-jar", "/opt/crucible/crucible.jar"]
CMD ["serve"]
