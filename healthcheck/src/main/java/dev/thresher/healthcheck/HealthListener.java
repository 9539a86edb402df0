// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

/** Told of each change of verdict, in order, on the checker's thread: it must hand the news on and return at once. */
@FunctionalInterface
public interface HealthListener {
    void onTransition(Target target, Transition transition);
}
