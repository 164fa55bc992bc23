package caravan.cli;

/** How a process ends; scripts rely on it. */
final class ExitCode {
    /** Done; also a service that was drained after SIGTERM. */
    static final int DONE = 0;
    /** Could not: unreachable, denied, refused. */
    static final int COULD_NOT = 1;
    /** The command was not understood, or a choice is needed. */
    static final int USAGE = 2;
    /** Finished, and somebody should look at something. */
    static final int ATTENTION = 3;
    /** The archive is damaged. */
    static final int DAMAGE = 4;

    private ExitCode() {}
}
