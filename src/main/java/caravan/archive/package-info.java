/**
 * Format 1 of the archive: keys, objects, documents, and the arithmetic of what they cover. Knows nothing of where an archive
 * is kept: no Camel, no S3, no network.
 */
package caravan.archive;
