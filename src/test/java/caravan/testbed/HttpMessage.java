package caravan.testbed;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The head of an HTTP/1.1 request or answer, which is passed on as it came but for what was changed, and how its body is framed (RFC
 * 9112).
 *
 * @param start the request line or the status line
 * @param headers lines as they came
 */
record HttpMessage(String start, List<String> headers) {
    private static final int LARGEST_HEAD = 65_536;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;

    /** Reads a head, to its empty line. Throws an {@link EOFException} where the stream ends before. */
    static HttpMessage read(InputStream in) throws IOException {
        String start = line(in);
        List<String> headers = new ArrayList<>();
        int length = 0;
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            headers.add(line);
            length += line.length();
            if (length > LARGEST_HEAD) {
                throw new IOException("no HTTP: a head of more than " + LARGEST_HEAD + " bytes");
            }
        }
        return new HttpMessage(start, headers);
    }

    /** An answer. */
    static HttpMessage answer(int status, String reason, String... headers) {
        return new HttpMessage("HTTP/1.1 " + status + " " + reason, List.of(headers));
    }

    void write(OutputStream out) throws IOException {
        out.write((start + "\r\n"
                        + String.join(
                                "", headers.stream().map(line -> line + "\r\n").toList()) + "\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    /** A word of the first line, from 0 on: method and target of a request, version and status of an answer. */
    String word(int index) throws IOException {
        String[] words = start.split(" ");
        if (words.length <= index) {
            throw new IOException("no HTTP: " + start);
        }
        return words[index];
    }

    int status() throws IOException {
        return Integer.parseInt(word(1));
    }

    /** The value of a header, without blanks around it. */
    Optional<String> header(String name) {
        return headers.stream()
                .filter(line -> isNamed(line, name))
                .map(line -> line.substring(name.length() + 1).trim())
                .findFirst();
    }

    /** Whether a header has this value, in any case. */
    boolean says(String name, String value) {
        return header(name).filter(value::equalsIgnoreCase).isPresent();
    }

    /** With this header, in the place of all others of its name. */
    HttpMessage with(String name, String value) {
        List<String> changed = new ArrayList<>(
                headers.stream().filter(line -> !isNamed(line, name)).toList());
        changed.add(name + ": " + value);
        return new HttpMessage(start, changed);
    }

    private static boolean isNamed(String line, String name) {
        return line.regionMatches(true, 0, name + ":", 0, name.length() + 1);
    }

    /** Copies the body of this request. */
    void copyRequestBody(InputStream in, OutputStream out) throws IOException {
        if (isChunked()) {
            copyChunks(in, out);
        } else {
            copy(in, out, contentLength().orElse(0L));
        }
    }

    /** Copies the body of this answer to a request of a method. */
    void copyAnswerBody(String method, InputStream in, OutputStream out) throws IOException {
        if (!hasAnswerBody(method)) {
            return;
        }
        if (isChunked()) {
            copyChunks(in, out);
        } else if (contentLength().isPresent()) {
            copy(in, out, contentLength().get());
        } else {
            in.transferTo(out);
            out.flush();
        }
    }

    /** Whether the end of this answer is the end of the connection. */
    boolean endsWithConnection(String method) throws IOException {
        return says("Connection", "close")
                || hasAnswerBody(method) && !isChunked() && contentLength().isEmpty();
    }

    private boolean hasAnswerBody(String method) throws IOException {
        return !method.equals("HEAD") && status() != NO_CONTENT && status() != NOT_MODIFIED;
    }

    private boolean isChunked() {
        return says("Transfer-Encoding", "chunked");
    }

    private Optional<Long> contentLength() {
        return header("Content-Length").map(Long::valueOf);
    }

    private static void copyChunks(InputStream in, OutputStream out) throws IOException {
        long size;
        do {
            String line = line(in);
            write(line, out);
            size = Long.parseLong(line.split(";")[0].trim(), 16);
            if (size > 0) {
                copy(in, out, size);
                write(line(in), out);
            }
        } while (size > 0);
        String trailer;
        do {
            trailer = line(in);
            write(trailer, out);
        } while (!trailer.isEmpty());
        out.flush();
    }

    private static void copy(InputStream in, OutputStream out, long length) throws IOException {
        byte[] buffer = new byte[16_384];
        for (long left = length; left > 0; ) {
            int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (read < 0) {
                throw new EOFException();
            }
            out.write(buffer, 0, read);
            out.flush();
            left -= read;
        }
    }

    private static void write(String line, OutputStream out) throws IOException {
        out.write((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int read = in.read(); read != '\n'; read = in.read()) {
            if (read < 0) {
                throw new EOFException();
            }
            if (line.size() > LARGEST_HEAD) {
                throw new IOException("no HTTP: a line of more than " + LARGEST_HEAD + " bytes");
            }
            line.write(read);
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }
}
