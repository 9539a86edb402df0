// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

/**
 * How much a configuration may be. The largest that the maps hold, 4,096 VIPs and 65,536 members, needs less; what is
 * beyond would keep the daemon from its work, whoever sends it.
 */
final class Limits {
    /** Characters of one text. */
    static final int TEXT = 8 << 20;

    /** Characters of what a configuration says with its substitutions made: half, for runtime changes are kept with what was before. */
    static final int RESOLVED = 4 << 20;

    /** Substitutions of a configuration: the library takes a copy of what it has for each. */
    static final int REFERENCES = 10_000;

    /** Keys that are gone over to make the substitutions. */
    static final long STEPS = 20_000_000;

    /** Problems that are told; the others are counted. */
    static final int PROBLEMS = 200;

    /** Characters of the path, the value and the message of a problem. */
    static final int PROBLEM_TEXT = 1000;

    private Limits() {}
}
