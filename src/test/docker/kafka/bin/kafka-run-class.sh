#!/bin/bash
# Runs one of Kafka's classes, with the variables that Kafka's own script knows.
log=${KAFKA_LOG4J_OPTS:--Dlog4j.configuration=file:/etc/kafka/docker/tools-log4j.properties}
# shellcheck disable=SC2086 # these are lists of options
exec java ${KAFKA_HEAP_OPTS:--Xmx256m} $log ${KAFKA_JMX_OPTS:-} ${KAFKA_OPTS:-} -cp '/opt/kafka/libs/*' "$@"
