#!/usr/bin/env bash
# Makes Docker and the images that docker-compose.yml, the Dockerfiles and the container tests name available:
#
#   stand-ins.sh up      installs Docker where that is possible, starts its daemon if none answers, pulls the images, and builds
#                        stand-ins of the same names from Debian packages, Maven and Go modules for those that can't be pulled
#   stand-ins.sh down    stops the daemon that `up` started
#
# A stand-in has the label caravan.stand-in. Exit codes: 0 ready, 3 no Docker engine can be had here, 1 anything else.
set -euo pipefail
cd "$(dirname "$0")/../../.."

here=src/test/docker
work=target/stand-ins
base=caravan/stand-in-base

kafka=apache/kafka:$(sed -n 's:.*<kafka.version>\(.*\)</kafka.version>.*:\1:p' pom.xml)
java=$(sed -n 's/^FROM \(eclipse-temurin.*\)/\1/p' src/main/docker/Dockerfile)
golang=$(sed -n 's/^FROM \(golang.*\) AS .*/\1/p' src/main/docker/minio/Dockerfile)
debian=$(sed -n 's/^FROM \(debian.*\)/\1/p' src/main/docker/minio/Dockerfile)
maven=$(sed -n 's/^FROM \(maven.*\) AS .*/\1/p' src/main/docker/hawtio/Dockerfile)
tomcat=$(sed -n 's/^FROM \(tomcat.*\)/\1/p' src/main/docker/hawtio/Dockerfile)
hawtio_version=$(sed -n 's/^ARG HAWTIO_VERSION=//p' src/main/docker/hawtio/Dockerfile)
tomcat_version=10.1.34
minio_version=$(sed -n 's/^ARG MINIO_VERSION=//p' src/main/docker/minio/Dockerfile)

say() { printf '== %s\n' "$*"; }
loudly() { printf '\n'; printf '** %s\n' "$@"; }
none() {
    say "no Docker engine can be had here: $*"
    exit 3
}
fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

as_root_with_apt() { [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; }

install() {
    say "installing $*"
    apt-get update -q >/dev/null || say "apt-get update failed"
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y "$@" >"$work/apt.log" 2>&1 || {
        tail -n 20 "$work/apt.log" >&2
        return 1
    }
}

engine() {
    if ! command -v docker >/dev/null || ! { docker compose version || command -v docker-compose; } >/dev/null 2>&1; then
        as_root_with_apt || none "docker or docker-compose is missing, and only root can install it"
        install docker.io iptables docker-compose || none "Debian's packages could not be installed"
    fi
    if docker info >/dev/null 2>&1; then
        return
    fi
    [[ $(id -u) == 0 ]] && command -v dockerd >/dev/null || none "no daemon answers, and only root can start one"
    say "starting dockerd"
    # In a session of its own: Ctrl-C is for us
    setsid dockerd >"$work/dockerd.log" 2>&1 </dev/null &
    local pid=$!
    for _ in {1..60}; do
        if docker info >/dev/null 2>&1; then
            echo "$pid" >"$work/dockerd.pid"
            return
        fi
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.5
    done
    tail -n 5 "$work/dockerd.log" >&2
    kill "$pid" 2>/dev/null || true
    none "dockerd does not start"
}

present() { docker image inspect "$1" >/dev/null 2>&1; }

stand_in() { [[ -n $(docker image inspect --format '{{index .Config.Labels "caravan.stand-in"}}' "$1") ]]; }

pulls=maybe
# Where the first pull fails, the others are not tried
pull() {
    [[ $pulls != no ]] || return 1
    say "pulling $1"
    if timeout 300 docker pull -q "$1" 2>"$work/pull.log"; then
        pulls=yes
    else
        say "it can't be pulled: $(tail -n 1 "$work/pull.log")"
        [[ $pulls == yes ]] || pulls=no
        return 1
    fi
}

# A Debian with a JRE, from the mirror and the release that apt uses here
base() {
    ! present "$base" || return 0
    as_root_with_apt || fail "only root on a Debian system can build stand-ins"
    command -v debootstrap >/dev/null || install debootstrap || fail "debootstrap could not be installed"
    local mirror suite
    IFS='|' read -r mirror suite < <(apt-get indextargets --format '$(REPO_URI)|$(RELEASE)' 'Created-By: Packages' |
        grep -m 1 -v -- '|.*-')
    say "building a Debian with a JRE out of packages of $suite"
    rm -rf "$work/root"
    debootstrap --variant=minbase --include=openjdk-17-jre-headless,ca-certificates "$suite" "$work/root" "$mirror" \
        >"$work/debootstrap.log" 2>&1 || {
        tail -n 20 "$work/debootstrap.log" >&2
        fail "debootstrap failed"
    }
    rm -rf "$work"/root/var/cache/apt/archives/*.deb "$work"/root/var/lib/apt/lists/*
    tar -C "$work/root" -c . | docker import --change 'LABEL caravan.stand-in=debian' - "$base" >/dev/null
    rm -rf "$work/root"
}

build() {
    docker build -q --build-arg "BASE=$base" -t "$1" "$2" >"$work/build.log" 2>&1 || {
        cat "$work/build.log" >&2
        fail "the stand-in for $1 could not be built"
    }
}

kafka_stand_in() {
    rm -rf "$work/kafka"
    cp -r "$here/kafka" "$work/kafka"
    mvn -q -B -f "$work/kafka/pom.xml" dependency:copy-dependencies -Dkafka.version="${kafka#*:}" \
        -DincludeScope=runtime -DoutputDirectory=libs || fail "Maven could not get Kafka's libraries"
    tools >"$work/tools.txt"
    while read -r tool class; do
        printf '#!/bin/bash\nexec /opt/kafka/bin/kafka-run-class.sh %s "$@"\n' "$class" >"$work/kafka/bin/$tool.sh"
    done <"$work/tools.txt"
    chmod +x "$work"/kafka/bin/*.sh
    build "$kafka" "$work/kafka"
}

# Kafka's scripts, and the classes that they run
tools() {
    cat <<'END'
kafka-topics org.apache.kafka.tools.TopicCommand
kafka-configs kafka.admin.ConfigCommand
kafka-consumer-groups org.apache.kafka.tools.consumer.group.ConsumerGroupCommand
kafka-console-producer kafka.tools.ConsoleProducer
kafka-console-consumer org.apache.kafka.tools.consumer.ConsoleConsumer
kafka-get-offsets org.apache.kafka.tools.GetOffsetShell
kafka-dump-log kafka.tools.DumpLogSegments
kafka-broker-api-versions kafka.admin.BrokerApiVersionsCommand
kafka-storage kafka.tools.StorageTool
END
}

golang_stand_in() {
    command -v go >/dev/null || fail "MinIO can be built only with Go"
    mkdir -p "$work/golang"
    local bin module
    bin=$(go env GOBIN)
    bin=${bin:-$(go env GOPATH)/bin}
    if ! go version -m "$bin/minio" 2>/dev/null | grep -q "github.com/minio/minio[[:space:]]*$minio_version"; then
        say "installing MinIO $minio_version with Go: takes minutes the first time"
        go install "github.com/minio/minio@$minio_version" || fail "go could not install MinIO"
    fi
    module=$(go list -m -f '{{.Dir}}' "github.com/minio/minio@$minio_version")
    (cd "$module" && go build -o "$OLDPWD/$work/golang/mc" github.com/minio/mc) || fail "go could not build mc"
    cp "$bin/minio" "$here/golang/Dockerfile" "$here/golang/go" "$work/golang/"
    echo "$minio_version" >"$work/golang/minio-version"
    build "$golang" "$work/golang"
}

# One file of Maven's repository, group:artifact:version:type, to where. Version 2.8 reads no descriptor where nothing else is wanted: an
# incomplete repository will do.
fetch() {
    local to=$PWD/$2
    (cd "$work" && mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:2.8:get "-Dartifact=$1" -Dtransitive=false "-Ddest=$to") ||
        fail "Maven could not get $1"
}

maven_stand_in() {
    rm -rf "$work/maven"
    cp -r "$here/maven" "$work/maven"
    fetch "io.hawt:hawtio-war:$hawtio_version:war" "$work/maven/hawtio-war.war"
    echo "$hawtio_version" >"$work/maven/hawtio-version"
    build "$maven" "$work/maven"
}

tomcat_stand_in() {
    rm -rf "$work/tomcat"
    cp -r "$here/tomcat" "$work/tomcat"
    fetch "org.apache.tomcat:tomcat:$tomcat_version:tar.gz" "$work/tomcat/tomcat.tar.gz"
    mkdir "$work/tomcat/tomcat"
    tar -xzf "$work/tomcat/tomcat.tar.gz" -C "$work/tomcat/tomcat" --strip-components 1
    rm -rf "$work"/tomcat/tomcat/webapps/*
    build "$tomcat" "$work/tomcat"
}

debian_stand_in() { docker tag "$base" "$1"; }

# An image, and what builds its stand-in
image() {
    if present "$1"; then
        stand_in "$1" || return 0
        if [[ $1 != "$golang" ]]; then
            stood_in+=("$1")
            return
        fi
    elif pull "$1"; then
        return
    fi
    base
    "$2" "$1"
    stood_in+=("$1")
}

up() {
    mkdir -p "$work"
    engine
    stood_in=()
    image "$kafka" kafka_stand_in
    image "$java" debian_stand_in
    image "$golang" golang_stand_in
    image "$debian" debian_stand_in
    image "$maven" maven_stand_in
    image "$tomcat" tomcat_stand_in
    say "Docker $(docker version --format '{{.Server.Version}}') is ready"
    if [[ ${#stood_in[@]} != 0 ]]; then
        loudly "These images are stand-ins that were built here, not the published ones: ${stood_in[*]}" \
            "Java and Debian are Debian's packages, Tomcat is Maven's, Kafka is its libraries of Maven with scripts of our own," \
            "and the go and the mvn that build the images of MinIO and hawtio hand out what was built and fetched on this host."
        echo
    fi
}

down() {
    if [[ -s $work/dockerd.pid ]]; then
        local pid
        pid=$(<"$work/dockerd.pid")
        kill "$pid" 2>/dev/null || true
        for _ in {1..60}; do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.5
        done
        rm "$work/dockerd.pid"
        say "stopped dockerd (pid $pid)"
    fi
}

case "${1:-}" in
    up) up ;;
    down) down ;;
    *) fail "usage: stand-ins.sh up|down" ;;
esac
