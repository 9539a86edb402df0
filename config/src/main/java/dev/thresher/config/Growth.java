// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import dev.thresher.config.LeafText.Layer;
import dev.thresher.config.LeafText.Reference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Foretells what the substitutions of a tree make of it, before they are made: {@code a1 = ${a0} ${a0}, a2 = ${a1} ${a1}, …} of
 * a few lines has more characters than any memory. An upper bound: what it allows, fits.
 */
final class Growth {
    /** A value that is no section, or a section that has substitutions of its own. */
    record Leaf(List<String> path, ConfigValue value, List<Layer> layers) {
        long characters() {
            return layers.stream().mapToLong(Layer::characters).sum();
        }
    }

    /** A key of the tree. */
    private static final class Node {
        final Map<String, Node> children = new HashMap<>();

        @Nullable
        Leaf leaf;

        boolean begun;
        double characters = -1;
    }

    private final Node root = new Node();
    private final List<Leaf> leaves = new ArrayList<>();
    private final Set<String> paths = new HashSet<>();
    private long references;

    Growth(ConfigObject parsed) {
        add(root, parsed, List.of());
    }

    /** The values that have substitutions. */
    List<Leaf> leaves() {
        return leaves;
    }

    /** How many substitutions there are. */
    long references() {
        return references;
    }

    /** Keys that the library goes over to make them: for each path, those of the sections that it leads through. */
    long steps() {
        return paths.stream()
                .mapToLong(path -> steps(ConfigUtil.splitPath(path)))
                .sum();
    }

    private long steps(List<String> path) {
        long steps = 0;
        Node node = root;
        for (String key : path) {
            steps += node.children.size();
            node = node.children.get(key);
            if (node == null) {
                break;
            }
        }
        return steps;
    }

    /** At most so many characters are in the tree with its substitutions made. */
    double characters() {
        return characters(root);
    }

    private void add(Node node, ConfigValue value, List<String> path) {
        try {
            if (value.valueType() == ConfigValueType.OBJECT) {
                for (Map.Entry<String, ConfigValue> entry : ((ConfigObject) value).entrySet()) {
                    Node child = new Node();
                    node.children.put(entry.getKey(), child);
                    List<String> longer = new ArrayList<>(path);
                    longer.add(entry.getKey());
                    add(child, entry.getValue(), longer);
                }
                return;
            }
        } catch (ConfigException.NotResolved e) {
            // One with substitutions of its own: the text has them.
        }
        List<Layer> layers = LeafText.layers(value);
        Leaf leaf = new Leaf(path, value, layers);
        node.leaf = leaf;
        long count =
                layers.stream().mapToLong(layer -> layer.references().size()).sum();
        if (count > 0) {
            references += count;
            layers.forEach(layer -> layer.references().forEach(reference -> paths.add(reference.path())));
            leaves.add(leaf);
        }
    }

    private double characters(Node node) {
        if (node.characters >= 0) {
            return node.characters;
        }
        Leaf leaf = node.leaf;
        if (node.begun) {
            // Around a circle. With one definition it is an error, which the library finds; with more, it may go on and
            // on.
            return leaf != null && leaf.layers().size() > 1 ? Double.POSITIVE_INFINITY : 0;
        }
        node.begun = true;
        double sum = leaf == null ? 0 : characters(leaf);
        for (Map.Entry<String, Node> child : node.children.entrySet()) {
            sum += child.getKey().length() + characters(child.getValue());
        }
        node.begun = false;
        node.characters = sum;
        return sum;
    }

    private double characters(Leaf leaf) {
        double before = 0;
        for (Layer layer : leaf.layers()) {
            double here = layer.characters();
            boolean extended = false;
            for (Reference reference : layer.references()) {
                List<String> path = reference.elements();
                if (!isWithin(path, leaf.path()) && !isWithin(leaf.path(), path)) {
                    here += characters(path);
                } else if (extended || !isOfItself(reference, path, leaf)) {
                    here += before;
                } else {
                    extended = true;
                }
            }
            before += here;
        }
        return before;
    }

    /** {@code a = ${a} more}: once, it is no more than what was there. */
    private static boolean isOfItself(Reference reference, List<String> path, Leaf leaf) {
        List<String> here = new ArrayList<>(leaf.path());
        here.addAll(reference.key());
        return here.equals(path);
    }

    private static boolean isWithin(List<String> path, List<String> other) {
        return path.size() >= other.size() && path.subList(0, other.size()).equals(other);
    }

    private double characters(List<String> path) {
        Node node = root;
        for (String key : path) {
            if (node.leaf != null) {
                break; // what it leads to is a part of this
            }
            Node child = node.children.get(key);
            if (child == null) {
                // In a file that is included into a section, it may mean what is outside of that.
                return path.size() > 1 ? characters(path.subList(1, path.size())) : 0;
            }
            node = child;
        }
        return characters(node);
    }
}
