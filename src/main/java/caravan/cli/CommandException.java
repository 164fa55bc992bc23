package caravan.cli;

/** A command ends with this exit code, having said what is wrong, where, and what to do about it. */
final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int exitCode;
    private final String hint;

    CommandException(int exitCode, String message, String hint, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
        this.hint = hint;
    }

    static CommandException couldNot(String message, String hint) {
        return new CommandException(ExitCode.COULD_NOT, message, hint, null);
    }

    static CommandException usage(String message, String hint) {
        return new CommandException(ExitCode.USAGE, message, hint, null);
    }

    int exitCode() {
        return exitCode;
    }

    /** What to do; may be empty. */
    String hint() {
        return hint;
    }
}
