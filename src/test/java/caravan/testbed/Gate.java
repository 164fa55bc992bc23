package caravan.testbed;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A TCP port before a server that can be shut, so that the server is away for those who come through it. */
public final class Gate implements AutoCloseable {
    private final URI server;
    private final ServerSocket door;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean shut;

    /** An open gate before the server at {@code http://host:port}. */
    public Gate(URI server) {
        this.server = server;
        try {
            door = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.submit(this::letIn);
    }

    /** Where to connect instead of the server. */
    public URI address() {
        return URI.create("http://127.0.0.1:" + door.getLocalPort());
    }

    /** Cuts all connections, and new ones as they come. */
    public void shut() {
        shut = true;
        open.forEach(Gate::cut);
    }

    /** Lets connections through again. */
    public void open() {
        shut = false;
    }

    @Override
    public void close() throws IOException {
        shut();
        door.close();
        threads.shutdownNow();
    }

    private void letIn() {
        while (!door.isClosed()) {
            try {
                Socket client = door.accept();
                open.add(client);
                if (shut) {
                    cut(client);
                    continue;
                }
                Socket behind = new Socket(server.getHost(), server.getPort());
                open.add(behind);
                threads.submit(() -> copy(client, behind));
                threads.submit(() -> copy(behind, client));
            } catch (IOException e) {
                // the door was closed, or the server is away: the client sees it
            }
        }
    }

    private void copy(Socket from, Socket to) {
        try (InputStream in = from.getInputStream()) {
            in.transferTo(to.getOutputStream());
        } catch (IOException e) {
            // one side has gone; so goes the other
        } finally {
            cut(to);
            open.remove(from);
        }
    }

    private static void cut(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
