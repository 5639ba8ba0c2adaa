/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Chance that can be repeated, and Russian names by it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Numbers that look random and are the same for the same seed (SplitMix64, Steele et al. 2014). */
typedef struct {
	uint64_t state;
} Dice;

int dice_roll(Dice *self, int sides);		       /* 0 .. sides-1 */
void dice_shuffle(Dice *self, int *values, int count); /* in place */

char *demo_surname(Dice *dice);				      /* a man's */
char *demo_surname_of(const char *surname, bool female);      /* from a man's */
const char *demo_father_name(Dice *dice);		      /* a grown man's given name */
char *demo_patronymic(const char *father, bool female);
const char *demo_grown_name(Dice *dice, bool female);
const char *demo_child_name(Dice *dice, bool female);
