/** What an archive holds, read from the names of its keys: timelines, coverage, gaps, holes. */
package caravan.catalog;
