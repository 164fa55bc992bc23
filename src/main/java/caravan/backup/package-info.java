/** Chunks into objects, objects into the archive, and what is safe back into the consumer group. */
package caravan.backup;
