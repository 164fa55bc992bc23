package caravan.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/** Shows how a long job goes, on standard error: one line that changes on a terminal, else a line at intervals. */
final class ProgressLine {
    private static final Duration ON_TERMINAL = Duration.ofMillis(500);
    private static final Duration IN_LOG = Duration.ofSeconds(10);

    private final PrintWriter err;
    private final boolean terminal;
    private final long started = System.nanoTime();
    private long shown = started;
    private long shownBytes;
    private int width;

    ProgressLine(PrintWriter err) {
        this.err = err;
        this.terminal = System.console() != null && System.getenv("TERM") != null;
    }

    /**
     * Shows a line, unless the last one is too recent.
     *
     * @param doing a verb: {@code backing up}
     * @param records records so far
     * @param bytes bytes of log so far
     * @param left a sentence about what is left, or ""
     */
    void show(String doing, long records, long bytes, String left) {
        Duration since = Duration.ofNanos(System.nanoTime() - shown);
        if (since.compareTo(terminal ? ON_TERMINAL : IN_LOG) < 0) {
            return;
        }
        double rate = (bytes - shownBytes) / 1e6 / (since.toNanos() / 1e9);
        shown = System.nanoTime();
        shownBytes = bytes;
        String line = String.format(
                Locale.ROOT,
                "%s: %,d records, %,.1f MB, %,.1f MB/s%s",
                doing,
                records,
                bytes / 1e6,
                rate,
                left.isEmpty() ? "" : ", " + left);
        if (terminal) {
            err.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
            err.flush();
            width = line.length();
        } else {
            err.println(line);
        }
    }

    /** How long the job will still take at the speed it had so far, as {@code about 2 min left}; "" where unknown. */
    String estimate(double done) {
        double seconds = (System.nanoTime() - started) / 1e9;
        if (done <= 0.01 || done >= 1) {
            return "";
        }
        double left = seconds * (1 - done) / done;
        return left < 90
                ? String.format(Locale.ROOT, "about %.0f s left", left)
                : String.format(Locale.ROOT, "about %.0f min left", left / 60);
    }

    /** Ends the changing line. */
    void end() {
        if (terminal && width > 0) {
            err.println();
            width = 0;
        }
    }
}
