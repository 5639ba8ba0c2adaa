/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A message read before its turn comes: what can be done while a commit is waited for. A part of the
 * door: sync.h brings it. */
#pragma once

#include "sync/sync.h"

typedef struct PeerMail PeerMail;

/* NULL: it is too large to lie about unpacked; peer_take() reads it in its time. */
PeerMail *peer_mail_open(const char *tail, const void *bytes, size_t size);
void peer_mail_free(PeerMail *self);

void peer_take_mail(Peer *self, const PeerMail *mail, int64_t now_ms); /* as peer_take() */
