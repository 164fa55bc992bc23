package caravan.torture;

import java.util.ArrayList;
import java.util.List;

/** What Caravan did that it must not do. */
final class Failures {
    private final List<String> all = new ArrayList<>();

    synchronized void add(String what) {
        all.add(what);
        Console.step("FAILURE: %s", what);
    }

    synchronized List<String> all() {
        return List.copyOf(all);
    }

    synchronized boolean any() {
        return !all.isEmpty();
    }
}
