// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import java.lang.reflect.Proxy;

/**
 * SIGHUP, which by custom asks a daemon to read its configuration again. The JVM's interface for signals is not part of the
 * platform's, so the compiler must not see it.
 */
final class Hangup {
    private Hangup() {}

    /**
     * Has this called at each SIGHUP, which until then ends the process. It must not block.
     *
     * @return false if it never will be: the process was started with that signal ignored, as nohup does it
     */
    static boolean onEach(Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object calling = Proxy.newProxyInstance(
                    Hangup.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            action.run();
                        }
                        return null;
                    });
            Object before = signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), calling);
            // The JVM leaves an ignored signal ignored.
            return before != handler.getField("SIG_IGN").get(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "this JVM has no sun.misc.Signal; Thresher runs on OpenJDK 17 and later", e);
        }
    }
}
