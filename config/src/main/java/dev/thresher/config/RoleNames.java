// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Who may do what: names in the certificates of clients. No name has two roles.
 *
 * @param read may see everything
 * @param operate may also change weights, drain, and add and remove real servers
 * @param admin may do everything
 */
public record RoleNames(List<String> read, List<String> operate, List<String> admin) {
    public RoleNames {
        read = List.copyOf(read);
        operate = List.copyOf(operate);
        admin = List.copyOf(admin);
        Set<String> names = new HashSet<>();
        Stream.of(read, operate, admin)
                .flatMap(List::stream)
                .forEach(name -> Require.that(names.add(name), "\"" + name + "\" is there twice"));
    }
}
