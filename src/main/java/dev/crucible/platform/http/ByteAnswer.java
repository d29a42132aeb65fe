package dev.crucible.platform.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An answer of bytes whose number need not be known, sent as they come and never held whole. */
public final class ByteAnswer {
    private static final Logger LOG = LoggerFactory.getLogger(ByteAnswer.class);
    private static final String TYPE = "application/octet-stream";
    private static final int CHUNK = 64 * 1024;

    private ByteAnswer() {}

    /**
     * Sends all that {@code content} holds, and closes it. Should it break on the way, the connection is cut, so that
     * nobody takes a part for the whole.
     */
    public static void send(Context ctx, InputStream content) throws IOException {
        try (content) {
            byte[] chunk = new byte[CHUNK];
            int n = content.read(chunk); // what cannot be read at all is answered as a problem
            ctx.disableCompression();
            ctx.contentType(TYPE);
            ctx.header("Cache-Control", "no-store");
            try {
                while (n >= 0) {
                    ctx.outputStream().write(chunk, 0, n);
                    n = content.read(chunk);
                }
            } catch (IOException e) {
                LOG.atDebug().setCause(e).addKeyValue("path", ctx.path()).log("An answer broke off; its connection is cut");
                cut(ctx);
            }
        }
    }

    private static void cut(Context ctx) {
        ServletContextRequest.getServletContextRequest(ctx.req())
                .getConnectionMetaData().getConnection().getEndPoint().close();
    }
}
