package caravan.torture;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * A record that a producer sent, in the ledger.
 *
 * @param id which one
 * @param fate what became of it
 * @param offset where the broker put it; -1 where that is not known
 * @param timestamp epoch millis, as the broker keeps it; -1 where that is not known
 * @param print of its key, value and headers
 */
record Entry(RecordId id, Fate fate, long offset, long timestamp, Fingerprint print) {
    /** Bytes of an entry in a file. */
    static final int SIZE = Integer.BYTES + 1 + 5 * Long.BYTES;

    void write(DataOutputStream out) throws IOException {
        out.writeInt(id.writer());
        out.writeLong(id.number());
        out.writeByte(fate.ordinal());
        out.writeLong(offset);
        out.writeLong(timestamp);
        out.writeLong(print.high());
        out.writeLong(print.low());
    }

    static Entry read(DataInputStream in) throws IOException {
        return new Entry(
                new RecordId(in.readInt(), in.readLong()),
                Fate.values()[in.readByte()],
                in.readLong(),
                in.readLong(),
                new Fingerprint(in.readLong(), in.readLong()));
    }
}
