package caravan;

import caravan.cli.CommandLineInterface;

/** The entry point: the command line. */
public final class Caravan {
    private Caravan() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        int exitCode = 1;
        // The command line: whoever may look at this process over JMX need not see what was on it.
        System.clearProperty("sun.java.command");
        try {
            exitCode = CommandLineInterface.run(args);
        } catch (Error e) {
            // Threads of Camel's and Kafka's would keep the process alive.
            System.err.println("error: " + e);
        }
        // Not System.exit: shutdown hooks of libraries have nothing left to do, and a signal's own exit code must not
        // win.
        System.out.flush();
        System.err.flush();
        Runtime.getRuntime().halt(exitCode);
    }
}
