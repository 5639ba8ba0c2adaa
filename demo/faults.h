/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a camera does wrong on command: it stalls or trickles, its clock jumps or has no sense, its
 * picture changes its size or its codec's parameters. */
#pragma once

#include <gst/gst.h>
#include <stdbool.h>

typedef struct Faults Faults;

Faults *faults_new(bool stamps);
void faults_free(Faults *self);

/* Watches a media's elements by their names: `raw0` and `raw1` (what comes before the encoders),
 * `encoded0`, `choice` and `chosen` (two encoders), `pay0`. With `stamps` each picture carries the wall clock in an SEI. */
void faults_watch(Faults *self, GstElement *media);

/* "stall SECONDS" | "jump SECONDS" | "trickle SECONDS" | "clock right|constant|backward|random" |
 * "size WIDTHxHEIGHT" | "switch". False: no such command. */
bool faults_obey(Faults *self, const char *command);
