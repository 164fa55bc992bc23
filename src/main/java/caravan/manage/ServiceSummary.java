package caravan.manage;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * Which service this is.
 *
 * @param version of Caravan; "unknown" where it was not packaged
 * @param store the store's URL
 * @param archiveId null where there is no archive yet, or the store does not answer
 * @param clusterId null where Kafka does not answer
 */
@JsonPropertyOrder({"version", "store", "archiveId", "clusterId"})
record ServiceSummary(String version, String store, String archiveId, String clusterId) {}
