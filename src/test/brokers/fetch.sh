#!/usr/bin/env bash
# Puts brokers of these versions of Kafka, such as 2.8.2, into target/brokers, from Maven's repository, for the tests tagged versions.
set -euo pipefail
cd "$(dirname "$0")/../../.."

[[ $# != 0 ]] || { echo "usage: $0 VERSION..." >&2; exit 2; }
for version; do
    to=target/brokers/$version
    [[ -d $to ]] && continue
    rm -rf "$to.part"
    mvn -q -B -f src/test/brokers/pom.xml "-Dkafka.version=$version" \
        org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies "-DoutputDirectory=$PWD/$to.part"
    mv "$to.part" "$to"
    echo "a broker of Kafka $version is in $to"
done
