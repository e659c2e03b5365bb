# The command as an image: docker build --build-arg VERSION=1.2.3 -t baseline .
#
# It holds the command and the certificates of AWS's authorities, and nothing else: no shell, no user database, no /tmp. It runs as a
# user of its own, and with a file system that is read-only. docs/install.md says how to use it.
FROM --platform=$BUILDPLATFORM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# What `baseline version` says; without it, that it is a build of no version.
ARG VERSION=
ARG TARGETOS
ARG TARGETARCH
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -ldflags "-s -w -X main.version=$VERSION" -o /out/baseline ./cmd/baseline

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/baseline /usr/bin/baseline
# A number, so that Kubernetes can tell that it is not root.
USER 65532:65532
# The repository with the files goes here, or anywhere else.
WORKDIR /work
ENTRYPOINT ["/usr/bin/baseline"]
