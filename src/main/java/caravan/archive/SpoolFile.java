package caravan.archive;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file of an open object. It is open only while it is written or read, because there are as many as partitions. */
final class SpoolFile {
    private final Path path;

    SpoolFile(Path path) {
        this.path = path;
    }

    Path path() {
        return path;
    }

    /** Writes whole buffers, one behind the other. What lies behind them stays. */
    void write(long position, ByteBuffer... buffers) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (channel.size() < position) {
                throw new IOException(path + " has lost bytes behind " + channel.size());
            }
            channel.position(position);
            for (ByteBuffer buffer : buffers) {
                ByteBuffer left = buffer.duplicate();
                while (left.hasRemaining()) {
                    channel.write(left);
                }
            }
        }
    }

    /** Fills a buffer up to its limit. */
    void read(long position, ByteBuffer into) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long at = position;
            while (into.hasRemaining()) {
                int read = channel.read(into, at);
                if (read < 0) {
                    throw new EOFException(path + " has lost bytes behind " + at);
                }
                at += read;
            }
        }
    }

    /** Cuts what lies behind a length, so that it takes no room. */
    void truncate(long length) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.truncate(length);
        }
    }

    void delete() throws IOException {
        Files.deleteIfExists(path);
    }
}
