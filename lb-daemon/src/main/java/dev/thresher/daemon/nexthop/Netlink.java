// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

/** Numbers of netlink and rtnetlink, named as in the kernel's headers (netlink.h, rtnetlink.h, neighbour.h). */
final class Netlink {
    static final int NLM_F_REQUEST = 0x1;
    static final int NLM_F_ACK = 0x4;
    static final int NLM_F_CREATE = 0x400;

    static final int NLMSG_ERROR = 2;

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
    static final int RTA_VIA = 18;

    static final int NDA_DST = 1;
    static final int NDA_LLADDR = 2;
    static final int NTF_USE = 0x1;

    static final int NUD_REACHABLE = 0x02;
    static final int NUD_STALE = 0x04;
    static final int NUD_DELAY = 0x08;
    static final int NUD_PROBE = 0x10;
    static final int NUD_NOARP = 0x40;
    static final int NUD_PERMANENT = 0x80;

    private Netlink() {}
}
