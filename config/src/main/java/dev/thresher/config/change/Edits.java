// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config.change;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import dev.thresher.config.ConfigError;
import dev.thresher.config.Document;
import dev.thresher.config.HoconSource;
import dev.thresher.config.InvalidConfigException;
import dev.thresher.config.IpText;
import dev.thresher.config.Order;
import dev.thresher.config.VipKey;
import dev.thresher.config.change.RefusedEditException.Reason;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes edits of a document. What is set back to what holds anyway goes, so that draining a real server and ending that again is
 * no change at all.
 */
public final class Edits {
    private static final String WEIGHT = "weight";
    private static final String ORDER = "order";
    private static final String DEFAULT_WEIGHT = "1";
    private static final List<String> IDENTITY =
            List.of(Elements.ADDRESS, Elements.PORT, Elements.PROTOCOL, Elements.POOL);

    private final Map<Element, ConfigValue> elements;

    private Edits(Map<Element, ConfigValue> elements) {
        this.elements = elements;
    }

    /**
     * The document with all edits made, one after the other.
     *
     * @throws InvalidConfigException if that makes no configuration
     * @throws RefusedEditException if there is no such VIP, pool or real server, or what is added is there already
     */
    public static Document apply(Document start, List<Edit> edits) throws InvalidConfigException, RefusedEditException {
        Edits editing = new Edits(Elements.of(start));
        for (Edit edit : edits) {
            editing.make(edit);
        }
        return edits.isEmpty() ? start : Composition.document(editing.elements, start);
    }

    private void make(Edit edit) throws InvalidConfigException, RefusedEditException {
        if (edit instanceof Edit.AddVip add) {
            addVip(add);
        } else if (edit instanceof Edit.RemoveVip remove) {
            requireVip(remove.vip());
            elements.remove(new Element.VipSettings(remove.vip()));
            removeLostMembers();
        } else if (edit instanceof Edit.AddReal add) {
            addReal(add);
        } else if (edit instanceof Edit.RemoveReal remove) {
            removeReal(remove);
        } else if (edit instanceof Edit.SetWeight set) {
            set(set.real(), set.vip(), WEIGHT, Integer.toString(set.weight()), DEFAULT_WEIGHT);
        } else if (edit instanceof Edit.SetOrder set) {
            if (set.vip() == null) {
                forgetOrders(set.real());
            }
            set(set.real(), set.vip(), ORDER, set.order().toString(), Order.SERVE.toString());
        }
    }

    private void addVip(Edit.AddVip add) throws InvalidConfigException, RefusedEditException {
        if (elements.containsKey(new Element.VipSettings(add.vip()))) {
            throw new RefusedEditException(Reason.PRESENT, "vip " + add.vip() + " is there already");
        }
        requirePool(add.pool());
        String name = "settings of vip " + add.vip();
        ConfigObject settings = HoconSource.parse(add.settings(), name);
        for (String key : IDENTITY) {
            if (settings.containsKey(key)) {
                throw new InvalidConfigException(
                        List.of(new ConfigError(
                                name, 0, key, null, "`" + key + "` does not belong here: the edit says it")),
                        List.of());
            }
        }
        ConfigValue pool = ConfigValueFactory.fromAnyRef(add.pool(), name);
        elements.putAll(Elements.ofVip(add.vip(), settings.withValue(Elements.POOL, pool)));
    }

    private void addReal(Edit.AddReal add) throws RefusedEditException {
        requirePool(add.pool());
        Element element = new Element.RealInPool(add.pool(), add.real());
        if (elements.containsKey(element)) {
            throw new RefusedEditException(Reason.PRESENT, element.name() + " is there already");
        }
        elements.put(element, with(Elements.EMPTY, WEIGHT, Integer.toString(add.weight()), DEFAULT_WEIGHT));
    }

    private void removeReal(Edit.RemoveReal remove) throws RefusedEditException {
        if (remove.pool() != null) {
            requirePool(remove.pool());
        }
        for (Element.RealInPool real : find(remove.real(), remove.pool())) {
            boolean last = elements.keySet().stream()
                    .noneMatch(element -> element instanceof Element.RealInPool other
                            && other.pool().equals(real.pool())
                            && !other.real().equals(real.real()));
            if (last) {
                throw new RefusedEditException(
                        Reason.NEEDED,
                        real.name()
                                + " is the pool's last one, and a pool needs at least one: add another first, or drain it");
            }
            elements.remove(real);
        }
        removeLostMembers();
    }

    private void removeLostMembers() {
        elements.entrySet()
                .removeIf(entry -> entry.getKey() instanceof Element.MemberSettings
                        && Requirements.missing(entry.getKey(), entry.getValue(), elements)
                                .isPresent());
    }

    private void forgetOrders(InetAddress real) {
        elements.replaceAll((element, says) -> element instanceof Element.MemberSettings member
                        && member.real().equals(real)
                ? ((ConfigObject) says).withoutKey(ORDER)
                : says);
        elements.entrySet()
                .removeIf(entry -> entry.getKey() instanceof Element.MemberSettings
                        && ((ConfigObject) entry.getValue()).isEmpty());
    }

    private void set(InetAddress real, @Nullable VipKey vip, String key, String value, String usual)
            throws RefusedEditException {
        if (vip == null) {
            find(real, null)
                    .forEach(each -> elements.computeIfPresent(
                            each, (element, says) -> with((ConfigObject) says, key, value, usual)));
            return;
        }
        List<String> pools = Requirements.pools(requireVip(vip));
        List<ConfigObject> inPools = pools.stream()
                .map(pool -> elements.get(new Element.RealInPool(pool, real)))
                .filter(Objects::nonNull)
                .map(ConfigObject.class::cast)
                .toList();
        if (inPools.isEmpty()) {
            throw new RefusedEditException(
                    Reason.MISSING,
                    "real " + IpText.format(real) + " is not in pool " + String.join(" or ", pools)
                            + ", which serves vip " + vip);
        }
        Element member = new Element.MemberSettings(vip, real);
        ConfigObject says = (ConfigObject) elements.getOrDefault(member, Elements.EMPTY);
        boolean asPools = inPools.stream()
                .allMatch(pool -> Elements.text(pool, key, usual).equals(value));
        ConfigObject next = with(says, key, value, asPools ? value : "");
        if (next.isEmpty()) {
            elements.remove(member);
        } else {
            elements.put(member, next);
        }
    }

    /** @param usual what holds without the key */
    private static ConfigObject with(ConfigObject section, String key, String value, String usual) {
        return value.equals(usual)
                ? section.withoutKey(key)
                : section.withValue(key, ConfigValueFactory.fromAnyRef(value, "an edit"));
    }

    private ConfigObject requireVip(VipKey vip) throws RefusedEditException {
        ConfigValue settings = elements.get(new Element.VipSettings(vip));
        if (settings == null) {
            throw new RefusedEditException(Reason.MISSING, "there is no vip " + vip);
        }
        return (ConfigObject) settings;
    }

    private void requirePool(String pool) throws RefusedEditException {
        if (!elements.containsKey(new Element.PoolSettings(pool))) {
            String pools = elements.keySet().stream()
                    .filter(Element.PoolSettings.class::isInstance)
                    .map(element -> ((Element.PoolSettings) element).pool())
                    .collect(Collectors.toCollection(TreeSet::new))
                    .stream()
                    .collect(Collectors.joining(", "));
            throw new RefusedEditException(
                    Reason.MISSING,
                    "there is no pool " + pool + "; " + (pools.isEmpty() ? "there are none" : "there are " + pools));
        }
    }

    /** The places of a real server in all pools, or in one. */
    private List<Element.RealInPool> find(InetAddress real, @Nullable String pool) throws RefusedEditException {
        List<Element.RealInPool> found = elements.keySet().stream()
                .filter(Element.RealInPool.class::isInstance)
                .map(Element.RealInPool.class::cast)
                .filter(each -> each.real().equals(real) && (pool == null || pool.equals(each.pool())))
                .toList();
        if (found.isEmpty()) {
            throw new RefusedEditException(
                    Reason.MISSING,
                    "there is no real " + IpText.format(real) + " in " + (pool == null ? "any pool" : "pool " + pool));
        }
        return found;
    }
}
