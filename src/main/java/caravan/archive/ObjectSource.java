package caravan.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where an object is kept: its bytes, from anywhere. */
public interface ObjectSource {

    /** Length of the object, bytes. */
    long size();

    /**
     * Bytes of the object.
     *
     * @param from position of the first byte, inclusive
     * @param length how many; {@code from + length} is not behind the object's end
     * @return a stream of these bytes, which the caller closes, maybe before its end
     */
    InputStream read(long from, long length) throws IOException;

    /** An object in a file. */
    static ObjectSource of(Path file) throws IOException {
        long size = Files.size(file);
        return new ObjectSource() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public InputStream read(long from, long length) throws IOException {
                FileChannel channel = FileChannel.open(file);
                return new LimitedStream(Channels.newInputStream(channel.position(from)), length);
            }
        };
    }
}
