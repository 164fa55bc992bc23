package caravan.testbed;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One request to an S3 server on its way through {@link FaultyS3}: the steps of which a {@link S3Fault} is made. */
public final class S3Exchange implements AutoCloseable {
    private static final int CONTINUE = 100;
    private static final int FINAL = 200;

    private final HttpMessage request;
    private final String method;
    private final String target;
    private final Socket client;
    private final InputStream fromClient;
    private final Server server;
    private final CountDownLatch end;
    private Socket upstream;
    private InputStream fromServer;
    private HttpMessage answer;
    private boolean last;

    /** Opens connections to the server. */
    interface Server {
        Socket connect() throws IOException;
    }

    /**
     * @param fromClient what comes from the client, behind the request's head
     * @param end reaches 0 when the proxy is closed
     */
    S3Exchange(HttpMessage request, Socket client, InputStream fromClient, Server server, CountDownLatch end)
            throws IOException {
        this.request = request;
        this.method = request.word(0);
        this.target = decoded(request.word(1));
        this.client = client;
        this.fromClient = fromClient;
        this.server = server;
        this.end = end;
        this.last = request.says("Connection", "close");
    }

    /** {@code GET}, {@code PUT}, … */
    public String method() {
        return method;
    }

    /** {@code /bucket/key?query}, decoded. */
    public String target() {
        return target;
    }

    /** Passes request and answer on. */
    public void pass() throws IOException {
        send();
        receive();
        relay();
    }

    /** Waits. */
    public void pause(Duration duration) {
        try {
            end.await(duration.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends the request on. */
    public void send() throws IOException {
        send(Long.MAX_VALUE);
    }

    /** Sends the request on, up to so many bytes of its body. */
    public void send(long bodyBytes) throws IOException {
        upstream = server.connect();
        fromServer = new BufferedInputStream(upstream.getInputStream());
        request.write(upstream.getOutputStream());
        if (expectsContinue()) {
            HttpMessage first = HttpMessage.read(fromServer);
            if (first.status() != CONTINUE) {
                // Answered without the body, which the client now may send or not.
                answer = first;
                last = true;
                return;
            }
            first.write(client.getOutputStream());
        }
        copyUpTo(bodyBytes, upstream.getOutputStream(), out -> request.copyRequestBody(fromClient, out));
    }

    /** Waits for the answer's head, of which the client sees nothing yet; returns its status. */
    public int receive() throws IOException {
        while (answer == null || answer.status() < FINAL) {
            answer = HttpMessage.read(fromServer);
        }
        return answer.status();
    }

    /** Gives the received answer another header. */
    public void changeAnswer(String header, String value) {
        answer = answer.with(header, value);
    }

    /** Passes the received answer on. */
    public void relay() throws IOException {
        relay(Long.MAX_VALUE);
    }

    /** Passes the received answer on, up to so many bytes of its body. */
    public void relay(long bodyBytes) throws IOException {
        last |= answer.endsWithConnection(method);
        answer.write(client.getOutputStream());
        copyUpTo(bodyBytes, client.getOutputStream(), out -> answer.copyAnswerBody(method, fromServer, out));
    }

    /** Answers in the server's place: an error of S3. */
    public void answer(int status, String code) throws IOException {
        if (expectsContinue()) {
            last = true;
        } else {
            request.copyRequestBody(fromClient, OutputStream.nullOutputStream());
        }
        byte[] body = ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" + code
                        + "</Code><Message>an injected fault</Message><RequestId>0</RequestId></Error>")
                .getBytes(StandardCharsets.UTF_8);
        HttpMessage.answer(
                        status,
                        code,
                        "Content-Type: application/xml",
                        "Content-Length: " + (method.equals("HEAD") ? 0 : body.length),
                        "Connection: " + (last ? "close" : "keep-alive"))
                .write(client.getOutputStream());
        if (!method.equals("HEAD")) {
            client.getOutputStream().write(body);
            client.getOutputStream().flush();
        }
    }

    /** Closes the connection, with no more to come. */
    public void cut() {
        last = true;
    }

    /** Closes the connection by a reset: what the client has not read yet is lost. */
    public void reset() throws IOException {
        client.setSoLinger(true, 0);
        last = true;
    }

    /** Whether nothing more can come over the client's connection. */
    boolean isLast() {
        return last;
    }

    /** Closes the connection to the server. */
    @Override
    public void close() throws IOException {
        if (upstream != null) {
            upstream.close();
        }
    }

    private boolean expectsContinue() {
        return request.says("Expect", "100-continue");
    }

    private static String decoded(String target) {
        return URLDecoder.decode(target.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private interface Body {
        void copy(OutputStream out) throws IOException;
    }

    private static void copyUpTo(long bytes, OutputStream out, Body body) throws IOException {
        try {
            body.copy(bytes == Long.MAX_VALUE ? out : new CutStream(out, bytes));
        } catch (CutStream.Reached e) {
            // as was asked for
        }
    }

    /** Lets so many bytes through, and throws. */
    private static final class CutStream extends OutputStream {
        private final OutputStream out;
        private long left;

        /** All bytes are through. */
        private static final class Reached extends IOException {
            private static final long serialVersionUID = 1;
        }

        CutStream(OutputStream out, long bytes) {
            this.out = out;
            this.left = bytes;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int passing = (int) Math.min(left, length);
            out.write(bytes, offset, passing);
            left -= passing;
            if (passing < length) {
                out.flush();
                throw new Reached();
            }
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }
    }
}
