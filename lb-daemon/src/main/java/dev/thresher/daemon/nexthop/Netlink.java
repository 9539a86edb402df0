// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

/** Numbers of netlink and rtnetlink, named as in the kernel's headers (netlink.h, rtnetlink.h, neighbour.h, genetlink.h, netdev.h). */
final class Netlink {
    static final int NLM_F_REQUEST = 0x1;
    static final int NLM_F_ACK = 0x4;
    static final int NLM_F_CREATE = 0x400;

    static final int NLMSG_ERROR = 2;

    static final int RTM_NEWLINK = 16;
    static final int RTM_DELLINK = 17;
    static final int RTM_GETLINK = 18;
    static final int RTM_GETROUTE = 26;
    static final int RTM_NEWNEIGH = 28;
    static final int RTM_DELNEIGH = 29;
    static final int RTM_GETNEIGH = 30;

    static final int RTMGRP_LINK = 0x1;
    static final int RTMGRP_NEIGH = 0x4;
    static final int RTMGRP_IPV4_ROUTE = 0x40;
    static final int RTMGRP_IPV6_ROUTE = 0x400;

    static final int RTN_UNICAST = 1;
    static final int RTN_LOCAL = 2;

    static final int RTA_DST = 1;
    static final int RTA_OIF = 4;
    static final int RTA_GATEWAY = 5;
    static final int RTA_METRICS = 8;
    static final int RTA_MULTIPATH = 9;
    static final int RTA_VIA = 18;
    static final int RTAX_MTU = 2;
    /** Answer with the route, not with one of its ways. */
    static final int RTM_F_FIB_MATCH = 0x2000;

    static final int RTNH_F_DEAD = 0x1;
    static final int RTNH_F_LINKDOWN = 0x10;

    static final int IFF_UP = 0x1;
    static final int IFF_RUNNING = 0x40;
    static final int IFLA_ADDRESS = 1;
    static final int IFLA_IFNAME = 3;
    static final int IFLA_MTU = 4;
    static final int IFLA_LINK = 5;
    static final int IFLA_MASTER = 10;
    static final int IFLA_LINKINFO = 18;
    static final int IFLA_INFO_KIND = 1;
    static final int IFLA_INFO_DATA = 2;
    static final int IFLA_VLAN_ID = 1;
    static final int IFLA_VLAN_PROTOCOL = 5;
    static final int IFLA_EXT_MASK = 29;
    static final int RTEXT_FILTER_SKIP_STATS = 0x8;

    static final int NDA_DST = 1;
    static final int NDA_LLADDR = 2;
    static final int NTF_USE = 0x1;

    static final int NUD_REACHABLE = 0x02;
    static final int NUD_STALE = 0x04;
    static final int NUD_DELAY = 0x08;
    static final int NUD_PROBE = 0x10;
    static final int NUD_NOARP = 0x40;
    static final int NUD_PERMANENT = 0x80;

    static final int GENL_ID_CTRL = 16;
    static final int CTRL_CMD_GETFAMILY = 3;
    static final int CTRL_ATTR_FAMILY_ID = 1;
    static final int CTRL_ATTR_FAMILY_NAME = 2;

    static final int NETDEV_CMD_DEV_GET = 1;
    static final int NETDEV_A_DEV_IFINDEX = 1;
    static final int NETDEV_A_DEV_XDP_FEATURES = 3;
    static final int NETDEV_XDP_ACT_NDO_XMIT = 0x4;

    private Netlink() {}
}
