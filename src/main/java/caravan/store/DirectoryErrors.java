package caravan.store;

import caravan.store.DurableFiles.NoHardLinksException;
import caravan.store.StoreException.Kind;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** Says in a user's words what a file system complained about. */
final class DirectoryErrors {
    private final Path root;

    DirectoryErrors(Path root) {
        this.root = root;
    }

    /**
     * @param action what was tried, as in "can't {@code read file:///directory/key}"
     */
    StoreException of(String action, IOException cause) {
        String message = "can't " + action + ": " + reason(cause);
        boolean missing = cause instanceof NoSuchFileException || cause instanceof NotDirectoryException;
        if (missing && !Files.exists(root)) {
            return new StoreException(
                    Kind.NO_BUCKET,
                    "the directory " + root + " does not exist",
                    "mount or create it, or let a command that writes do so with --create-bucket",
                    cause);
        }
        if (cause instanceof NoSuchFileException) {
            return new StoreException(
                    Kind.NOT_FOUND, "can't " + action + ": it does not exist", "list what is there with 'list'", cause);
        }
        if (cause instanceof AccessDeniedException
                || message.contains("Operation not permitted")
                || message.contains("Read-only file system")) {
            return new StoreException(
                    Kind.DENIED,
                    message,
                    "give the user " + System.getProperty("user.name") + " the right to what is in " + root,
                    cause);
        }
        if (cause instanceof NoHardLinksException) {
            return new StoreException(
                    Kind.OTHER, message, "keep the archive on a file system that has them (not FAT)", cause);
        }
        boolean notDirectory = cause instanceof NotDirectoryException || message.contains("Not a directory");
        if (notDirectory || cause instanceof FileAlreadyExistsException) {
            return new StoreException(Kind.OTHER, message, "name a directory that holds nothing but an archive", cause);
        }
        return new StoreException(Kind.UNREACHABLE, message, "look after the disk, and the room on it", cause);
    }

    private static String reason(IOException cause) {
        if (cause instanceof AccessDeniedException) {
            return "denied";
        }
        if (cause instanceof NotDirectoryException) {
            return "it is not a directory";
        }
        if (cause instanceof FileAlreadyExistsException exists) {
            return exists.getFile() + " is a file";
        }
        if (cause instanceof FileSystemException file && file.getReason() != null) {
            return file.getReason();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
