/** Where an archive lies: keys and objects of an S3-compatible store. Knows nothing of what they mean. */
package caravan.store;
