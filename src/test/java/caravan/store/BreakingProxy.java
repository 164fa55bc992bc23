package caravan.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A TCP proxy that breaks connections off once a number of answered bytes went through. */
final class BreakingProxy implements AutoCloseable {
    private final ServerSocket listening;
    private final URI server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger broken = new AtomicInteger();
    private volatile long limit = Long.MAX_VALUE;
    private volatile int breaks;
    private volatile boolean reset;

    BreakingProxy(URI server) throws IOException {
        this.server = server;
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + listening.getLocalPort());
    }

    /** Closes the next connections, {@code times} of them, each after {@code bytes} of answers. */
    void breakAfter(long bytes, int times) {
        breakAfter(bytes, times, false);
    }

    /** Like {@link #breakAfter(long, int)}, by a reset: what the client has not read yet is lost. */
    void resetAfter(long bytes, int times) {
        breakAfter(bytes, times, true);
    }

    private void breakAfter(long bytes, int times, boolean byReset) {
        broken.set(0);
        reset = byReset;
        breaks = times;
        limit = bytes;
    }

    int broken() {
        return broken.get();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                Socket upstream = new Socket(server.getHost(), server.getPort());
                threads.execute(() -> copy(client, upstream, false));
                threads.execute(() -> copy(upstream, client, true));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void copy(Socket from, Socket to, boolean answers) {
        byte[] buffer = new byte[4_096];
        long passed = 0;
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                passed += read;
                if (answers && passed > limit && broken.get() < breaks) {
                    broken.incrementAndGet();
                    out.write(buffer, 0, (int) Math.max(0, read - (passed - limit)));
                    out.flush();
                    if (reset) {
                        to.setSoLinger(true, 0);
                    }
                    return;
                }
                out.write(buffer, 0, read);
                out.flush();
            }
        } catch (IOException e) {
            // the other side is gone
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        threads.shutdownNow();
    }
}
