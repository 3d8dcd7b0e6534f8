// SPDX-License-Identifier: GPL-2.0-only
/*
 * Headers of a frame and the Internet checksum; see inet.h. Called by device/net*.c
 * with frames of the guest and by backend/ with frames of its own. RFC 791, 1071,
 * 8200; IEEE 802.1Q.
 */
#include "inet.h"
#include "lib.h"

u64 checksum_add(u64 sum, const void *data, u32 len)
{
	const u8 *at = data;
	u32 word;

	for (; len >= 4; len -= 4, at += 4) {
		memcpy(&word, at, 4);
		sum += word;
	}
	if (len) {
		word = 0;
		memcpy(&word, at, len);
		sum += word;
	}
	return sum;
}

u16 checksum_end(u64 sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	sum = ~sum & 0xffff;
	return (u16)(sum << 8 | sum >> 8);
}

u64 checksum_pseudo(const u8 *from, u32 address_bytes, u8 proto, u32 len)
{
	u8 rest[8] = { 0 };

	put_be32(rest, len);
	rest[7] = proto;
	return checksum_add(checksum_add(0, from, 2 * address_bytes), rest, sizeof(rest));
}

u16 frame_type(const u8 *frame, u32 len, u32 *at)
{
	u16 type;

	*at = ETH_HEADER;
	if (len < ETH_HEADER)
		return 0;
	type = be16(frame + 12);
	if (type != ETH_P_TAG)
		return type;
	*at += ETH_TAG;
	return len < *at ? 0 : be16(frame + 16);
}

static bool parse4(const u8 *frame, u32 len, struct ip_frame *f)
{
	const u8 *ip = frame + f->l3;
	u32 header, total;

	if (len - f->l3 < IP4_HEADER || ip[0] >> 4 != 4)
		return false;
	header = (ip[0] & 15u) * 4;
	total = be16(ip + 2);
	if (header < IP4_HEADER || total < header || total > len - f->l3)
		return false;
	f->proto = ip[9];
	f->fragment = be16(ip + 6) & 0x3fff;	/* an offset, or more to come */
	f->l4 = f->l3 + header;
	f->end = f->l3 + total;
	return true;
}

/* Hop-by-hop, routing, fragment and destination headers: next type, then length. */
static bool parse6(const u8 *frame, u32 len, struct ip_frame *f)
{
	const u8 *ip = frame + f->l3;

	if (len - f->l3 < IP6_HEADER || ip[0] >> 4 != 6 || be16(ip + 4) > len - f->l3 - IP6_HEADER)
		return false;
	f->proto = ip[6];
	f->l4 = f->l3 + IP6_HEADER;
	f->end = f->l4 + be16(ip + 4);
	while (f->proto == 0 || f->proto == 43 || f->proto == 44 || f->proto == 60) {
		const u8 *h = frame + f->l4;
		u32 bytes;

		if (f->end - f->l4 < 8)
			return false;
		bytes = f->proto == 44 ? 8 : 8 + h[1] * 8u;
		f->fragment |= f->proto == 44;
		if (bytes > f->end - f->l4)
			return false;
		f->proto = h[0];
		f->l4 += bytes;
	}
	return true;
}

bool frame_parse(const u8 *frame, u32 len, struct ip_frame *f)
{
	u16 type;

	memset(f, 0, sizeof(*f));
	type = frame_type(frame, len, &f->l3);
	if (type == ETH_P_IP4 && parse4(frame, len, f))
		f->version = 4;
	if (type == ETH_P_IP6 && parse6(frame, len, f))
		f->version = 6;
	return f->version;
}

u64 frame_sum(const u8 *frame, const struct ip_frame *f)
{
	u32 len = f->end - f->l4;
	u64 sum;

	if (f->version == 4)
		sum = checksum_pseudo(frame + f->l3 + 12, 4, f->proto, len);
	else
		sum = checksum_pseudo(frame + f->l3 + 8, 16, f->proto, len);
	return checksum_add(sum, frame + f->l4, len);
}
