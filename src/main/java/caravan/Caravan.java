package caravan;

/** The entry point: the command line. */
public final class Caravan {
    private Caravan() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(0);
    }
}
