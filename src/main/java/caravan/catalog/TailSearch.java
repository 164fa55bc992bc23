package caravan.catalog;

import caravan.archive.PartitionKey;
import caravan.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Looks for the last keys of a partition's folder by LISTs that start in its middle. Keys sort by their first offset, so a
 * LIST can start at any offset; where the last one lies is found by steps that double, and then by bisection.
 */
final class TailSearch {

    /**
     * @param keys the last keys, in order: all, or at least a page of them
     * @param whole whether there are no others
     */
    record Found(List<PartitionKey> keys, boolean whole) {}

    /** A page of keys, without foreign files; {@code more} is true where others may follow, and only then there is any. */
    private record Page(List<PartitionKey> keys, String last, boolean more) {

        /** The offsets that the page's keys begin at lie in a range of this length. */
        long span() {
            return lastFrom() - keys.get(0).from();
        }

        long lastFrom() {
            return keys.get(keys.size() - 1).from();
        }
    }

    private final Store store;
    private final String folder;

    TailSearch(Store store, String folder) {
        this.store = store;
        this.folder = folder;
    }

    /** The keys from a known one on, or fewer where many follow; empty where the known one is not there. */
    Optional<List<PartitionKey>> from(PartitionKey known) {
        Page page = pageFrom(known.from());
        if (!page.keys().contains(known)) {
            return Optional.empty();
        }
        return Optional.of(page.more() ? search(page) : page.keys());
    }

    Found fromTheStart() {
        // '/' sorts right before the digits.
        Page page = pageAfter(folder + "/");
        return page.more() ? new Found(search(page), false) : new Found(page.keys(), true);
    }

    /**
     * @param first a page that others follow
     */
    private List<PartitionKey> search(Page first) {
        Page page = first;
        long step = 0;
        long beyond = Long.MAX_VALUE;
        while (true) {
            long reach = jump(page, step, beyond);
            if (reach <= page.span()) {
                Page following = pageAfter(page.last());
                if (!following.more()) {
                    List<PartitionKey> tail = new ArrayList<>(page.keys());
                    tail.addAll(following.keys());
                    return tail;
                }
                page = following;
                continue;
            }
            Page probe = pageFrom(page.lastFrom() + reach);
            if (probe.more()) {
                page = probe;
                step = reach;
            } else {
                beyond = page.lastFrom() + reach;
            }
        }
    }

    /**
     * How far behind the page to look next, in offsets.
     *
     * @param step how far was looked last
     * @param beyond an offset from which on less than a page of keys was found; MAX_VALUE where none is known
     */
    private static long jump(Page page, long step, long beyond) {
        if (beyond != Long.MAX_VALUE) {
            return (beyond - page.lastFrom()) / 2;
        }
        long doubled = 2 * Math.max(step, page.span() + 1);
        return Math.min(doubled < 0 ? Long.MAX_VALUE : doubled, (Long.MAX_VALUE - page.lastFrom()) / 2);
    }

    private Page pageFrom(long offset) {
        String name = Long.toString(offset);
        return pageAfter(folder + "0".repeat(20 - name.length()) + name);
    }

    private Page pageAfter(String startAfter) {
        List<PartitionKey> keys = new ArrayList<>();
        String last = startAfter;
        boolean more = true;
        while (more && keys.isEmpty()) {
            Store.Page answer = store.list(folder, last, Store.PAGE);
            for (Store.Entry entry : answer.entries()) {
                last = entry.key();
                PartitionKey.parse(last.substring(folder.length())).ifPresent(keys::add);
            }
            // Offsets have 19 digits at most: what does not begin with '0' is foreign, be it thousands of files.
            more = answer.more() && last.startsWith(folder + "0");
        }
        return new Page(keys, last, more);
    }
}
