package caravan.cli;

import java.util.concurrent.atomic.AtomicReference;
import sun.misc.Signal;

/**
 * Hears SIGTERM and SIGINT, so that a command ends in its own way and with its own exit code. A second signal ends the process
 * at once.
 */
@SuppressWarnings("sunapi")
final class Signals {
    private final AtomicReference<Signal> heard = new AtomicReference<>();
    private final Object bell = new Object();

    Signals() {
        for (String name : new String[] {"TERM", "INT"}) {
            Signal.handle(new Signal(name), this::hear);
        }
    }

    private void hear(Signal signal) {
        if (!heard.compareAndSet(null, signal)) {
            Runtime.getRuntime().halt(128 + signal.getNumber());
        }
        synchronized (bell) {
            bell.notifyAll();
        }
    }

    /** Waits until a signal comes, or for this many milliseconds. */
    boolean await(long millis) {
        synchronized (bell) {
            if (heard.get() == null) {
                try {
                    bell.wait(millis);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
        return heard();
    }

    boolean heard() {
        return heard.get() != null;
    }

    /** Whether it was SIGTERM, a request to end; SIGINT is somebody at the keyboard. */
    boolean terminated() {
        return heard() && heard.get().getName().equals("TERM");
    }

    /** 128 and the signal's number: 143 or 130. */
    int exitCode() {
        return 128 + heard.get().getNumber();
    }
}
