/** Chunks in and out of Kafka, and what is read from and set in a cluster beside them: topics, settings, groups. */
package caravan.kafka;
