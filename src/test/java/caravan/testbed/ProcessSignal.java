package caravan.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;

/** A signal to a process, sent by kill(1): Java itself knows two of them only. */
public enum ProcessSignal {
    /** Asks it to end. */
    TERM,
    /** What Ctrl-C does. */
    INT,
    /** Ends it with no chance to do anything. */
    KILL,
    /** Holds it, as a machine without time for it would. */
    STOP,
    /** Lets it go on. */
    CONT,
    /** Lets a JVM print what its threads do. */
    QUIT;

    /** Sends it; nothing happens where there is no such process any more. */
    public void send(long pid) {
        try {
            new ProcessBuilder("kill", "-" + name(), Long.toString(pid))
                    .redirectErrorStream(true)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
