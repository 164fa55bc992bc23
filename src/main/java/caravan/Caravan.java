package caravan;

import caravan.cli.CommandLineInterface;

/** The entry point: the command line. */
public final class Caravan {
    private Caravan() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        int exitCode = CommandLineInterface.run(args);
        // Not System.exit: shutdown hooks of libraries have nothing left to do, and a signal's own exit code must not
        // win.
        System.out.flush();
        System.err.flush();
        Runtime.getRuntime().halt(exitCode);
    }
}
